// What a thumbnail of the coded pictures must look like: pictures as functions, transformed as the container says, and compared with
// pixels.

import sharp from 'sharp';
import { expect } from 'vitest';
import type { Rgb } from '../../../../scripts/painting/canvas.js';
import { MARK, QUARTERS } from './pictures.js';
import type { Mirror } from './properties.js';

/** The largest difference of a channel that the bitstreams and a conversion of colours explain. */
const TOLERANCE = 3;
/** Pixels of the shorter side that are compared. */
const ACROSS = 24;
/** Pixels of the image around a place in which a colour must be alone, so that chroma and resampling do not count. */
const CALM = 3;

export interface ExpectedPicture {
  readonly width: number;
  readonly height: number;
  /** The colour of the pixel that begins at `x` and `y`. */
  readonly at: (x: number, y: number) => Rgb;
}

/** As the `quarters` of the fixtures; `colours` in their order. */
export function quartersPicture(
  width: number,
  height: number,
  colours: readonly Rgb[] = QUARTERS,
  mark: Rgb = MARK,
): ExpectedPicture {
  const at = (x: number, y: number): Rgb => {
    if (x < width / 8 && y < width / 8) return mark;
    return colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] ?? mark;
  };
  return { width, height, at };
}

/** Turned anticlockwise. */
export function rotated(picture: ExpectedPicture, quarters: number): ExpectedPicture {
  if (quarters % 4 === 0) return picture;
  const { width, height, at } = picture;
  const once = { width: height, height: width, at: (x: number, y: number) => at(width - 1 - y, x) };
  return rotated(once, quarters - 1);
}

export function mirrored({ width, height, at }: ExpectedPicture, mirror: Mirror): ExpectedPicture {
  if (mirror === 'left and right') return { width, height, at: (x, y) => at(width - 1 - x, y) };
  return { width, height, at: (x, y) => at(x, height - 1 - y) };
}

export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function cropped({ at }: ExpectedPicture, { left, top, width, height }: Part): ExpectedPicture {
  return { width, height, at: (x, y) => at(left + x, top + y) };
}

/** Expects that an image of any size shows the picture, wherever one colour fills the surroundings. */
export async function expectPicture(
  image: Buffer,
  picture: ExpectedPicture,
  tolerance: number = TOLERANCE,
): Promise<void> {
  const { data, info } = await sharp(image)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  // The shorter side is rounded to whole pixels.
  expect(Math.abs((info.width / info.height) * (picture.height / picture.width) - 1)).toBeLessThan(0.06);
  const scale = picture.width / info.width;
  const step = Math.max(1, Math.floor(Math.min(info.width, info.height) / ACROSS));
  let compared = 0;
  for (let y = 0; y < info.height; y += step)
    for (let x = 0; x < info.width; x += step) {
      const colour = calmColour(
        picture,
        (x + 0.5) * scale,
        (y + 0.5) * (picture.height / info.height),
        CALM * scale,
      );
      if (colour === undefined) continue;
      compared += 1;
      const found = [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)];
      const largest = Math.max(
        ...colour.map((value, channel) => Math.abs(value - (found[channel] ?? Number.NaN))),
      );
      if (!(largest <= tolerance))
        expect.fail(`at ${x}, ${y} of ${info.width} x ${info.height}: expected ${colour}, found ${found}`);
    }
  // Or nothing would have been seen of the corners.
  expect(compared).toBeGreaterThan((info.width * info.height) / step ** 2 / 5);
}

/** The colour at a place, if the eight places around it have the same; undefined otherwise. */
function calmColour(picture: ExpectedPicture, x: number, y: number, radius: number): Rgb | undefined {
  const colours = [-radius, 0, radius].flatMap((down) =>
    [-radius, 0, radius].map((right) =>
      picture.at(
        Math.min(picture.width - 1, Math.max(0, Math.floor(x + right))),
        Math.min(picture.height - 1, Math.max(0, Math.floor(y + down))),
      ),
    ),
  );
  const [first] = colours;
  return colours.every((colour) => `${colour}` === `${first}`) ? first : undefined;
}
