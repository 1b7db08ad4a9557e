// Bytes in, thumbnails out. It knows nothing of files, processes or messages, so any transport can use it.

import { createHash } from 'node:crypto';
import type { Sharp } from 'sharp';
import { damagedImageError, isImageError, unsupportedFeatureError } from '../errors.js';
import { type DecodingOptions, defaultDecoding } from '../options/options.js';
import { largestSize, scaledSize, type Variant } from '../options/variant.js';
import { Declined } from './decoders/declined.js';
import type { Decoder, FromPicture, OpenImage, OpenRequest, Reader } from './decoders/decoder.js';
import { decoders, recognize, type SourceFormat } from './decoders/index.js';
import { previewReaders } from './decoders/raw/index.js';
import type { PreviewFor } from './decoders/raw/preview.js';
import { SharedReads } from './decoders/shared-reads.js';
import { DecoderFailure, type SharpImage } from './decoders/sharp-image.js';
import { unsupportedFeature } from './decoders/warnings.js';
import { encoders } from './encoders/index.js';
import { checkLimits, type ImageLimits } from './limits.js';
import { placeholderOf, placeholderReading, readingsOf } from './placeholder/placeholder.js';
import { framed, isTwoSteps, resizeUpright, type Scaled, withoutAlpha } from './resize.js';
import { loadSharp } from './sharp.js';
import { uprightSize } from './upright.js';

const allowed = new Set<Decoder>();

// Only processes that render import this file, so sharp is loaded at once.
allow(...Object.values(decoders).filter(({ lacks }) => lacks === undefined));

/** Allows the loaders of decoders. One that may lack something has no loader before its first image: until then nothing decodes by it. */
function allow(...found: readonly Decoder[]): void {
  const added = found.filter((decoder) => !allowed.has(decoder));
  if (added.length === 0) return;
  loadSharp().unblock({ operation: added.flatMap(({ loaders }) => loaders) });
  for (const decoder of added) allowed.add(decoder);
}

/**
 * Loads all decoders, so that an incomplete installation shows before the first image.
 * @throws whatever keeps a module from being loaded.
 */
export async function loadDecoders(): Promise<void> {
  await Promise.all(Object.values(decoders).map((decoder) => decoder.load()));
}

export interface RenderOptions {
  /** At least one, or a placeholder. */
  readonly variants: readonly Variant[];
  /** Whether a ThumbHash is wanted. @default false */
  readonly placeholder?: boolean;
  /** Images with more pixels (width times height of the first frame) are refused. */
  readonly maxPixels: number;
  /** Bytes of memory that the calling process may use; an image whose header predicts more is not decoded. @default no limit */
  readonly maxMemory?: number;
  /** @default defaultDecoding */
  readonly decoding?: DecodingOptions;
  /** Called before work that blocks this thread for up to seconds. */
  readonly onBlocking?: () => void;
}

/** Memory of a process that has made some thumbnails and holds no image (Node.js, sharp, libvips), bytes. */
const IDLE_BYTES = 90e6;

/** A finished thumbnail, in memory. */
export interface RenderedThumbnail {
  readonly variant: Variant;
  /** The thumbnail's file. */
  readonly bytes: Buffer;
  /** Lower-case hex SHA-256 of `bytes`. */
  readonly sha256: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** The picture that was used in place of the full one, and its pixels, upright. */
  readonly from?: FromPicture['kind'];
  readonly fromWidth?: number;
  readonly fromHeight?: number;
}

/** What was made of one image. */
export interface Rendered {
  /** One for each variant, in their order. */
  readonly thumbnails: readonly RenderedThumbnail[];
  /** ThumbHash, base64; absent where it was not wanted. */
  readonly placeholder?: string;
  readonly sourceFormat: SourceFormat;
  /** Pixels, upright. */
  readonly sourceWidth: number;
  /** Pixels, upright. */
  readonly sourceHeight: number;
  /** When the photo was taken, as `manifest/record.ts` has it; null when it does not say. */
  readonly takenAt: string | null;
}

/** What was made for one reading of an image. */
interface Made {
  /** What its header says; its pixels are not held. */
  readonly image: Pick<OpenImage, 'width' | 'height' | 'orientation' | 'photo' | 'takenAt' | 'from'>;
  /** Of the variant; the ThumbHash for the reading of a placeholder. */
  readonly result: Encoded | string;
}

