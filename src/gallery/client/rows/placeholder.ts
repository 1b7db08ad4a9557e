// Blurred placeholders, from the ThumbHash of a photo.

import { thumbHashToDataURL } from 'thumbhash';

const drawn = new Map<string, string>();

/** A value for `background-image`; undefined for text that is no ThumbHash. */
export function placeholderImage(hash: string): string | undefined {
  const known = drawn.get(hash);
  if (known !== undefined) return known;
  try {
    const bytes = Uint8Array.from(atob(hash), (character) => character.charCodeAt(0));
    const image = `url("${thumbHashToDataURL(bytes)}")`;
    drawn.set(hash, image);
    return image;
  } catch {
    return undefined; // The photo is shown all the same.
  }
}
