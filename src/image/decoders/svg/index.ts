// SVG drawings, rendered by librsvg at the size of the thumbnail. On request only: a drawing is a program more than a picture.
//
// librsvg gets bytes without an address. So nothing that a drawing refers to is loaded, neither a file nor from a host; only what it holds
// itself, as `data:`, is drawn.

import { type ImageError, unsupportedFeatureError } from '../../../errors.js';
import { reductionOf } from '../../../options/variant.js';
import { MemoryShortage } from '../../limits.js';
import type { Decoder, Reader } from '../decoder.js';
import { SharpImage } from '../sharp-image.js';
import { xmlRoot } from './xml-root.js';

export const svg: Decoder = {
  name: 'SVG',
  extensions: ['svg'],
  loaders: ['VipsForeignLoadSvgBuffer'],
  lacks: (decoding) =>
    decoding.svg
      ? undefined
      : { needs: 'svg', kind: 'option', reason: 'drawings are not switched on', remedy: '--svg' },
  load: async () => [open],
  readBy: ({ libvips }) => [`libvips ${libvips}`],
  recognizes: ({ bytes }) => xmlRoot(bytes) === 'svg',
};

const open: Reader = async (bytes, { variant, maxMemory = Number.POSITIVE_INFINITY }) => {
  const tree = treeBytes(bytes);
  // Not even the size is known before the whole drawing has been parsed.
  if (tree > maxMemory) throw new MemoryShortage();
  if (elements(bytes) > MOST_ELEMENTS) throw unsupported(`more than ${MOST_ELEMENTS} elements`);
  const image = new SharpImage(bytes);
  const { width, height } = await image.finish(image.sharp.metadata());
  // What libvips says of a drawing without a size, of one in parts of the page, and of one beyond its limit of 10 million.
  if (width === 1 && height === 1) throw unsupported('no size of their own');
  if (Math.max(width, height) > MOST_TIMES * Math.min(width, height))
    throw unsupported(`one side ${MOST_TIMES} times as long as the other`);
  const surface = (width * height) / reductionOf(variant, { width, height }) ** 2;
  return {
    ...{ width, height, orientation: 1 },
    memoryNeed: BASE_BYTES + tree + surface * SURFACE_BYTES,
    fastShrinkOnLoad: true,
    pixels: () => image,
    pixelsAfter: (failure) => {
      if (failure.lines.some((line) => TOO_MANY_REFERENCES.test(line)))
        throw unsupported('as many references', failure);
      if (failure.lines.some((line) => TOO_LONG.test(line)))
        throw unsupported('such sides at this size', failure);
      return undefined;
    },
  };
};

function unsupported(feature: string, cause?: unknown): ImageError {
  return unsupportedFeatureError('svg', feature, cause);
}

/** What librsvg reads. */
const MOST_ELEMENTS = 1_000_000;

/** What librsvg draws of elements that refer to others, which may refer to others again. */
const TOO_MANY_REFERENCES = /exceeded more than \d+ referenced elements$/;

/** What sharp says of a drawing that is stretched, or enlarged until it covers a box. */
const TOO_LONG = /exceed 32767x32767 pixel limit when scaled/;

/** The longest side that sharp draws, when the other one is a pixel. */
const MOST_TIMES = 32_767;

/** librsvg and its first drawing, with text: fonts. */
const BASE_BYTES = 30e6;

/** For each pixel of the thumbnail: the surface, and those of groups and filters. Nothing predicts how deeply groups are nested. */
const SURFACE_BYTES = 32;

/** Bytes for each element, and for each byte of its attributes and text. Measured: sharp parses a drawing three times. */
const TREE = { element: 9000, byte: 90 };

/** Bytes of memory that librsvg's trees of a drawing take. Pictures that it holds (`data:`) are not part of it. */
function treeBytes(bytes: Buffer): number {
  let pictures = 0;
  for (let at = bytes.indexOf(BASE64); at !== -1; at = bytes.indexOf(BASE64, at + pictureLength(bytes, at)))
    pictures += pictureLength(bytes, at);
  return elements(bytes) * TREE.element + (bytes.length - pictures) * TREE.byte;
}

const BASE64 = ';base64,';
const [SLASH, QUOTE, APOSTROPHE] = Buffer.from(`/"'`);

/** Bytes from `at` to the end of the attribute. */
function pictureLength(bytes: Buffer, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] !== QUOTE && bytes[end] !== APOSTROPHE) end += 1;
  return end - at;
}

/** Start tags. */
function elements(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf('<'); at !== -1; at = bytes.indexOf('<', at + 1))
    if (bytes[at + 1] !== SLASH) count += 1;
  return count;
}
