// Paints what the coded pictures of the tests show, as RGB samples.

import { MARK, type Motif, QUARTER_ALPHA, QUARTERS } from '../../test/support/images/heif/pictures.js';
import type { Rgb } from '../painting/canvas.js';
import { paintScene } from '../painting/scene.js';

/** The RGB samples of a motif, interleaved, from 0 to 255; not always integers. */
export function paintMotif(motif: Motif, width: number, height: number): Float64Array {
  switch (motif.kind) {
    case 'quarters':
      return eachPixel(width, height, (x, y) =>
        quartersAt(x, y, width, height, motif.premultiplied ?? false),
      );
    case 'barred':
      return eachPixel(width, height, (x, y) => barredAt(x, y, width, height, motif.bars));
    case 'solid':
      return eachPixel(width, height, () => motif.colour);
    case 'alpha':
      return eachPixel(width, height, (x, y) => {
        const alpha = QUARTER_ALPHA[quarterOf(x, y, width, height)];
        return [alpha, alpha, alpha];
      });
    case 'landscape': {
      const [wholeWidth, wholeHeight] = motif.of;
      const { data } = paintScene('mountains', 'noon', wholeWidth, wholeHeight, 2);
      // Where a tile goes on beyond the landscape, the landscape's edge is repeated, as cameras do.
      return eachPixel(width, height, (x, y) => {
        const row = Math.min(motif.top + y, wholeHeight - 1);
        const at = 3 * (row * wholeWidth + Math.min(motif.left + x, wholeWidth - 1));
        return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
      });
    }
  }
}

function eachPixel(width: number, height: number, colourAt: (x: number, y: number) => Rgb): Float64Array {
  const samples = new Float64Array(3 * width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) samples.set(colourAt(x, y), 3 * (y * width + x));
  return samples;
}

function quarterOf(x: number, y: number, width: number, height: number): 0 | 1 | 2 | 3 {
  if (y < height / 2) return x < width / 2 ? 0 : 1;
  return x < width / 2 ? 2 : 3;
}

function quartersAt(x: number, y: number, width: number, height: number, premultiplied: boolean): Rgb {
  const quarter = quarterOf(x, y, width, height);
  const colour = x < width / 8 && y < width / 8 ? MARK : QUARTERS[quarter];
  if (!premultiplied) return colour;
  const alpha = QUARTER_ALPHA[quarter] / 255;
  return [colour[0] * alpha, colour[1] * alpha, colour[2] * alpha];
}

/** Bars of an eighth of the side each. */
function barredAt(x: number, y: number, width: number, height: number, bars: string): Rgb {
  const [place, side] = bars === 'left and right' ? [x, width] : [y, height];
  if (place < side / 8 || place >= side - side / 8) return [0, 0, 0];
  return quartersAt(x, y, width, height, false);
}
