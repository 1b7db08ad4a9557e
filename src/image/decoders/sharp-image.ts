// An image in sharp, and how sharp's own work on it fails. What else is thrown on the way is a fault of this program, not of the image.

import type { Sharp, SharpOptions } from 'sharp';
import { causeOf } from '../../errors.js';
import { printable } from '../../printable.js';
import { loadSharp } from '../sharp.js';
import type { Picture } from './tiff/writer.js';

/**
 * When libvips gives an image up: at its decoder's first warning, or only at an error. Both end at data that is missing or that the
 * decoder cannot read; what a decoder only warns of may be lost pixels too (libjpeg warns of damaged data).
 */
export type FailOn = 'warning' | 'error';

/** What is known of an image besides its bytes. */
export interface Known extends Pick<SharpOptions, 'ignoreIcc' | 'raw'> {
  /** EXIF orientation, 1 to 8, of raw samples. @default the one that libvips finds in the file */
  readonly orientation?: number;
  /** Its pixels, where they are in memory and have no alpha. */
  readonly picture?: Picture;
}

/** An image in sharp, with what libvips has warned of so far. */
export class SharpImage {
  readonly sharp: Sharp;
  /** As in {@link Known}. */
  readonly orientation: number | undefined;
  /** As in {@link Known}. */
  readonly picture: Picture | undefined;
  /** Line by line, without what follows from another line. */
  readonly warnings: string[] = [];
  /** Warnings that libjpeg has counted; it words the first one alone. */
  warningCount = 0;

  /** @param bytes They must not change until the last of its work is finished. Its limits are our own, checked where the figures are known. */
  constructor(
    bytes: Uint8Array | Uint16Array,
    failOn: FailOn = 'warning',
    { orientation, picture, ...more }: Known = {},
  ) {
    this.orientation = orientation;
    this.picture = picture;
    this.sharp = loadSharp()(bytes, { limitInputPixels: false, failOn, ...more });
    this.sharp.on('warning', (message: string) => this.#add(message));
  }

  /**
   * The result of work that sharp does on this image.
   * @throws {DecoderFailure} whenever `work` rejects.
   */
  async finish<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw new DecoderFailure(this.warnings, error);
    }
  }

  #add(message: string): void {
    const count = /^read gave (\d+) warnings$/.exec(message)?.[1];
    if (count === undefined) this.warnings.push(...linesOf(message));
    else this.warningCount = Math.max(this.warningCount, Number(count));
  }
}

/** A decoder, or sharp with what it decoded, failed at an image. Its message is the cause, on one line. */
export class DecoderFailure extends Error {
  override readonly name = 'DecoderFailure';
  /** Everything that was said of the image, line by line. */
  readonly lines: readonly string[];

  /** @param error Absent when nothing was thrown, and the warnings alone say that pixels are lost. */
  constructor(warnings: readonly string[], error?: unknown) {
    const [warning = ''] = warnings;
    const thrown = error === undefined ? '' : causeOf(error);
    super(decoderMessage(thrown) || printable(warning) || 'the decoder names no cause', { cause: error });
    this.lines = [...linesOf(thrown), ...warnings];
  }
}

/** The lines of a message, each without its part of libvips (`VipsJpeg: ...`). */
function linesOf(message: string): string[] {
  return message
    .split('\n')
    .map((line) => line.replace(/^(?:VipsJpeg|tiff2vips): /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('error in tile'));
}

/**
 * The last of the decoder's messages. Each starts with its part of libvips (`heif: ...`) and may span several lines. Earlier ones are
 * about other things, and the last lines say that the encoder got no data. Empty when there is no other message.
 */
function decoderMessage(thrown: string): string {
  const lines = thrown
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
