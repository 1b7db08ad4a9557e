// Compares a thumbnail with another program's picture.

import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';

/** Less is a difference, in decibels. Pictures that a HEIC or a RAW holds are at 26 and more against a reduction of the full one. */
const MIN_PSNR = 24;

/** Another orientation is named when it is better by this much, in decibels. */
const CLEARLY_BETTER = 3;

/** What is behind transparent pixels on both sides. */
const BACKGROUND = '#808080';

const CHANNELS = 3;

/** 8 bits of red, green and blue. */
export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Where in a stored picture the pixel (x, y) of the upright one is; the index is the EXIF orientation. */
const STORED_AT: ReadonlyArray<(x: number, y: number, right: number, bottom: number) => [number, number]> = [
  (x, y) => [x, y],
  (x, y) => [x, y],
  (x, y, right) => [right - x, y],
  (x, y, right, bottom) => [right - x, bottom - y],
  (x, y, _, bottom) => [x, bottom - y],
  (x, y) => [y, x],
  (x, y, _, bottom) => [y, bottom - x],
  (x, y, right, bottom) => [right - y, bottom - x],
  (x, y, right) => [right - y, x],
];

/** Whether an EXIF orientation exchanges width and height. */
export function isTurned(orientation: number): boolean {
  return orientation >= 5;
}

/** A picture in sRGB without alpha, as it is. */
async function pixelsOf(image: Sharp): Promise<Pixels> {
  const flat = image.flatten({ background: BACKGROUND }).toColourspace('srgb').removeAlpha().raw();
  const { data, info } = await flat.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** A picture of `orientation`, reduced with Lanczos-3 so that it has `width` by `height` pixels once it is upright. */
export async function reduced(
  source: string | Buffer,
  orientation: number,
  width: number,
  height: number,
): Promise<Pixels> {
  const [storedWidth, storedHeight] = isTurned(orientation) ? [height, width] : [width, height];
  const bytes = typeof source === 'string' ? readFileSync(source) : source;
  const image = sharp(bytes, { limitInputPixels: false, failOn: 'none' });
  const stored = await pixelsOf(image.resize(storedWidth, storedHeight, { fit: 'fill', kernel: 'lanczos3' }));
  return turned(stored, orientation);
}

/** The upright picture of a stored one. It does not use sharp, which turns the thumbnails. */
export function turned(stored: Pixels, orientation: number): Pixels {
  const { width: storedWidth, height: storedHeight } = stored;
  const [width, height] = isTurned(orientation) ? [storedHeight, storedWidth] : [storedWidth, storedHeight];
  const data = Buffer.alloc(stored.data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = STORED_AT[orientation]?.(x, y, storedWidth - 1, storedHeight - 1) ?? [x, y];
      const from = CHANNELS * (at[1] * storedWidth + at[0]);
      stored.data.copy(data, CHANNELS * (y * width + x), from, from + CHANNELS);
    }
  }
  return { data, width, height };
}

/** Peak signal-to-noise ratio of 8-bit pixels in decibels, and their mean absolute difference; of different sizes: minus infinity. */
export function distance(one: Pixels, other: Pixels): { psnr: number; mean: number } {
  if (one.width !== other.width || one.height !== other.height)
    return { psnr: Number.NEGATIVE_INFINITY, mean: 255 };
  let squares = 0;
  let absolutes = 0;
  for (const [index, value] of one.data.entries()) {
    const difference = value - (other.data[index] ?? 0);
    squares += difference * difference;
    absolutes += Math.abs(difference);
  }
  return {
    psnr: 10 * Math.log10((255 * 255 * one.data.length) / squares),
    mean: absolutes / one.data.length,
  };
}

/** How a thumbnail differs from an upright picture of its size; undefined when it does not. */
export async function pixelDifference(
  thumbnailFile: string,
  upright: Pixels,
): Promise<{ what: 'orientation' | 'pixels'; ours: string } | undefined> {
  const thumbnail = await pixelsOf(sharp(readFileSync(thumbnailFile)));
  const { psnr, mean } = distance(thumbnail, upright);
  if (psnr >= MIN_PSNR) return undefined;
  for (let orientation = 2; orientation <= 8; orientation += 1) {
    const other = distance(turned(thumbnail, orientation), upright);
    if (other.psnr > psnr + CLEARLY_BETTER && other.psnr >= MIN_PSNR)
      return { what: 'orientation', ours: `would fit after a turn as by EXIF orientation ${orientation}` };
  }
  return { what: 'pixels', ours: `PSNR ${psnr.toFixed(1)} dB, mean difference ${mean.toFixed(1)} of 255` };
}