/** The part of a thumbnail that does not depend on its source's header. */
type Encoded = Pick<RenderedThumbnail, 'bytes' | 'sha256' | 'width' | 'height'>;

/**
 * Makes the thumbnails of one image, and its placeholder: upright by EXIF, sRGB by the embedded profile, 8 bits a channel, alpha kept
 * where the format has it, of the first frame or page, without metadata. Equal pixels give equal bytes, and each variant the same bytes
 * whichever others are made with it. The source's bytes must not change until the promise settles.
 *
 * @param source A whole file, or the previews of a RAW file of which only parts were read: those for the wanted variants.
 * @throws {ThumbsError} `UNSUPPORTED`, `TOO_LARGE` or `CORRUPT`; the message is the cause alone, without a file's name.
 * @throws {MemoryShortage} The image itself may be fine.
 * @throws any other error for a fault of this program.
 */
export async function renderThumbnails(
  source: Buffer | readonly PreviewFor[],
  options: RenderOptions,
): Promise<Rendered> {
  const { variants, placeholder = false, maxPixels, maxMemory = Number.POSITIVE_INFINITY } = options;
  const { decoding = defaultDecoding, onBlocking } = options;
  const { format, inputs } = await inputsOf(source, readingsOf({ variants, placeholder }), decoding);
  const inputBytes = inputs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const limits = { maxPixels, maxMemory: maxMemory - IDLE_BYTES - inputBytes };
  const made = new Map<Variant, Made>();
  try {
    for (const input of inputs) {
      const request = { decoding, onBlocking, shared: new SharedReads() };
      for (const [variant, each] of await read(input, request, limits)) made.set(variant, each);
    }
  } catch (error) {
    if (!(error instanceof DecoderFailure)) throw error;
    const feature = unsupportedFeature(error);
    if (feature !== undefined) throw unsupportedFeatureError(format, feature, error);
    throw damagedImageError(format, error.message, error);
  }
  return renderedOf(made, variants, format);
}

function renderedOf(
  made: ReadonlyMap<Variant, Made>,
  variants: readonly Variant[],
  sourceFormat: SourceFormat,
): Rendered {
  const [first] = made.values();
  if (first === undefined) throw new RangeError('Expected something to be made');
  const { image } = first;
  const { width: sourceWidth, height: sourceHeight } = image.photo ?? uprightSize(image);
  const thumbnails = variants.map((variant): RenderedThumbnail => {
    const found = made.get(variant);
    if (found === undefined || typeof found.result === 'string')
      throw new RangeError(`Expected ${variant.name} to have been made`);
    return { variant, ...found.result, ...fromFacts(found.image) };
  });
  const placeholder = made.get(placeholderReading)?.result;
  return {
    thumbnails,
    ...{ sourceFormat, sourceWidth, sourceHeight, takenAt: image.takenAt ?? null },
    ...(typeof placeholder === 'string' ? { placeholder } : {}),
  };
}

/** When the photo was taken, without its pixels being read: {@link Rendered.takenAt}. Null also for a file of no known format. */
export async function takenAtOf(bytes: Buffer, decoding: DecodingOptions): Promise<string | null> {
  let decoder: Decoder;
  try {
    decoder = recognize(bytes, decoding).decoder;
  } catch (error) {
    if (isImageError(error)) return null;
    throw error;
  }
  return (await decoder.takenAt?.(bytes)) ?? null;
}

/** Bytes that are decoded for these readings, and what may decode them. */
interface Input {
  readonly bytes: Buffer;
  readonly readers: readonly Reader[];
  readonly readings: readonly Variant[];
}

/** The format of a source, and what is to be decoded of it. */
async function inputsOf(
  source: Buffer | readonly PreviewFor[],
  readings: readonly Variant[],
  decoding: DecodingOptions,
): Promise<{ format: SourceFormat; inputs: readonly Input[] }> {
  if (Buffer.isBuffer(source)) {
    const { format, decoder } = recognize(source, decoding);
    allow(decoder);
    return { format, inputs: [{ bytes: source, readers: await decoder.load(), readings }] };
  }
  const inputs: Input[] = [];
  for (const { preview, variants } of source)
    inputs.push({ bytes: preview.jpeg, readers: await previewReaders(preview), readings: variants });
  return { format: 'raw', inputs };
}

