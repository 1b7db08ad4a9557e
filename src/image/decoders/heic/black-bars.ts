// Whether a smaller picture has black bars, as cameras add to bring it to a fixed shape.

import type { Picture } from '../tiff/writer.js';

/** Of 255: what a decoder may make of black. */
const BLACK = 16;
/** Of 255: what is certainly not black. */
const LIT = 40;

/**
 * Whether two opposite edges are black over their whole length, and the picture is not. A photo of a lit thing in the dark may have such
 * edges; the full picture is then read, which only takes longer.
 */
export function hasBlackBars(picture: Picture): boolean {
  const { width, height } = picture;
  const brightest = brightnessOf(picture);
  const rows = (y: number) => maximum(width, (x) => brightest(x, y));
  const columns = (x: number) => maximum(height, (y) => brightest(x, y));
  const areBlack = (one: number, other: number) => one <= BLACK && other <= BLACK;
  if (!areBlack(rows(0), rows(height - 1)) && !areBlack(columns(0), columns(width - 1))) return false;
  return maximum(height, rows) >= LIT;
}

/** The largest of a pixel's colours, of 255. */
function brightnessOf({ data, width, channels }: Picture): (x: number, y: number) => number {
  const colours = channels <= 2 ? 1 : 3;
  return (x, y) => {
    const at = (y * width + x) * channels;
    return maximum(colours, (colour) => data[at + colour] ?? 0);
  };
}

function maximum(count: number, valueAt: (index: number) => number): number {
  let most = 0;
  for (let index = 0; index < count; index += 1) most = Math.max(most, valueAt(index));
  return most;
}
