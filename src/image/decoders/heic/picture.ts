// Reads the pixels of a picture, tile by tile, smaller by a whole number: memory is that of one row of tiles and of the result.

import { DecoderFailure } from '../sharp-image.js';
import { allocateTiff, type Tiff } from '../tiff/writer.js';
import { BoxPlane } from './box-plane.js';
import { conversionOf } from './colours/conversion.js';
import { profileOf } from './colours/nclx-profile.js';
import type { Placement } from './geometry.js';
import type { Decoded, HeifImage, Tiling } from './libheif/heif-image.js';
import { convertRow, type Form, type RowSource } from './rows.js';

/** What is to be read of a picture. */
export interface Wanted extends Placement {
  readonly tiling: Tiling;
  /** Whether libheif decodes it whole and applies its transformations: what is derived in another way than as a grid. */
  readonly isTransformed: boolean;
  /** The divisor of width and height: 1, or an even number. What is left beside the last whole block is dropped, as in a JPEG. */
  readonly shrink: number;
  /** ICC profile. */
  readonly profile: Buffer | undefined;
  readonly isPremultiplied: boolean;
}

/**
 * The pixels as a TIFF with orientation and colour profile.
 * @throws {HeifError}
 * @throws {DecoderFailure}
 * @throws {ThumbsError} `UNSUPPORTED`
 */
export function readPicture(image: HeifImage, wanted: Wanted): Tiff {
  const { tiling, area, isTransformed } = wanted;
  let assembly: Assembly | undefined;
  const add = (decoded: Decoded, x: number, y: number) => {
    assembly ??= new Assembly(decoded, wanted);
    assembly.add(decoded, x, y);
  };
  for (let row = 0; row < tiling.rows; row += 1) {
    const y = row * tiling.tileHeight;
    if (y + tiling.tileHeight <= area.top || y >= area.top + area.height) continue;
    for (let column = 0; column < tiling.columns; column += 1) {
      const x = column * tiling.tileWidth;
      if (x + tiling.tileWidth <= area.left || x >= area.left + area.width) continue;
      if (isTransformed) image.withTransformed((decoded) => add(decoded, x, y));
      else image.withTile(column, row, (decoded) => add(decoded, x, y));
    }
    assembly?.finishRows(y + tiling.tileHeight);
  }
  if (assembly === undefined) throw new DecoderFailure([], new Error('it has no tiles'));
  return assembly.tiff;
}

/** One channel of a picture on its way. */
interface Plane {
  readonly box: BoxPlane;
  /** Pixels for each sample, in both directions. */
  readonly step: readonly [x: number, y: number];
  readonly bits: number;
  /** As {@link RowSource} has it. */
  readonly phase: number | undefined;
  /** The row of sums of a row of pixels. */
  readonly rowOf: (row: number) => number;
}

/** A picture on its way from tiles to pixels. */
class Assembly {
  readonly tiff: Tiff;
  readonly #kind: string;
  readonly #wanted: Wanted;
  readonly #planes: readonly Plane[];
  readonly #form: Form;
  #row = 0;

  /** @param first One of its tiles, which the others must be like. */
  constructor(first: Decoded, wanted: Wanted) {
    const { area, shrink, orientation, profile, isPremultiplied } = wanted;
    const { colourspace, hasAlpha, channels, nclx } = first;
    this.#wanted = wanted;
    this.#kind = kindOf(first);
    this.#form = { conversion: conversionOf(first), hasAlpha, isPremultiplied };
    const colours = colourspace === 'grey' ? 1 : 3;
    this.tiff = allocateTiff({
      width: Math.floor(area.width / shrink),
      height: Math.floor(area.height / shrink),
      channels: hasAlpha ? (colours === 1 ? 2 : 4) : colours,
      bits: (channels[0]?.bits ?? 8) > 8 ? 16 : 8,
      orientation,
      profile: profile ?? (colourspace === 'grey' ? undefined : profileOf(nclx)),
    });
    this.#planes = channels.map((_, index) => planeOf(first, index, wanted, this.tiff));
  }

  /** Adds a tile. @param x Pixels, as stored. @param y Pixels, as stored. @throws {DecoderFailure} It is not like the first one. */
  add(tile: Decoded, x: number, y: number): void {
    const { tileWidth, tileHeight } = this.#wanted.tiling;
    if (kindOf(tile) !== this.#kind) throw new DecoderFailure([], new Error('its tiles differ in kind'));
    for (const [index, { box, step }] of this.#planes.entries()) {
      const channel = tile.channels[index];
      const [width, height] = [Math.floor(tileWidth / step[0]), Math.floor(tileHeight / step[1])];
      if (channel === undefined || channel.width < width || channel.height < height)
        throw new DecoderFailure([], new Error('a tile is smaller than its header says'));
      box.add(channel, Math.floor(x / step[0]), Math.floor(y / step[1]));
    }
  }

  /** Converts all rows of which every tile has been added. @param bottom The first row of pixels that has not, as stored. */
  finishRows(bottom: number): void {
    const { area, shrink } = this.#wanted;
    const end = Math.min(this.tiff.height, Math.floor((bottom - area.top) / shrink));
    for (; this.#row < end; this.#row += 1) this.#convert(this.#row);
    for (const { box, rowOf } of this.#planes) box.release(rowOf(this.#row));
  }

  #convert(row: number): void {
    const sources = this.#planes.map(({ box, bits, phase, rowOf }): RowSource => {
      return { sums: box.sums, at: box.rowAt(rowOf(row)), area: box.area, bits, phase };
    });
    convertRow(this.tiff, row, sources, this.#form);
  }
}

/** What all tiles of a picture have in common. */
function kindOf({ colourspace, channels, chromaStep, nclx }: Decoded): string {
  return JSON.stringify([colourspace, channels.map(({ bits }) => bits), chromaStep, nclx]);
}

function planeOf(decoded: Decoded, index: number, wanted: Wanted, tiff: Tiff): Plane {
  const { area, shrink, tiling } = wanted;
  const isChroma = decoded.colourspace === 'YCbCr' && (index === 1 || index === 2);
  const [stepX, stepY] = isChroma ? decoded.chromaStep : [1, 1];
  // At full size two pixels share a sample of chroma.
  const [isSharedX, isSharedY] = [shrink < stepX, shrink < stepY];
  const [phaseX, phaseY] = [area.left % 2, area.top % 2];
  const columns = isSharedX ? Math.ceil((phaseX + tiff.width) / 2) : tiff.width;
  const rows = isSharedY ? Math.ceil((phaseY + tiff.height) / 2) : tiff.height;
  const blocks = {
    left: Math.floor(area.left / stepX),
    top: Math.floor(area.top / stepY),
    width: Math.max(1, shrink / stepX),
    height: Math.max(1, shrink / stepY),
    columns,
    rows,
  };
  return {
    box: new BoxPlane(blocks, Math.ceil(tiling.tileHeight / stepY)),
    step: [stepX, stepY],
    bits: decoded.channels[index]?.bits ?? 8,
    phase: isSharedX ? phaseX : undefined,
    rowOf: isSharedY ? (row) => (phaseY + row) >> 1 : (row) => row,
  };
}
