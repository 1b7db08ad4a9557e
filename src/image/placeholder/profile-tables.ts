// Colours of small pictures in sRGB, by tables. libvips takes 3 ms to prepare a conversion by a profile, however few pixels are converted;
// photos of one camera have the same profile, so a table of it is made once.

import { createHash } from 'node:crypto';
import { SharpImage } from '../decoders/sharp-image.js';
import { encodeTiff } from '../decoders/tiff/writer.js';

/** Levels of each channel in a table of three: between them colours are interpolated. */
const LEVELS = 17;
const GREYS = 256;

/** Tables that are held: some cameras' and some programs' profiles. Each has 15 kB. */
const MOST_TABLES = 32;
const tables = new Map<string, Uint8Array>();

/**
 * RGBA samples, opaque, of samples in the colours of a profile, or in sRGB without one.
 * @param channels Grey (1) or RGB (3).
 * @throws {DecoderFailure}
 */
export async function inSrgb(
  data: Uint8Array,
  channels: 1 | 3,
  profile: Uint8Array | undefined,
): Promise<Uint8Array> {
  const table = profile === undefined ? undefined : await tableOf(profile, channels);
  const pixels = data.length / channels;
  const target = new Uint8Array(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const from = pixel * channels;
    const r = data[from] ?? 0;
    const [g, b] = channels === 1 ? [r, r] : [data[from + 1] ?? 0, data[from + 2] ?? 0];
    if (table === undefined) target.set([r, g, b], pixel * 4);
    else if (channels === 1) target.set(table.subarray(r * 3, r * 3 + 3), pixel * 4);
    else target.set(interpolated(table, r, g, b), pixel * 4);
    target[pixel * 4 + 3] = 255;
  }
  return target;
}

async function tableOf(profile: Uint8Array, channels: 1 | 3): Promise<Uint8Array> {
  const key = `${channels} ${createHash('sha256').update(profile).digest('hex')}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const table = await makeTable(profile, channels);
  if (tables.size === MOST_TABLES) tables.clear();
  tables.set(key, table);
  return table;
}

/** Every level of a grey, or {@link LEVELS} levels of each colour, in sRGB: three samples for each. */
async function makeTable(profile: Uint8Array, channels: 1 | 3): Promise<Uint8Array> {
  const colours = channels === 1 ? Uint8Array.from({ length: GREYS }, (_, level) => level) : gridOfColours();
  const picture = { data: colours, width: colours.length / channels, height: 1, channels };
  const image = new SharpImage(encodeTiff({ ...picture, orientation: 1, profile }));
  return await image.finish(image.sharp.toColourspace('srgb').raw().toBuffer());
}

/** Red changes fastest. */
function gridOfColours(): Uint8Array {
  const grid = new Uint8Array(LEVELS ** 3 * 3);
  const level = (index: number) => Math.round((index * 255) / (LEVELS - 1));
  for (let index = 0; index < LEVELS ** 3; index += 1) {
    const [r, g, b] = [index % LEVELS, Math.floor(index / LEVELS) % LEVELS, Math.floor(index / LEVELS ** 2)];
    grid.set([level(r), level(g), level(b)], index * 3);
  }
  return grid;
}

/** A colour between the eight nearest ones of the grid. */
function interpolated(table: Uint8Array, r: number, g: number, b: number): [number, number, number] {
  const colour: [number, number, number] = [0, 0, 0];
  const scale = (LEVELS - 1) / 255;
  const at = [r * scale, g * scale, b * scale];
  const low = at.map((place) => Math.min(LEVELS - 2, Math.floor(place)));
  for (let corner = 0; corner < 8; corner += 1) {
    let [weight, index, stride] = [1, 0, 3];
    for (let axis = 0; axis < 3; axis += 1) {
      const upper = (corner >> axis) & 1;
      const part = (at[axis] ?? 0) - (low[axis] ?? 0);
      weight *= upper === 1 ? part : 1 - part;
      index += ((low[axis] ?? 0) + upper) * stride;
      stride *= LEVELS;
    }
    for (let channel = 0; channel < 3; channel += 1)
      colour[channel] = (colour[channel] ?? 0) + weight * (table[index + channel] ?? 0);
  }
  return [Math.round(colour[0]), Math.round(colour[1]), Math.round(colour[2])];
}
