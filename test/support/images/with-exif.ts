// Images with EXIF that a test has written (exif-structure.ts), as files of each format hold it.

import sharp from 'sharp';
import { pngChunk, segment, withSegments } from './hostile-images.js';
import { type Tag, tiffFile, types } from './tiff-files.js';

const NAME = Buffer.from('Exif\0\0', 'latin1');
const PNG_HEADER_END = 33;
const TIFF_HEADER_BYTES = 8;

/** A JPEG with this structure as its first segment. */
export function jpegWithExif(jpeg: Buffer, structure: Buffer): Buffer {
  return withSegments(jpeg, [segment(0xe1, Buffer.concat([NAME, structure]))]);
}

/** A PNG with this structure in a chunk before its pixels. */
export function pngWithExif(png: Buffer, structure: Buffer): Buffer {
  const [header, rest] = [png.subarray(0, PNG_HEADER_END), png.subarray(PNG_HEADER_END)];
  return Buffer.concat([header, pngChunk('eXIf', structure), rest]);
}

/** A PNG with this structure in a chunk behind its pixels. */
export function pngWithLateExif(png: Buffer, structure: Buffer): Buffer {
  const end = png.length - 12;
  return Buffer.concat([png.subarray(0, end), pngChunk('eXIf', structure), png.subarray(end)]);
}

/** A WebP (RFC 9649) of these pixels with this structure in its chunk. */
export async function webpWithExif(pixels: Buffer, structure: Buffer): Promise<Buffer> {
  // With EXIF of sharp's own the file is an extended one, with the flag for it.
  const file = await sharp(pixels)
    .withExif({ IFD0: { Artist: 'a' } })
    .webp({ lossless: true })
    .toBuffer();
  const at = file.indexOf('EXIF');
  const size = Buffer.alloc(4);
  size.writeUInt32LE(structure.length);
  const chunk = Buffer.concat([Buffer.from('EXIF'), size, structure, Buffer.alloc(structure.length % 2)]);
  const whole = Buffer.concat([file.subarray(0, at), chunk]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}

/** A text in a directory that the first one of a TIFF points to: EXIF (0x8769), GPS (0x8825). */
export interface PointedText {
  readonly pointer: number;
  readonly tag: number;
  readonly text: string;
}

/** An uncompressed RGB TIFF of these pixels, with texts in directories of their own behind them, and further tags. */
export function tiffWithTexts(
  pixels: Buffer,
  width: number,
  height: number,
  texts: readonly PointedText[],
  tags: readonly Tag[] = [],
): Buffer {
  const parts = [pixels];
  let end = TIFF_HEADER_BYTES + pixels.length;
  const pointers = texts.map(({ pointer, tag, text }): Tag => {
    const at = end;
    const value = Buffer.from(`${text}\0`, 'latin1');
    const directory = Buffer.alloc(2 + 12 + 4);
    directory.writeUInt16LE(1, 0);
    directory.writeUInt16LE(tag, 2);
    directory.writeUInt16LE(types.ASCII, 4);
    directory.writeUInt32LE(value.length, 6);
    directory.writeUInt32LE(at + directory.length, 10);
    parts.push(directory, value);
    end += directory.length + value.length;
    return { tag: pointer, type: types.LONG, values: [at] };
  });
  return tiffFile({
    width,
    height,
    photometric: 2,
    data: [Buffer.concat(parts)],
    tags: [...tags, ...pointers],
  });
}
