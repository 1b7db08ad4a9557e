// An image made upright and smaller by sharp, and cut or filled up to its variant's shape.

import type { FitEnum, OutputInfo, ResizeOptions, Sharp } from 'sharp';
import { outputFormats } from '../options/output-formats.js';
import type { Box, Colour, Fit, Position, Variant } from '../options/variant.js';
import type { SharpImage } from './decoders/sharp-image.js';
import { loadSharp } from './sharp.js';
import { turnOf, uprightSize } from './upright.js';

export interface Resizing {
  readonly variant: Pick<Variant, 'box' | 'fit' | 'enlarge'>;
  /** Whether the pixels are upright as they are stored, whatever orientation libvips finds. */
  readonly isUpright: boolean;
  /** As in `OpenImage`. */
  readonly fastShrinkOnLoad: boolean;
}

/** How an image is scaled, before it is cut or filled up: no side is smaller than the box, or none is larger. */
const SCALING: Readonly<Record<Fit, keyof FitEnum>> = {
  inside: 'inside',
  contain: 'inside',
  cover: 'outside',
  fill: 'fill',
};

/** The image upright and scaled. It is resized as it is stored, and turned after that. */
export function resizeUpright(image: SharpImage, { variant, isUpright, fastShrinkOnLoad }: Resizing): Sharp {
  const { box, fit, enlarge } = variant;
  const options: ResizeOptions = { fit: SCALING[fit], withoutEnlargement: !enlarge, fastShrinkOnLoad };
  const { sharp, orientation } = image;
  if (isUpright) return sharp.resize({ ...box, ...options });
  if (orientation === undefined) return sharp.autoOrient().resize({ ...box, ...options });
  const { isMirrored, degrees } = turnOf(orientation);
  const stored = uprightSize({ ...box, orientation });
  // sharp would turn it first if it were told so first, and then resize other rows and columns.
  return sharp
    .resize({ ...stored, ...options })
    .flop(isMirrored)
    .rotate(degrees);
}

/** Samples of a scaled image. */
export interface Scaled {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

/**
 * Whether a variant is made of {@link Scaled} samples in a second step: where its shape is not the image's, because sharp's own way depends
 * on the orientation; and where there is a colour behind it, of which sharp keeps only red in a grey image.
 */
export function isTwoSteps({ fit, background, encoding }: Variant): boolean {
  if (fit === 'cover' || fit === 'contain') return true;
  return !outputFormats[encoding.format].hasAlpha && background !== undefined && !isGrey(background);
}

function isGrey({ r, g, b }: Colour): boolean {
  return r === g && g === b;
}

/** A scaled image cut or filled up. One that is smaller than the box that it covers is cut to the box's shape, not enlarged. */
export function framed(
  { data, info }: Scaled,
  { box, fit, position = 'centre', background }: Variant,
): Sharp {
  const { width, height, channels } = info;
  const image = loadSharp()(data, { raw: { width, height, channels }, limitInputPixels: false });
  if (fit === 'cover')
    return image.resize({ ...coveredBox(box, info), fit: 'cover', position: positions[position] });
  if (fit !== 'contain') return image;
  return image.resize({
    ...box,
    fit: 'contain',
    withoutEnlargement: true,
    ...(background === undefined ? {} : { background }),
  });
}

/** The image as its format can have it: without alpha, over its background, where the format has none. */
export function withoutAlpha(image: Sharp, { background, encoding }: Variant): Sharp {
  if (outputFormats[encoding.format].hasAlpha) return image;
  return image.flatten(background === undefined ? true : { background });
}

function coveredBox(box: Box, scaled: Box): Box {
  const scale = Math.min(1, scaled.width / box.width, scaled.height / box.height);
  const pixels = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: pixels(box.width), height: pixels(box.height) };
}

/** As sharp has them. */
const positions: Readonly<Record<Position, string | number>> = {
  centre: 'centre',
  top: 'top',
  right: 'right',
  bottom: 'bottom',
  left: 'left',
  entropy: 16,
  attention: 17,
};