function fromFacts({
  from,
}: Pick<OpenImage, 'from'>): Pick<RenderedThumbnail, 'from' | 'fromWidth' | 'fromHeight'> {
  return from === undefined ? {} : { from: from.kind, fromWidth: from.width, fromHeight: from.height };
}

/**
 * What is made for each reading by the first of the readers that neither declines the image nor refuses it; the last one decides. One that
 * lacks memory ends this: another reader would give other pixels, and the same image is to give the same thumbnail whatever the memory.
 */
async function read(
  { bytes, readers, readings }: Input,
  request: Pick<OpenRequest, 'decoding' | 'onBlocking' | 'shared'>,
  limits: ImageLimits,
): Promise<ReadonlyMap<Variant, Made>> {
  const made = new Map<Variant, Made>();
  let among = readings;
  for (const [index, open] of readers.entries()) {
    const left: Variant[] = [];
    for (const variant of among) {
      try {
        // What was read for other variants is still there.
        const maxMemory = limits.maxMemory - request.shared.heldBytes;
        const image = await open(bytes, { ...request, variant, among, maxMemory });
        checkLimits(image, { ...limits, maxMemory });
        checkScaled(image, variant, { ...limits, maxMemory });
        const { width, height, orientation, photo, takenAt, from } = image;
        const result = await decode(image, variant);
        made.set(variant, { image: { width, height, orientation, photo, takenAt, from }, result });
      } catch (error) {
        if (!(error instanceof Declined || isImageError(error)) || index === readers.length - 1) throw error;
        left.push(variant);
      }
    }
    if (left.length === 0) break;
    among = left;
  }
  return made;
}

/** Bytes for each pixel of a scaled image that is cut or filled up in a second step. */
const SAMPLE_BYTES = 8;

/**
 * Checks what an image takes with its thumbnail: a thin one that is enlarged until it covers a box is much larger before it is cut.
 * @throws {ThumbsError} `TOO_LARGE`
 * @throws {MemoryShortage}
 */
function checkScaled(image: OpenImage, variant: Variant, limits: ImageLimits): void {
  const upright = uprightSize(image);
  const [scaled, size] = [scaledSize(variant, upright), largestSize(variant, upright)];
  const { encoding } = variant;
  const samples = isTwoSteps(variant) ? scaled.width * scaled.height * SAMPLE_BYTES : 0;
  const encoded = size.width * size.height * encoders[encoding.format].heldBytesPerPixel(encoding);
  const memoryNeed = image.memoryNeed + samples + encoded;
  // As large as the image it is within the limit.
  const { width, height } = variant.enlarge ? scaled : { width: 0, height: 0 };
  checkLimits({ width, height, orientation: 1, memoryNeed }, limits);
}

async function decode(image: OpenImage, variant: Variant): Promise<Encoded | string> {
  try {
    return await make(await image.pixels(), variant, image);
  } catch (error) {
    const second = error instanceof DecoderFailure ? image.pixelsAfter?.(error) : undefined;
    if (second === undefined) throw error;
    const made = await make(second.image, variant, image);
    second.requireAll();
    return made;
  }
}

function make(image: SharpImage, variant: Variant, open: OpenImage): Promise<Encoded | string> {
  return variant === placeholderReading ? placeholderOf(image, open) : encode(image, variant, open);
}

async function encode(
  image: SharpImage,
  variant: Variant,
  { fastShrinkOnLoad, isUpright = false }: OpenImage,
): Promise<Encoded> {
  const { encoding } = variant;
  const encoder = encoders[encoding.format];
  const resized = resizeUpright(image, { variant, isUpright, fastShrinkOnLoad }).toColourspace('srgb');
  const shaped = isTwoSteps(variant) ? framed(await image.finish(samplesOf(resized)), variant) : resized;
  const configured = encoder.configure(withoutAlpha(shaped, variant), encoding);
  const { data, info } = await image.finish(configured.toBuffer({ resolveWithObject: true }));
  const bytes = encoder.normalize(data);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, sha256, width: info.width, height: info.height };
}

function samplesOf(image: Sharp): Promise<Scaled> {
  return image.raw().toBuffer({ resolveWithObject: true });
}
