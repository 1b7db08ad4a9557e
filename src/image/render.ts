// Bytes in, thumbnail out. It knows nothing of files, processes or messages, so any transport can use it.

import { createHash } from 'node:crypto';
import { damagedImageError, isImageError, unsupportedFeatureError } from '../errors.js';
import { type DecodingOptions, defaultDecoding } from '../options/options.js';
import type { Variant } from '../options/variant.js';
import { Declined } from './decoders/declined.js';
import type { Decoder, FromPicture, OpenImage, OpenRequest, Reader } from './decoders/decoder.js';
import { decoders, recognize, type SourceFormat } from './decoders/index.js';
import { previewReaders } from './decoders/raw/index.js';
import type { RawPreview } from './decoders/raw/preview.js';
import { DecoderFailure, type SharpImage } from './decoders/sharp-image.js';
import { unsupportedFeature } from './decoders/warnings.js';
import { encoders } from './encoders/index.js';
import { checkLimits, type ImageLimits } from './limits.js';
import { resizeUpright } from './resize.js';
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
  readonly variant: Variant;
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
export interface Rendered {
  /** The thumbnail's file. */
  readonly thumbnail: Buffer;
  /** Lower-case hex SHA-256 of `thumbnail`. */
  readonly sha256: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly sourceFormat: SourceFormat;
  /** Pixels, upright. */
  readonly sourceWidth: number;
  /** Pixels, upright. */
  readonly sourceHeight: number;
  /** When the photo was taken, as `manifest/record.ts` has it; null when it does not say. */
  readonly takenAt: string | null;
  /** The picture that was used in place of the full one, and its pixels, upright. */
  readonly from?: FromPicture['kind'];
  readonly fromWidth?: number;
  readonly fromHeight?: number;
}

/** The part of a thumbnail that does not depend on its source's header. */
type Encoded = Omit<Rendered, `source${string}` | 'takenAt' | `from${string}`>;

/**
 * Makes the thumbnail of one image: upright by EXIF, sRGB by the embedded profile, 8 bits a channel, alpha kept, the first frame or
 * page, fitted inside the box, never enlarged, without metadata. Equal pixels give equal bytes. The bytes must not change until the
 * promise settles.
 *
 * @param source A whole file, or the preview of a RAW file of which only parts were read.
 * @throws {ThumbsError} `UNSUPPORTED`, `TOO_LARGE` or `CORRUPT`; the message is the cause alone, without a file's name.
 * @throws {MemoryShortage} The image itself may be fine.
 * @throws any other error for a fault of this program.
 */
export async function renderThumbnail(
  source: Buffer | RawPreview,
  options: RenderOptions,
): Promise<Rendered> {
  const { variant, maxPixels, maxMemory = Number.POSITIVE_INFINITY, decoding = defaultDecoding } = options;
  const { onBlocking } = options;
  const { format, bytes, readers } = await readersOf(source, decoding);
  const limits = { maxPixels, maxMemory: maxMemory - IDLE_BYTES - bytes.length };
  try {
    const { image, thumbnail } = await read(bytes, readers, { variant, decoding, onBlocking }, limits);
    const { width: sourceWidth, height: sourceHeight } = image.photo ?? uprightSize(image);
    const source = { sourceFormat: format, sourceWidth, sourceHeight, takenAt: image.takenAt ?? null };
    return { ...thumbnail, ...source, ...fromFacts(image) };
  } catch (error) {
    if (!(error instanceof DecoderFailure)) throw error;
    const feature = unsupportedFeature(error);
    if (feature !== undefined) throw unsupportedFeatureError(format, feature, error);
    throw damagedImageError(format, error.message, error);
  }
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

/** The format of a source, the bytes to be decoded, and the readers that may decode them. */
async function readersOf(
  source: Buffer | RawPreview,
  decoding: DecodingOptions,
): Promise<{ format: SourceFormat; bytes: Buffer; readers: readonly Reader[] }> {
  if (!Buffer.isBuffer(source))
    return { format: 'raw', bytes: source.jpeg, readers: await previewReaders(source) };
  const { format, decoder } = recognize(source, decoding);
  allow(decoder);
  return { format, bytes: source, readers: await decoder.load() };
}

function fromFacts({ from }: OpenImage): Pick<Rendered, 'from' | 'fromWidth' | 'fromHeight'> {
  return from === undefined ? {} : { from: from.kind, fromWidth: from.width, fromHeight: from.height };
}

/**
 * The thumbnail by the first of the readers that neither declines the image nor refuses it; the last one decides. One that lacks memory
 * ends this: another reader would give other pixels, and the same image is to give the same thumbnail whatever the memory.
 */
async function read(
  bytes: Buffer,
  readers: readonly Reader[],
  request: OpenRequest,
  limits: ImageLimits,
): Promise<{ image: OpenImage; thumbnail: Encoded }> {
  let refusal: unknown;
  for (const open of readers) {
    try {
      const image = await open(bytes, { ...request, maxMemory: limits.maxMemory });
      checkLimits(image, limits);
      return { image, thumbnail: await decode(image, request.variant) };
    } catch (error) {
      if (!(error instanceof Declined || isImageError(error))) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

async function decode(image: OpenImage, variant: Variant): Promise<Encoded> {
  try {
    return await encode(await image.pixels(), variant, image);
  } catch (error) {
    const second = error instanceof DecoderFailure ? image.pixelsAfter?.(error) : undefined;
    if (second === undefined) throw error;
    const thumbnail = await encode(second.image, variant, image);
    second.requireAll();
    return thumbnail;
  }
}

async function encode(
  image: SharpImage,
  { box, format }: Variant,
  { fastShrinkOnLoad, isUpright = false }: OpenImage,
): Promise<Encoded> {
  const encoder = encoders[format];
  const resized = resizeUpright(image, { box, isUpright, fastShrinkOnLoad }).toColourspace('srgb');
  const work = encoder.configure(resized).toBuffer({ resolveWithObject: true });
  const { data, info } = await image.finish(work);
  const thumbnail = encoder.normalize(data);
  const sha256 = createHash('sha256').update(thumbnail).digest('hex');
  return { thumbnail, sha256, width: info.width, height: info.height };
}
