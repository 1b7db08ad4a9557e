// The image formats that are offered: their extensions, their signatures, and the libvips loader of each.

/** A format that thumbnails are made of. */
export type SourceFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';

/** File extensions of photos, lower case, without the dot. */
export const photoExtensions: readonly string[] = [
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'png',
  'webp',
  'gif',
  'tif',
  'tiff',
  'avif',
];

const PHOTO_NAME = new RegExp(`\\.(?:${photoExtensions.join('|')})$`, 'i');

/** Whether a file's name ends in a photo's extension, in any letter case. */
export function isPhotoName(name: string): boolean {
  return PHOTO_NAME.test(name);
}

/** The only loaders that may run. Each reads from memory, so no image can name a file or a host to be read. */
export const loaders: readonly string[] = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadTiffBuffer',
  'VipsForeignLoadHeifBuffer',
];

/** What the first bytes say. `undefined` with a `looksLike` is a format that is known and not offered. */
export interface Sniffed {
  readonly format: SourceFormat | undefined;
  readonly looksLike?: string;
}

/** Signatures as hex digits. */
const SIGNATURES: ReadonlyArray<readonly [format: SourceFormat, pattern: RegExp]> = [
  ['jpeg', /^ffd8ff/],
  ['png', /^89504e470d0a1a0a/],
  ['webp', /^52494646.{8}57454250/],
  ['gif', /^47494638(?:37|39)61/],
  // Classic TIFF (42) and BigTIFF (43), in both byte orders.
  ['tiff', /^(?:4949(?:2a|2b)00|4d4d00(?:2a|2b))/],
];

/** Binary formats that people meet under a photo's extension, to name them in the message; as hex digits. */
const OTHER_BINARIES: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ['a PDF document', /^255044462d/],
  ['a BMP image', /^424d.{8}00000000/],
  ['a JPEG XL image', /^(?:ff0a|0000000c4a584c20)/],
  ['a JPEG 2000 image', /^0000000c6a502020/],
  ['a Photoshop document', /^38425053/],
  ['a ZIP archive', /^504b0304/],
];

/** The same for text. */
const OTHER_TEXTS: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ['an SVG drawing', /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype svg.*)?<svg[\s>]/is],
  ['an HTML page', /^\s*<(?:!doctype html|html|head|body)[\s>]/i],
  ['text', /^[\s\x20-\x7e]+$/],
];

/** As many bytes as any signature needs: an `ftyp` box with its brands, or the start of an XML prolog. */
const SNIFFED_BYTES = 256;

/** Tells the format from the first bytes, whatever the file's name says. */
export function sniffFormat(bytes: Uint8Array): Sniffed {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SNIFFED_BYTES));
  const brands = heifBrands(head);
  if (brands !== undefined) return sniffHeif(brands);
  const hex = head.toString('hex');
  const text = head.toString('latin1');
  const format = SIGNATURES.find(([, pattern]) => pattern.test(hex))?.[0];
  if (format !== undefined) return { format };
  const other =
    OTHER_BINARIES.find(([, pattern]) => pattern.test(hex)) ??
    OTHER_TEXTS.find(([, pattern]) => pattern.test(text));
  return other === undefined ? { format } : { format, looksLike: other[0] };
}

/** The major and compatible brands of an `ftyp` box (ISO/IEC 14496-12, 4.3), or undefined when there is none. */
function heifBrands(head: Buffer): string[] | undefined {
  if (head.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4));
  brands.splice(1, 1); // The second four bytes are the minor version.
  return brands;
}

/** HEIF holds AVIF (AV1) and HEIC (HEVC); sharp's libvips decodes the first only. */
function sniffHeif(brands: readonly string[]): Sniffed {
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return { format: 'avif' };
  if (brands.some((brand) => /^(?:hei[cxms]|hev[cxms])$/.test(brand))) {
    return { format: undefined, looksLike: 'an HEIC image (HEVC, as iPhones write)' };
  }
  const video = /^(?:qt {2}|isom|mp4|M4V)/.test(brands[0] ?? '');
  return { format: undefined, looksLike: video ? 'a QuickTime or MP4 video' : 'an ISO media file' };
}
