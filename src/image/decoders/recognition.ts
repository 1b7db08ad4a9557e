// What the first bytes of a file say: the signatures of the decoders' formats, and the names of some that have no decoder.

/** The beginning of a file, in the forms in which formats are recognised. */
export interface Head {
  /** Hex digits. */
  readonly hex: string;
  /** A character for each byte. */
  readonly text: string;
  /** The major and compatible brands of an ISO media file (HEIF, video); undefined for any other file. */
  readonly brands: readonly string[] | undefined;
  /** All bytes that there are: formats that share their first bytes differ further on. */
  readonly bytes: Buffer;
}

/** As many bytes as any signature needs: an `ftyp` box with its brands. */
const HEAD_BYTES = 256;

export function readHead(bytes: Uint8Array): Head {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = all.subarray(0, HEAD_BYTES);
  return { hex: head.toString('hex'), text: head.toString('latin1'), brands: readBrands(head), bytes: all };
}

/** The brands of an `ftyp` box (ISO/IEC 14496-12, 4.3). */
function readBrands(head: Buffer): string[] | undefined {
  if (head.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4));
  brands.splice(1, 1); // The second four bytes are the minor version.
  return brands;
}

/** Whether a file that is no ISO media file begins with these bytes. @param signature A pattern of hex digits. */
export function hasSignature({ hex, brands }: Head, signature: RegExp): boolean {
  return brands === undefined && signature.test(hex);
}

/** Binary formats without a decoder that people meet under a photo's extension, as patterns of hex digits. */
const OTHER_BINARIES: ReadonlyArray<readonly [name: string, signature: RegExp]> = [
  ['a PDF document', /^255044462d/],
  ['a BMP image', /^424d.{8}00000000/],
  ['a JPEG XL image', /^(?:ff0a|0000000c4a584c20)/],
  ['a JPEG 2000 image', /^0000000c6a502020/],
  ['a Photoshop document', /^38425053/],
  ['a ZIP archive', /^504b0304/],
];

/** The same for text. */
const OTHER_TEXTS: ReadonlyArray<readonly [name: string, beginning: RegExp]> = [
  ['an HTML page', /^\s*<(?:!doctype html|html|head|body)[\s>]/i],
  ['text', /^[\s\x20-\x7e]+$/],
];

/** What a file without a decoder looks like; undefined when that is unknown. */
export function describeOther({ hex, text, brands }: Head): string | undefined {
  if (brands !== undefined) return describeMedia(brands);
  const other =
    OTHER_BINARIES.find(([, signature]) => signature.test(hex)) ??
    OTHER_TEXTS.find(([, beginning]) => beginning.test(text));
  return other?.[0];
}

function describeMedia(brands: readonly string[]): string {
  return /^(?:qt {2}|isom|mp4|M4V)/.test(brands[0] ?? '') ? 'a QuickTime or MP4 video' : 'an ISO media file';
}
