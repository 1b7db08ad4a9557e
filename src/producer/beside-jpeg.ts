// RAW files beside a JPEG of the same name: cameras write both of one shot.

import { extensionOf } from './photo-names.js';

/** Extensions, lower case, without the dot. */
export interface RawAndJpeg {
  readonly raw: readonly string[];
  readonly jpeg: readonly string[];
}

/** Those of one folder's files that are RAW files and have the name of a JPEG among them but for the extension, in any letter case. */
export function besideJpeg(names: readonly string[], { raw, jpeg }: RawAndJpeg): ReadonlySet<string> {
  const among = (extensions: readonly string[]) =>
    names.filter((name) => extensions.includes(extensionOf(name) ?? ''));
  const raws = among(raw);
  if (raws.length === 0) return new Set();
  const jpegs = new Set(among(jpeg).map(stemOf));
  return new Set(raws.filter((name) => jpegs.has(stemOf(name))));
}

function stemOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.')).toLowerCase();
}
