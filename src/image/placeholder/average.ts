// A picture made so small that only its coarse colours are left. sharp's resampler would take ten times as long.

import type { Picture } from '../decoders/tiff/writer.js';
import { turnOf } from '../upright.js';

/** A small picture: interleaved samples of 8 bits, rows without padding. */
export interface SmallPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Samples of a block in each direction, at least, unless the block has fewer. */
const SAMPLES = 4;

/**
 * The picture with its longer side of at most `side` pixels, as it is stored. Each pixel is the mean of samples that lie evenly in its block.
 * @param picture Without alpha.
 */
export function averaged({ data, width, height, channels }: Picture, side: number): SmallPicture {
  const scale = Math.min(1, side / Math.max(width, height));
  const small = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const target = new Uint8Array(small.width * small.height * channels);
  let at = 0;
  for (let y = 0; y < small.height; y += 1) {
    const rows = samplesOf(y, small.height, height);
    for (let x = 0; x < small.width; x += 1) {
      const columns = samplesOf(x, small.width, width);
      const count = rows.count * columns.count;
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0;
        for (let row = rows.start; row < rows.end; row += rows.step) {
          const line = row * width;
          for (let column = columns.start; column < columns.end; column += columns.step)
            sum += data[(line + column) * channels + channel] ?? 0;
        }
        target[at + channel] = Math.round(sum / count);
      }
      at += channels;
    }
  }
  return { data: target, ...small };
}

/** Places of one side that a block takes: from `start` to before `end`. */
interface Places {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly count: number;
}

function samplesOf(block: number, blocks: number, length: number): Places {
  const start = Math.floor((block * length) / blocks);
  const end = Math.max(start + 1, Math.floor(((block + 1) * length) / blocks));
  const step = Math.max(1, Math.floor((end - start) / SAMPLES));
  return { start, end, step, count: Math.ceil((end - start) / step) };
}

/** The picture turned upright. @param channels Samples of a pixel. @param orientation EXIF orientation, 1 to 8. */
export function turned(
  { data, width, height }: SmallPicture,
  channels: number,
  orientation: number,
): SmallPicture {
  const { isMirrored, degrees } = turnOf(orientation);
  const isQuarter = degrees === 90 || degrees === 270;
  const upright = isQuarter ? { width: height, height: width } : { width, height };
  const target = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const column = isMirrored ? width - 1 - x : x;
      const [toX, toY] = placeOf(column, y, { width, height }, degrees);
      const from = (y * width + x) * channels;
      target.set(data.subarray(from, from + channels), (toY * upright.width + toX) * channels);
    }
  }
  return { data: target, ...upright };
}

/** Where a pixel is after a turn clockwise. */
function placeOf(
  x: number,
  y: number,
  { width, height }: Readonly<Record<'width' | 'height', number>>,
  degrees: 0 | 90 | 180 | 270,
): readonly [x: number, y: number] {
  switch (degrees) {
    case 0:
      return [x, y];
    case 90:
      return [height - 1 - y, x];
    case 180:
      return [width - 1 - x, height - 1 - y];
    case 270:
      return [y, width - 1 - x];
  }
}
