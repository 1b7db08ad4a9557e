// Pictures with transparency: a disc whose edge fades out over several pixels, and colours that nobody is to see around it.

import sharp from 'sharp';
import { pngChunk } from '../hostile-images.js';
import { tiffFile, types } from '../tiff-files.js';
import type { Files } from './charts.js';
import { pngFile } from './files.js';

export const SIDE = 240;
const RADIUS = 80;
/** Pixels over which the edge fades out. */
const EDGE = 24;

export const DISC = [200, 40, 90] as const;
/** The colour of the pixels that are fully transparent. */
const INVISIBLE = [0, 255, 0] as const;
export const GREY_DISC = 180;
const INVISIBLE_GREY = 20;

/** From 0 to 255. @param steps The number of levels beside 0. */
function alphaAt(x: number, y: number, steps: number): number {
  const distance = Math.hypot(x + 0.5 - SIDE / 2, y + 0.5 - SIDE / 2);
  const part = Math.min(1, Math.max(0, (RADIUS + EDGE / 2 - distance) / EDGE));
  return (Math.round(part * steps) * 255) / steps;
}

/** A buffer of what each pixel has. */
function pixels(pixel: (alpha: number) => readonly number[], steps = 255): Buffer {
  return Buffer.from(
    Array.from({ length: SIDE * SIDE }, (_, at) =>
      pixel(alphaAt(at % SIDE, Math.floor(at / SIDE), steps)),
    ).flat(),
  );
}

/** RGBA of 8 bits. @param steps Levels of alpha beside 0. */
export function disc(steps = 255): Buffer {
  return pixels((alpha) => [...(alpha === 0 ? INVISIBLE : DISC), alpha], steps);
}

export function greyDisc(): Buffer {
  return pixels((alpha) => {
    const grey = alpha === 0 ? INVISIBLE_GREY : GREY_DISC;
    return [grey, grey, grey, alpha];
  });
}

const size = { width: SIDE, height: SIDE };
const extraSamples = (kind: 1 | 2) => ({ tag: 338, type: types.SHORT, values: [kind] });

/** Both bytes of a sample of 16 bits the same. */
function doubled(bytes: Buffer): Buffer {
  return Buffer.from([...bytes].flatMap((byte) => [byte, byte]));
}

/** Files that have {@link disc} with all levels of alpha. */
export async function colourFiles(): Promise<Files> {
  const rgba = disc();
  const image = sharp(rgba, { raw: { ...size, channels: 4 } });
  const premultiplied = pixels((alpha) => [...DISC.map((value) => Math.round((value * alpha) / 255)), alpha]);
  const tiff = { ...size, photometric: 2 };
  const [bits, deep] = [
    [8, 8, 8, 8],
    [16, 16, 16, 16],
  ];
  return {
    PNG: pngFile({ ...size, depth: 8, type: 'rgba', data: rgba }),
    'PNG of 16 bits': pngFile({ ...size, depth: 16, type: 'rgba', data: doubled(rgba) }),
    'palette PNG': paletteFile(rgba),
    TIFF: tiffFile({ ...tiff, bits, data: [rgba], tags: [extraSamples(2)] }),
    'TIFF of 16 bits': tiffFile({ ...tiff, bits: deep, data: [doubled(rgba)], tags: [extraSamples(2)] }),
    'premultiplied TIFF': tiffFile({ ...tiff, bits, data: [premultiplied], tags: [extraSamples(1)] }),
    WebP: await image.clone().webp({ lossless: true, exact: true, effort: 0 }).toBuffer(),
    AVIF: await image.clone().avif({ lossless: true, effort: 0 }).toBuffer(),
  };
}

/** Files that have {@link disc} with two levels of alpha. */
export async function maskedFiles(): Promise<Files> {
  const rgba = disc(1);
  const image = sharp(rgba, { raw: { ...size, channels: 4 } });
  const rgb = Buffer.from(rgba.filter((_, at) => at % 4 !== 3));
  const key = pngChunk('tRNS', Buffer.from(INVISIBLE.flatMap((value) => [0, value])));
  return {
    GIF: await image.gif().toBuffer(),
    'PNG with a transparent colour': pngFile({ ...size, depth: 8, type: 'rgb', data: rgb, chunks: [key] }),
    'palette PNG': paletteFile(rgba),
  };
}

/** Files that have {@link greyDisc}. */
export function greyFiles(): Files {
  const data = Buffer.from(greyDisc().filter((_, at) => at % 4 > 1));
  return {
    PNG: pngFile({ ...size, depth: 8, type: 'greyAlpha', data }),
    'PNG of 16 bits': pngFile({ ...size, depth: 16, type: 'greyAlpha', data: doubled(data) }),
    TIFF: tiffFile({ ...size, photometric: 1, bits: [8, 8], data: [data], tags: [extraSamples(2)] }),
  };
}

/** A PNG with an index for each level of alpha (PNG, third edition, 11.3.1.1). */
function paletteFile(rgba: Buffer): Buffer {
  const colours = Array.from({ length: 256 }, (_, alpha) => (alpha === 0 ? INVISIBLE : DISC)).flat();
  const chunks = [
    pngChunk('PLTE', Buffer.from(colours)),
    pngChunk('tRNS', Buffer.from(Array.from({ length: 256 }, (_, alpha) => alpha))),
  ];
  const data = Buffer.from(rgba.filter((_, at) => at % 4 === 3));
  return pngFile({ ...size, depth: 8, type: 'palette', data, chunks });
}
