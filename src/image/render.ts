// Bytes in, thumbnail out. It knows nothing of files, processes or messages, so that any transport can use it.

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type Sharp from 'sharp';
import type { Sharp as Image } from 'sharp';
import { causeOf, ThumbsError } from '../errors.js';
import type { Box, JpegReader } from '../options.js';
import { printable } from '../printable.js';
import { loaders, type SourceFormat, sniffFormat } from './formats.js';
import { Declined } from './jpeg/header.js';
import { memoryNeed } from './memory-need.js';
import { withoutRemarks } from './png-chunks.js';
import { reduceJpeg } from './reduced-jpeg.js';

/** What a thumbnail is made by. */
export interface RenderOptions {
  /** The box to fit into, in pixels. A smaller image is not enlarged. */
  readonly box: Box;
  /** Images with more pixels (width times height of the first frame) are refused. */
  readonly maxPixels: number;
  /** Bytes that the calling process may have in all; an image whose header promises more is not begun. @default no limit */
  readonly maxMemory?: number;
  /** What reads JPEGs. @default 'own' */
  readonly jpegReader?: JpegReader;
}

/** An image was not begun, because it needs more than `maxMemory`. It says nothing against the image. */
export class MemoryShortage extends Error {
  override readonly name = 'MemoryShortage';
}

/** What a process has that has made some thumbnails and holds no image: Node.js, sharp, libvips; bytes. */
const IDLE_BYTES = 90e6;

/** A finished thumbnail, in memory. */
export interface Rendered {
  readonly png: Buffer;
  /** Lower-case hex SHA-256 of `png`. */
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

// `require` takes half the time that `import` takes for sharp's modules, and every consumer waits for it.
const sharp: typeof Sharp = createRequire(import.meta.url)('sharp');

// Parallelism is across images, so each process decodes with one thread and keeps no cache of operations.
sharp.concurrency(1);
sharp.cache(false);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: [...loaders] });

/**
 * Makes the thumbnail of one image: upright by EXIF, sRGB by the embedded profile, 8 bits a channel, alpha kept, the
 * first frame or page, fitted inside the box, never enlarged, without metadata. Equal pixels give equal bytes.
 * `bytes` must not change until the promise settles.
 *
 * @throws {ThumbsError} `UNSUPPORTED`, `TOO_LARGE` or `CORRUPT`; the message is the cause alone, without a file's name.
 * @throws {MemoryShortage}
 */
export async function renderThumbnail(bytes: Buffer, options: RenderOptions): Promise<Rendered> {
  const { box, maxPixels, maxMemory = Number.POSITIVE_INFINITY, jpegReader = 'own' } = options;
  const { format, looksLike } = sniffFormat(bytes);
  if (format === undefined) {
    const guess = looksLike === undefined ? '' : `; it looks like ${looksLike}`;
    throw new ThumbsError('UNSUPPORTED', `not a JPEG, PNG, WebP, GIF, TIFF or AVIF image${guess}`);
  }
  const limits = { box, maxPixels, maxMemory: maxMemory - IDLE_BYTES - bytes.length };
  let warning = '';
  try {
    const reduced = jpegReader === 'own' && format === 'jpeg' ? reduceJpeg(bytes, limits) : undefined;
    if (reduced !== undefined && !(reduced instanceof Declined)) {
      const { tiff, width, height } = reduced;
      const thumbnail = await encode(open(tiff), format, box);
      return { ...thumbnail, sourceFormat: format, sourceWidth: width, sourceHeight: height };
    }
    const image = open(bytes);
    image.on('warning', (words: string) => {
      if (warning === '' && !words.startsWith('error in tile')) warning = words;
    });
    const header = await image.metadata();
    const pixels = header.width * (header.pageHeight ?? header.height);
    if (pixels > maxPixels) {
      const size = `${header.width} x ${header.pageHeight ?? header.height} pixels`;
      throw new ThumbsError('TOO_LARGE', `${size} are more than the limit of ${maxPixels}`, {
        limit: { maxPixels },
      });
    }
    if (IDLE_BYTES + bytes.length + memoryNeed(format, header, box) > maxMemory) throw new MemoryShortage();
    const { width, height } = header.autoOrient;
    const thumbnail = await encode(image, format, box);
    return { ...thumbnail, sourceFormat: format, sourceWidth: width, sourceHeight: height };
  } catch (error) {
    if (error instanceof ThumbsError || error instanceof MemoryShortage) throw error;
    const words = decoderWords(error) || printable(warning) || 'the decoder names no cause';
    throw new ThumbsError('CORRUPT', `the ${format.toUpperCase()} data is damaged: ${words}`, {
      cause: error,
    });
  }
}

/** An image for libvips. Limits are checked by ourselves, where the figures are known. */
function open(bytes: Buffer): Image {
  return sharp(bytes, { limitInputPixels: false, failOn: 'warning' });
}

/** The thumbnail of an image. */
async function encode(
  image: Image,
  format: SourceFormat,
  box: Box,
): Promise<Omit<Rendered, `source${string}`>> {
  // libvips reads JPEGs smaller as our own reader does: half of the reduction or more is left to the resampler.
  const fastShrinkOnLoad = format !== 'jpeg';
  const { data, info } = await image
    .autoOrient()
    .resize({ ...box, fit: 'inside', withoutEnlargement: true, fastShrinkOnLoad })
    .toColourspace('srgb')
    .png({ compressionLevel: 2, adaptiveFiltering: true, palette: false })
    .toBuffer({ resolveWithObject: true });
  const png = withoutRemarks(data);
  const sha256 = createHash('sha256').update(png).digest('hex');
  return { png, sha256, width: info.width, height: info.height };
}

/**
 * The last of the decoder's messages, each of which starts with its part of libvips (`heif: ...`) and may go on over a
 * line: before it stands what was met on the way, after it that the encoder got nothing. Empty when it told nothing else.
 */
function decoderWords(error: unknown): string {
  const lines = causeOf(error)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('unable to write to target'));
  const last = lines.findLastIndex((line) => /^\w+: /.test(line));
  const words = lines
    .slice(Math.max(last, 0))
    .join(' ')
    .replace(/ +/g, ' ')
    .replace(/[: ]+$/, '');
  return printable(words.trim());
}
