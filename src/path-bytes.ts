// Paths whose names are not UTF-8, as archives in Latin-1 or Shift-JIS have them. In the program every path is a string, in which a byte
// that is not UTF-8 is a lone surrogate, U+DC80 to U+DCFF (Python's `surrogateescape`, PEP 383):
//
//     63 61 66 e9 2f 61 2e 6a 70 67   <->   "caf\udce9/a.jpg"
//
// So different paths are different strings, and JSON has them all. Node.js would write a lone surrogate as U+FFFD and open a file that is
// called so: a path from a walk goes to the file system by `systemPath` alone.

/** What stands for a byte that is not UTF-8 where a name is shown: in the manifest, in events, on a terminal. */
const SHOWN_BYTE = '\ufffd';

/** The code unit of byte 0. */
const ESCAPE_BASE = 0xdc00;

/** In a sequence of bytes of a path, those that are not UTF-8. */
const ESCAPED = /([\udc80-\udcff]+)/u;

/** The path as the file system takes it: a `Buffer` if it is not UTF-8. */
export function systemPath(path: string): string | Buffer {
  return path.isWellFormed() ? path : bytesOf(path);
}

/** The bytes of a path. */
export function bytesOf(path: string): Buffer {
  // The parts with odd numbers are those that the expression has captured.
  const parts = path.split(ESCAPED).map((part, index) => {
    if (index % 2 === 0) return Buffer.from(part);
    return Buffer.from(Array.from(part, (unit) => unit.charCodeAt(0) - ESCAPE_BASE));
  });
  return Buffer.concat(parts);
}

/** The path, or part of one, that has these bytes. */
export function pathOf(bytes: Buffer): string {
  const text = textOf(bytes);
  if (text !== undefined) return text;
  let path = '';
  for (let at = 0; at < bytes.length; ) {
    const sequence = bytes.subarray(at, at + sequenceLength(bytes[at] ?? 0));
    const character = textOf(sequence);
    if (character !== undefined) {
      path += character;
      at += sequence.length;
    } else {
      path += String.fromCharCode(ESCAPE_BASE + (bytes[at] ?? 0));
      at += 1;
    }
  }
  return path;
}

/**
 * The text that these bytes are in UTF-8; undefined when they are not UTF-8. (`isUtf8` of node:buffer would load what Blob needs: 4 MB.)
 */
function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : undefined;
}

/** Bytes of the UTF-8 sequence that starts with this byte; 1 for a byte that starts none. */
function sequenceLength(first: number): number {
  if (first < 0xc2) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** Whether a name that Node.js has decoded may be another one: it has put U+FFFD in place of what is not UTF-8. */
export function mayBeLossy(name: string): boolean {
  return name.includes(SHOWN_BYTE);
}

/** The path for people, and for files in UTF-8: each byte that is not UTF-8 is U+FFFD. Different paths may look alike. */
export function shown(path: string): string {
  return path.toWellFormed();
}

/** A path as an event has it. */
export interface EventPath {
  /** Absolute path; each byte that is not UTF-8 is U+FFFD. */
  readonly path: string;
  /** The bytes of `path`, base64; only if it is not UTF-8. */
  readonly pathBase64?: string;
}

/** The path as an event has it. */
export function eventPath(path: string): EventPath {
  if (path.isWellFormed()) return { path };
  return { path: shown(path), pathBase64: bytesOf(path).toString('base64') };
}
