// Reads the pixels of a picture, tile by tile, at a smaller size: memory is that of one row of tiles and of the result.

import type { PictureSize } from '../../upright.js';
import { DecoderFailure } from '../sharp-image.js';
import { allocateTiff, type Tiff } from '../tiff/writer.js';
import { createPlane, type Plane, type Side } from './box-plane.js';
import { conversionOf } from './colours/conversion.js';
import { profileOf } from './colours/nclx-profile.js';
import { tableOf } from './colours/transfer.js';
import type { Placement } from './geometry.js';
import type { Decoded } from './libheif/decoded.js';
import type { PictureSource, Tiling } from './libheif/heif-image.js';
import { convertRow, type Form, type RowSource } from './rows.js';

/** What is to be read of a picture. */
export interface Wanted extends Placement {
  readonly tiling: Tiling;
  /** Whether libheif decodes it whole and applies its transformations: what is derived in another way than as a grid. */
  readonly isTransformed: boolean;
  /** ICC profile. */
  readonly profile: Buffer | undefined;
  readonly isPremultiplied: boolean;
}

/** The same, for one of the results. */
interface WantedSize extends Wanted {
  /** Pixels of the result, before it is turned: those of `area`, or at most half of them. */
  readonly size: PictureSize;
}

/**
 * The pixels as TIFFs with orientation and colour profile, one for each size; the tiles are decoded once.
 * @param sizes At least one, as {@link WantedSize} has it.
 * @throws {HeifError}
 * @throws {DecoderFailure}
 * @throws {ThumbsError} `UNSUPPORTED`
 */
export function readPicture(image: PictureSource, wanted: Wanted, sizes: readonly PictureSize[]): Tiff[] {
  const { tiling, area, isTransformed } = wanted;
  const isSingle = tiling.columns === 1 && tiling.rows === 1;
  let assemblies: readonly Assembly[] = [];
  const add = (decoded: Decoded, x: number, y: number) => {
    if (assemblies.length === 0) assemblies = sizes.map((size) => new Assembly(decoded, { ...wanted, size }));
    for (const assembly of assemblies) assembly.add(decoded, x, y);
  };
  for (let row = 0; row < tiling.rows; row += 1) {
    const y = row * tiling.tileHeight;
    if (y + tiling.tileHeight <= area.top || y >= area.top + area.height) continue;
    for (let column = 0; column < tiling.columns; column += 1) {
      const x = column * tiling.tileWidth;
      if (x + tiling.tileWidth <= area.left || x >= area.left + area.width) continue;
      // Read as a tile, a rotated picture that is not divided has "not the size signaled in the file".
      if (isSingle) image.withWhole(isTransformed, (decoded) => add(decoded, x, y));
      else image.withTile(column, row, (decoded) => add(decoded, x, y));
    }
    for (const assembly of assemblies) assembly.finishRows(y + tiling.tileHeight);
  }
  if (assemblies.length === 0) throw new DecoderFailure([], new Error('it has no tiles'));
  return assemblies.map(({ tiff }) => tiff);
}

/** One channel of a picture on its way. */
interface Layer {
  readonly plane: Plane;
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
  readonly #wanted: WantedSize;
  readonly #layers: readonly Layer[];
  readonly #form: Form;
  #row = 0;

  /** @param first One of its tiles, which the others must be like. */
  constructor(first: Decoded, wanted: WantedSize) {
    const { size, orientation, profile, isPremultiplied } = wanted;
    const { colourspace, hasAlpha, channels, nclx } = first;
    this.#wanted = wanted;
    this.#kind = kindOf(first);
    const isColour = colourspace !== 'grey';
    const table = profile === undefined && nclx !== undefined ? tableOf(nclx.transfer) : undefined;
    this.#form = { conversion: conversionOf(first), table, hasAlpha, isPremultiplied };
    this.tiff = allocateTiff({
      ...size,
      channels: isColour ? (hasAlpha ? 4 : 3) : hasAlpha ? 2 : 1,
      orientation,
      profile: profile ?? (isColour && nclx !== undefined ? profileOf(nclx.primaries) : undefined),
    });
    this.#layers = channels.map((_, index) => layerOf(first, index, wanted));
  }

  /** Adds a tile. @param x Pixels, as stored. @param y Pixels, as stored. @throws {DecoderFailure} It is not like the first one. */
  add(tile: Decoded, x: number, y: number): void {
    const { tiling } = this.#wanted;
    // The last column and row may be cut.
    const tileWidth = Math.min(tiling.tileWidth, tiling.width - x);
    const tileHeight = Math.min(tiling.tileHeight, tiling.height - y);
    if (kindOf(tile) !== this.#kind) throw new DecoderFailure([], new Error('its tiles differ in kind'));
    for (const [index, { plane, step }] of this.#layers.entries()) {
      const channel = tile.channels[index];
      const [width, height] = [Math.floor(tileWidth / step[0]), Math.floor(tileHeight / step[1])];
      if (channel === undefined || channel.width < width || channel.height < height)
        throw new DecoderFailure([], new Error('a tile is smaller than its header says'));
      plane.add(channel, Math.floor(x / step[0]), Math.floor(y / step[1]));
    }
  }

  /** Converts all rows of which every tile has been added. @param bottom The first row of pixels that has not, as stored. */
  finishRows(bottom: number): void {
    const { area, size } = this.#wanted;
    const step = area.height / size.height;
    // The error of the arithmetic must not cost the last row.
    const end = Math.min(size.height, Math.floor((bottom - area.top) / step + 1e-6));
    for (; this.#row < end; this.#row += 1) this.#convert(this.#row);
    for (const { plane, rowOf } of this.#layers) plane.release(rowOf(this.#row));
  }

  #convert(row: number): void {
    const sources = this.#layers.map(({ plane, bits, phase, rowOf }): RowSource => {
      return { sums: plane.sums, at: plane.rowAt(rowOf(row)), area: plane.area, bits, phase };
    });
    convertRow(this.tiff, row, sources, this.#form);
  }
}

/** What all tiles of a picture have in common. */
function kindOf({ colourspace, channels, chromaStep, nclx }: Decoded): string {
  return JSON.stringify([colourspace, channels.map(({ bits }) => bits), chromaStep, nclx]);
}

function layerOf(decoded: Decoded, index: number, { area, size, tiling }: WantedSize): Layer {
  const isChroma = decoded.colourspace === 'YCbCr' && (index === 1 || index === 2);
  const [stepX, stepY] = isChroma ? decoded.chromaStep : ([1, 1] as const);
  const columns = sideOf(area.left, area.width, size.width, stepX);
  const rows = sideOf(area.top, area.height, size.height, stepY);
  const phaseY = area.top % stepY;
  return {
    plane: createPlane(columns, rows, Math.ceil(tiling.tileHeight / stepY)),
    step: [stepX, stepY],
    bits: decoded.channels[index]?.bits ?? 8,
    phase: stepX === 2 && size.width === area.width ? area.left % 2 : undefined,
    rowOf: stepY === 2 && size.height === area.height ? (row) => (phaseY + row) >> 1 : (row) => row,
  };
}

/** The blocks of one side. At full size two pixels share a sample of chroma. @param step Pixels for each sample. */
function sideOf(start: number, length: number, count: number, step: number): Side {
  if (count < length) return { start: start / step, step: length / count / step, count };
  return { start: Math.floor(start / step), step: 1, count: Math.ceil(((start % step) + length) / step) };
}
