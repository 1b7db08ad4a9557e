// Bytes in, thumbnail out. It knows nothing of files, processes or messages, so any transport can use it.

import { createHash } from 'node:crypto';
import type { Sharp } from 'sharp';
import { causeOf, damagedImageError, isImageError, ThumbsError } from '../errors.js';
import type { JpegReader } from '../options/options.js';
import type { Variant } from '../options/variant.js';
import { printable } from '../printable.js';
import { Declined } from './decoders/declined.js';
import type { OpenImage, OpenRequest, Reader } from './decoders/decoder.js';
import { decoders, recognize, type SourceFormat } from './decoders/index.js';
import { encoders } from './encoders/index.js';
import { checkLimits, type ImageLimits, MemoryShortage } from './limits.js';
import { loadSharp } from './sharp.js';
import { uprightSize } from './upright.js';

// Only processes that render import this file, so sharp is loaded at once.
loadSharp().unblock({ operation: Object.values(decoders).flatMap(({ loaders }) => loaders) });

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
  /** What reads JPEGs. @default 'own' */
  readonly jpegReader?: JpegReader;
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
}

/**
 * Makes the thumbnail of one image: upright by EXIF, sRGB by the embedded profile, 8 bits a channel, alpha kept, the first frame or
 * page, fitted inside the box, never enlarged, without metadata. Equal pixels give equal bytes. `bytes` must not change until the
 * promise settles.
 *
 * @throws {ThumbsError} `UNSUPPORTED`, `TOO_LARGE` or `CORRUPT`; the message is the cause alone, without a file's name.
 * @throws {MemoryShortage}
 */
export async function renderThumbnail(bytes: Buffer, options: RenderOptions): Promise<Rendered> {
  const { variant, maxPixels, maxMemory = Number.POSITIVE_INFINITY, jpegReader = 'own' } = options;
  const { format, decoder } = recognize(bytes);
  const readers = await decoder.load();
  let warning = '';
  const onWarning = (message: string) => {
    if (warning === '' && !message.startsWith('error in tile')) warning = message;
  };
  const limits = { maxPixels, maxMemory: maxMemory - IDLE_BYTES - bytes.length };
  try {
    const request = { variant, jpegReader, onWarning };
    const { image, pixels } = await decode(bytes, readers, request, limits);
    const thumbnail = await encode(pixels, variant, image.fastShrinkOnLoad);
    const [sourceWidth, sourceHeight] = uprightSize(image);
    return { ...thumbnail, sourceFormat: format, sourceWidth, sourceHeight };
  } catch (error) {
    if (error instanceof ThumbsError || error instanceof MemoryShortage) throw error;
    const cause = decoderMessage(error) || printable(warning) || 'the decoder names no cause';
    throw damagedImageError(format, cause, error);
  }
}

/** The image by the first of the readers that neither declines it nor exceeds the limits with it; the last one decides. */
async function decode(
  bytes: Buffer,
  readers: readonly Reader[],
  request: OpenRequest,
  limits: ImageLimits,
): Promise<{ image: OpenImage; pixels: Sharp }> {
  let refusal: unknown;
  for (const read of readers) {
    try {
      const image = await read(bytes, request);
      checkLimits(image, limits);
      return { image, pixels: image.pixels() };
    } catch (error) {
      if (!(error instanceof Declined || error instanceof MemoryShortage || isImageError(error))) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

async function encode(
  image: Sharp,
  { box, format }: Variant,
  fastShrinkOnLoad: boolean,
): Promise<Omit<Rendered, `source${string}`>> {
  const encoder = encoders[format];
  const resized = image
    .autoOrient()
    .resize({ ...box, fit: 'inside', withoutEnlargement: true, fastShrinkOnLoad })
    .toColourspace('srgb');
  const { data, info } = await encoder.configure(resized).toBuffer({ resolveWithObject: true });
  const thumbnail = encoder.normalize(data);
  const sha256 = createHash('sha256').update(thumbnail).digest('hex');
  return { thumbnail, sha256, width: info.width, height: info.height };
}

/**
 * The last of the decoder's messages. Each starts with its part of libvips (`heif: ...`) and may span several lines. Earlier ones are
 * about other things, and the last lines say that the encoder got no data. Empty when there is no other message.
 */
function decoderMessage(error: unknown): string {
  const lines = causeOf(error)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('unable to write to target'));
  const last = lines.findLastIndex((line) => /^\w+: /.test(line));
  const message = lines
    .slice(Math.max(last, 0))
    .join(' ')
    .replace(/ +/g, ' ')
    .replace(/[: ]+$/, '');
  return printable(message.trim());
}
