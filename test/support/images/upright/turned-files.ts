// One upright picture in files that store it turned and say so by their EXIF.

import sharp from 'sharp';
import { exifStructure } from '../exif-structure.js';
import { tiffFile } from '../tiff-files.js';
import { jpegWithExif, pngWithExif, webpWithExif } from '../with-exif.js';

export const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** RGB of 8 bits, interleaved. */
export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Whether the rows of the upright picture are stored as columns, and which of its directions are reversed after that. */
const STORED: Readonly<Record<number, readonly [swapped: boolean, flipX: boolean, flipY: boolean]>> = {
  1: [false, false, false],
  2: [false, true, false],
  3: [false, true, true],
  4: [false, false, true],
  5: [true, false, false],
  6: [true, false, true],
  7: [true, true, true],
  8: [true, true, false],
};

/** The pixels that a file of this orientation stores of an upright picture (CIPA DC-008, 4.6.4.1). */
export function storedAs({ data, width, height }: Pixels, orientation: number): Pixels {
  const [swapped, flipX, flipY] = STORED[orientation] ?? [false, false, false];
  const stored = swapped ? { width: height, height: width } : { width, height };
  const target = Buffer.alloc(data.length);
  for (let y = 0; y < stored.height; y += 1)
    for (let x = 0; x < stored.width; x += 1) {
      const [fromX, fromY] = [flipX ? stored.width - 1 - x : x, flipY ? stored.height - 1 - y : y];
      const pixel = swapped ? fromX * width + fromY : fromY * width + fromX;
      data.copy(target, (y * stored.width + x) * 3, pixel * 3, pixel * 3 + 3);
    }
  return { data: target, ...stored };
}

/** The picture in each format that has an orientation. JPEG has 4:4:4, so that turning it changes no colour. */
export async function turnedFiles(
  upright: Pixels,
  orientation: number,
): Promise<Readonly<Record<'JPEG' | 'PNG' | 'WebP' | 'TIFF', Buffer>>> {
  const { data, width, height } = storedAs(upright, orientation);
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  const exif = exifStructure({ first: [{ tag: 0x0112, value: [orientation] }] });
  const jpeg = await image.clone().jpeg({ quality: 97, chromaSubsampling: '4:4:4' }).toBuffer();
  const png = await image.clone().png({ compressionLevel: 1 }).toBuffer();
  return {
    JPEG: jpegWithExif(jpeg, exif),
    PNG: pngWithExif(png, exif),
    WebP: await webpWithExif(png, exif),
    TIFF: tiffFile({
      ...{ width, height, photometric: 2, data: [data] },
      tags: [{ tag: 0x0112, type: 3, values: [orientation] }],
    }),
  };
}
