// Names that every file system takes, as Windows, macOS and Linux have them, and by which two of them are one name.

import { createHash } from 'node:crypto';
import path from 'node:path';
import filenamify from 'filenamify';
import { bytesOf } from '../path-bytes.js';
import { printable } from '../printable.js';

/** Bytes of a name in UTF-8: the limit of ext4, XFS and APFS. NTFS has it in UTF-16 code units, of which a name has no more. */
export const MAX_NAME_BYTES = 255;

/** Stands for a character that a system refuses. It needs no quotes in a shell and none in a URL. */
const REPLACEMENT = '_';

/** What filenamify replaces although every system takes it: other spaces (macOS has U+202F in the names of screenshots), joiners. */
const HARMLESS = /[\u00a0\u00ad\u1680\u2000-\u200d\u202f\u205f\u2060-\u2064\u3000\u{e0020}-\u{e007f}]/gu;

/** A byte that is not UTF-8 (path-bytes.ts). */
const ESCAPED_BYTE = /[\udc80-\udcff]/gu;

/**
 * The name itself where every system takes it, in its own Unicode form; else one in which what some system refuses is replaced:
 *
 *     aux.jpg -> aux_.jpg      a:b.jpg -> a_b.jpg      photo.  -> photo      caf\xe9.jpg -> caf%E9.jpg
 */
export function portable(name: string): string {
  const harmless = name.replace(HARMLESS, 'x');
  if (printable(harmless) === harmless && clean(harmless) === harmless.normalize('NFC')) return name;
  const visible = name.replace(ESCAPED_BYTE, (byte) => {
    const [value = 0] = bytesOf(byte);
    return `%${value.toString(16).toUpperCase()}`;
  });
  return clean(visible.toWellFormed());
}

/** Reserved words, characters and endings replaced; so are controls. What is too long is shortened by {@link shortened}. */
function clean(name: string): string {
  return filenamify(name, { replacement: REPLACEMENT, maxLength: Number.MAX_SAFE_INTEGER });
}

/** Equal for names that a file system may take for one: by letter case or Unicode form. Of no locale. */
export function foldedName(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** What a name is marked with. */
export interface Marking {
  /** The name as the source has it, by whose bytes it is told from others. */
  readonly raw: string;
  /** Hex digits of the SHA-256 of those bytes. */
  readonly digits: number;
  /** Whether the mark comes before an extension. */
  readonly hasExtension: boolean;
  /** Bytes that the marked name may have. */
  readonly maxBytes: number;
}

/** `IMG_1.jpg` -> `IMG_1~1f0c9a.jpg`, shortened if necessary. */
export function marked(name: string, { raw, digits, hasExtension, maxBytes }: Marking): string {
  const extension = hasExtension ? extensionOf(name) : '';
  const digest = createHash('sha256').update(bytesOf(raw)).digest('hex');
  const end = `~${digest.slice(0, digits)}${extension}`;
  const start = name.slice(0, name.length - extension.length);
  return shortened(start, maxBytes - Buffer.byteLength(end)) + end;
}

/** Bytes of the longest extension that is kept where a name is shortened. */
const MAX_EXTENSION_BYTES = 32;

function extensionOf(name: string): string {
  const extension = path.posix.extname(name);
  return Buffer.byteLength(extension) > MAX_EXTENSION_BYTES ? '' : extension;
}

/** As much of the text as has at most so many bytes, in whole characters. */
function shortened(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
