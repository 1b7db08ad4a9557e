// One wanted output of every photo: its size and shape, and how it is encoded.
//
// A variant is one value on its way through the program: consumers are configured with it, its format decides a thumbnail's
// name, and by its digest the record knows the thumbnail again.

import type { EncodingSettings, OutputFormat } from './output-formats.js';

/** A size in pixels. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/**
 * How an image and its box go together. `inside`: the image fits in the box. `cover`: it fills the box, and what stands out is cut off.
 * `contain`: it fits in the box, which is filled up. `fill`: it is stretched.
 */
export type Fit = 'inside' | 'cover' | 'contain' | 'fill';

/** Which part of an image a `cover` keeps: the middle, an edge, or what the eye is drawn to, by two measures of libvips. */
export type Position = 'centre' | 'top' | 'right' | 'bottom' | 'left' | 'entropy' | 'attention';

/** Red, green, blue from 0 to 255; alpha from 0 to 1. */
export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly alpha: number;
}

/** A format, with those settings that it has. */
export interface Encoding extends EncodingSettings {
  readonly format: OutputFormat;
}

/** One wanted output of every photo, complete. */
export interface Variant {
  /** As {@link isVariantName} has it, unique in a run. It decides no byte. */
  readonly name: string;
  /** An open side has the most pixels that the format can have. */
  readonly box: Box;
  readonly fit: Fit;
  /** For `cover` only. */
  readonly position?: Position;
  /** Of what `contain` fills up, and behind transparent pixels of a format without alpha. Absent where neither occurs. */
  readonly background?: Colour;
  /** Whether an image may become larger than it is. */
  readonly enlarge: boolean;
  readonly encoding: Encoding;
}

type Size = Readonly<Record<'width' | 'height', number>>;

/**
 * How many times smaller than an image a variant of it is, in the direction in which it is reduced least; 1 when it is not reduced.
 * @param image Pixels of the image in the directions of the box's sides: upright.
 */
export function reductionOf({ box, fit }: Variant, image: Size): number {
  const ratios = [image.width / box.width, image.height / box.height];
  const isFitted = fit === 'inside' || fit === 'contain';
  return Math.max(1, isFitted ? Math.max(...ratios) : Math.min(...ratios));
}

/**
 * The pixels of an image that is scaled for a variant, before it is cut or filled up, or a pixel more a side.
 * @param image As in {@link reductionOf}.
 */
export function scaledSize(variant: Variant, image: Size): Box {
  const { box, fit, enlarge } = variant;
  if (fit === 'fill') {
    const side = (name: 'width' | 'height') => (enlarge ? box[name] : Math.min(box[name], image[name]));
    return { width: side('width'), height: side('height') };
  }
  const ratios = [box.width / image.width, box.height / image.height];
  const enlarged = fit === 'cover' ? Math.max(...ratios) : Math.min(...ratios);
  const scale = enlarge ? enlarged : 1 / reductionOf(variant, image);
  return { width: Math.ceil(image.width * scale), height: Math.ceil(image.height * scale) };
}

/** The pixels of a variant of an image, or a pixel more a side. @param image As in {@link reductionOf}. */
export function largestSize(variant: Variant, image: Size): Box {
  const { box, fit } = variant;
  if (fit === 'contain') return box;
  const scaled = scaledSize(variant, image);
  return { width: Math.min(scaled.width, box.width), height: Math.min(scaled.height, box.height) };
}

/** What of a variant decides the bytes of its thumbnails. */
export function digestParts(variant: Variant): Readonly<Record<string, unknown>> {
  const { name: _, ...parts } = variant;
  return parts;
}

const NAME = /^[a-z0-9_-]{1,64}$/;

/** Whether a value is a variant's name: 1 to 64 characters, each a to z, 0 to 9, _ or -. */
export function isVariantName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}
