// What the header of a HEIF file says of the photo that it shows, and of the smaller pictures of it.

import { unsupportedFeatureError } from '../../../errors.js';
import { DecoderFailure } from '../sharp-image.js';
import { placementOf } from './geometry.js';
import type { HeifFile } from './libheif/heif-file.js';
import type { HeifImage, Tiling } from './libheif/heif-image.js';
import type { Wanted } from './picture.js';

/** What an item is coded with, by its type; HEVC and AV1 apart. */
const OTHER_CODECS: ReadonlyMap<string, string> = new Map([
  ['avc1', 'AVC'],
  ['jpeg', 'JPEG'],
  ['j2k1', 'JPEG 2000'],
  ['jxl ', 'JPEG XL'],
  ['vvc1', 'VVC'],
  ['lhv1', 'layered HEVC'],
  ['evc1', 'EVC'],
  ['unci', 'no'],
]);

/** Derived items may be made of derived ones: levels that are read. */
const MAX_DEPTH = 8;

/** Of all items that a derived picture is made of: those of an identity of a grid of as many pixels as are allowed by default, and more. */
const MAX_INPUT_PIXELS = 600e6;

/** A picture by its header: all that is to be known before it is read, except for the size. */
export interface Header extends Wanted {
  /** Of its item; undefined for the first picture of a sequence. */
  readonly id: number | undefined;
  /** Bits of a sample. */
  readonly bits: number;
  readonly hasAlpha: boolean;
  /** Pixels that libheif holds at once: of a tile, or of the whole picture and what it is made of. */
  readonly heldPixels: number;
}

/** The type of the item that an item's pixels come from in the end: `hvc1`, `av01`. Of several it is the first one's. */
export function codecOf(file: HeifFile, id: number): string {
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const [input] = file.inputsOf(at);
    if (input === undefined) break;
    at = input;
  }
  return file.typeOf(at);
}

/** @throws {ThumbsError} `UNSUPPORTED`: libheif-js reads HEVC alone, and libvips AV1. */
export function requireHevcOrAv1(codec: string): void {
  const name = OTHER_CODECS.get(codec);
  if (name !== undefined) throw unsupportedFeatureError('heic', `${name} compression`);
}

/**
 * @throws {HeifError}
 * @throws {DecoderFailure}
 */
export function readHeader(file: HeifFile, image: HeifImage): Header {
  const { id, bits, hasAlpha, isPremultiplied, profile, tiling, width, height } = image;
  const common = { id, bits, hasAlpha, isPremultiplied, profile };
  if (mayBeReadByTiles(file, image, tiling)) {
    requireSize(tiling);
    const placement = placementOf(file.transformationsOf(id), tiling.width, tiling.height);
    const heldPixels = tiling.tileWidth * tiling.tileHeight * (hasAlpha ? 2 : 1);
    return { ...common, tiling, ...placement, isTransformed: false, heldPixels };
  }
  const whole = { columns: 1, rows: 1, tileWidth: width, tileHeight: height, width, height };
  requireSize(whole);
  const area = { left: 0, top: 0, width, height };
  const heldPixels = width * height * (hasAlpha ? 2 : 1) + inputPixels(file, id);
  return { ...common, tiling: whole, area, orientation: 1, isTransformed: true, heldPixels };
}

/**
 * The first picture of the sequence in a file without a primary item. What its bitstream says is not known yet.
 * @throws {HeifError}
 * @throws {DecoderFailure}
 */
export function readTrackHeader(file: HeifFile): Header {
  const { width, height } = file.trackSize();
  const tiling = { columns: 1, rows: 1, tileWidth: width, tileHeight: height, width, height };
  requireSize(tiling);
  return {
    ...{ id: undefined, bits: 10, hasAlpha: false, isPremultiplied: false, profile: undefined },
    ...{ tiling, area: { left: 0, top: 0, width, height }, orientation: 1 },
    ...{ isTransformed: true, heldPixels: 2 * width * height },
  };
}

/**
 * Whether the tiles of a picture, without transformations, are all of it. Otherwise libheif decodes the whole: overlays and identities,
 * whose inputs have transformations of their own, as tiles might; and an alpha plane that is divided in another way.
 */
function mayBeReadByTiles(file: HeifFile, image: HeifImage, tiling: Tiling): boolean {
  const type = file.typeOf(image.id);
  if (type === 'iovl' || type === 'iden') return false;
  if (
    type === 'grid' &&
    file.inputsOf(image.id).some((input) => isDerived(file, input) || isMoved(file, input))
  )
    return false;
  const alphaId = image.hasAlpha ? image.alphaId : undefined;
  return alphaId === undefined || file.withImage(alphaId, (alpha) => isDividedAlike(alpha.tiling, tiling));
}

function isDerived(file: HeifFile, id: number): boolean {
  return file.inputsOf(id).length > 0;
}

function isMoved(file: HeifFile, id: number): boolean {
  return file.transformationsOf(id).some((found) => found.type !== 'irot' || found.degrees !== 0);
}

function isDividedAlike(one: Tiling, other: Tiling): boolean {
  return (
    one.columns === other.columns &&
    one.rows === other.rows &&
    one.tileWidth === other.tileWidth &&
    one.tileHeight === other.tileHeight
  );
}

/** @throws {DecoderFailure} */
function requireSize({ columns, rows, tileWidth, tileHeight, width, height }: Tiling): void {
  const isWhole = columns * tileWidth >= width && rows * tileHeight >= height;
  if (width < 1 || height < 1 || !isWhole)
    throw new DecoderFailure([], new Error(`its size is given as ${width}x${height}`));
}

/**
 * Pixels of all items that a derived one is made of, each once.
 * @throws {ThumbsError} `UNSUPPORTED`: libheif goes down by recursion, and many levels are more than its stack holds; or they are too many.
 */
function inputPixels(file: HeifFile, id: number): number {
  const seen = new Set<number>([id]);
  let level = [id];
  let pixels = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw unsupported(`more than ${MAX_DEPTH} levels of derived pictures`);
    const inputs = new Set(level.flatMap((derived) => file.inputsOf(derived)));
    level = [...inputs].filter((input) => !seen.has(input));
    for (const input of level) {
      seen.add(input);
      pixels += file.withImage(input, ({ width, height }) => width * height);
    }
  }
  if (pixels > MAX_INPUT_PIXELS)
    throw unsupported(`more than ${MAX_INPUT_PIXELS / 1e6} megapixels in what they are made of`);
  return pixels;
}

function unsupported(feature: string): Error {
  return unsupportedFeatureError('heic', feature);
}
