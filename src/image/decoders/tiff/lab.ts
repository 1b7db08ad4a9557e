// TIFFs of CIELAB colours (TIFF 6.0, section 23; ICC's form in Adobe's TIFF Technical Note 4). libvips refuses those of 8 bits, and takes
// all others by the white point D65. It reads their samples here as if they were RGB.

import type { Metadata, Sharp } from 'sharp';
import { unsupportedFeatureError } from '../../../errors.js';
import type { Variant } from '../../../options/variant.js';
import { reducedSize } from '../../reduced-size.js';
import type { PictureSize, StoredSize } from '../../upright.js';
import type { OpenImage, OpenRequest } from '../decoder.js';
import { takenAt, withValidOrientation } from '../exif.js';
import { memoryNeed, pixelBytes } from '../libvips/libvips-memory.js';
import { DecoderFailure, SharpImage } from '../sharp-image.js';
import { isOfSampleCount, lostNoPixels, mayBeHarmless } from '../warnings.js';
import { type Chromaticity, D50, type LabScale, labToSrgb } from './lab-colours.js';
import type { LabTags } from './lab-tags.js';
import { isWholeTiff } from './structure.js';
import { allocateTiff } from './writer.js';

const RGB = 2;
/** PhotometricInterpretation: L* up to 65280, a* and b* with an offset, and always D50. */
const ICC_LAB = 9;

/** How an image's samples are to be read. */
interface Form extends LabScale {
  readonly channels: 3 | 4;
  /** Whether a* and b* are signed. */
  readonly isSigned: boolean;
}

/**
 * Opens a TIFF of CIELAB colours.
 * @param tags Of its first directory.
 * @param source The whole file; unchanged.
 * @throws {DecoderFailure}
 * @throws {ThumbsError} `UNSUPPORTED`
 */
export async function openLab(source: Buffer, tags: LabTags, { variant }: OpenRequest): Promise<OpenImage> {
  const bytes = asRgb(withValidOrientation(source), tags);
  const image = new SharpImage(bytes, 'warning', { ignoreIcc: true });
  const header = await image.finish(image.sharp.metadata());
  const headerWarnings = image.warningCount;
  const form = formOf(tags, header);
  const stored = { width: header.width, height: header.height, orientation: header.orientation ?? 1 };
  const read = async (): Promise<Buffer> => {
    try {
      return await samplesOf(image, form);
    } catch (error) {
      if (!(error instanceof DecoderFailure && mayBeHarmless(error))) throw error;
      return await samplesAgain(bytes, form, headerWarnings);
    }
  };
  return {
    ...stored,
    takenAt: takenAt(bytes),
    memoryNeed: memoryNeed(header, variant, heldBytesPerPixel(header, stored, variant)) + bytes.length,
    fastShrinkOnLoad: false,
    pixels: async () => await inSrgb(await read(), stored, form, variant),
  };
}

/** All samples are held at once; besides, the result as a TIFF where it is not smaller. */
function heldBytesPerPixel(header: Metadata, stored: StoredSize, variant: Variant): number {
  const { channels } = header;
  const isWhole = sizeFor(stored, channels, variant) === undefined;
  return pixelBytes(header) + (isWhole ? channels : 0);
}

/** Undefined for a whole image. One with alpha is: libvips rounds its colours down, and half a step of a* or b* can be seen. */
function sizeFor(stored: StoredSize, channels: number, variant: Variant): PictureSize | undefined {
  return channels === 4 ? undefined : reducedSize(stored, variant);
}

/** A copy of the file that says RGB. */
function asRgb(file: Buffer, { photometricAt, isLittleEndian }: LabTags): Buffer {
  const copy = Buffer.from(file);
  if (isLittleEndian) copy.writeUInt16LE(RGB, photometricAt);
  else copy.writeUInt16BE(RGB, photometricAt);
  return copy;
}

/** @throws {ThumbsError} `UNSUPPORTED` */
function formOf({ photometric, extraSamples, whitePoint }: LabTags, { channels, depth }: Metadata): Form {
  const hasAlpha = channels === 4 && extraSamples === 'alpha';
  if (!(hasAlpha || (channels === 3 && extraSamples === 'none')) || (depth !== 'uchar' && depth !== 'ushort'))
    throw unsupportedFeatureError('tiff', 'CIELAB colours in this form');
  const bits = depth === 'uchar' ? 8 : 16;
  const isIcc = photometric === ICC_LAB;
  const whitest = bits === 8 ? 255 : isIcc ? 0xff00 : 0xffff;
  const white: Chromaticity = isIcc ? D50 : (whitePoint ?? D50);
  return { bits, whitest, white, channels: hasAlpha ? 4 : 3, isSigned: !isIcc };
}

/** All samples as the file has them. */
function samplesOf(image: SharpImage, { bits }: Form): Promise<Buffer> {
  return image.finish(asTheyAre(image.sharp, bits).toBuffer());
}

/** The same in spite of warnings. @throws {DecoderFailure} Some pixels may be lost. */
async function samplesAgain(bytes: Buffer, form: Form, headerWarnings: number): Promise<Buffer> {
  const again = new SharpImage(bytes, 'error', { ignoreIcc: true });
  const samples = await samplesOf(again, form);
  const isAccepted =
    lostNoPixels(again, headerWarnings) && isWholeTiff(bytes) && !again.warnings.some(isOfSampleCount);
  if (!isAccepted) throw new DecoderFailure(again.warnings);
  return samples;
}

function asTheyAre(sharp: Sharp, bits: 8 | 16): Sharp {
  if (bits === 8) return sharp.raw();
  return sharp.pipelineColourspace('rgb16').toColourspace('rgb16').raw({ depth: 'ushort' });
}

/** The image in sRGB, not larger than the resampler needs it. */
async function inSrgb(
  samples: Buffer,
  stored: StoredSize,
  form: Form,
  variant: Variant,
): Promise<SharpImage> {
  const { bits, channels, isSigned } = form;
  const { width, height, orientation } = stored;
  const all = levelsOf(samples, bits);
  if (isSigned) offsetColours(all, channels, 2 ** (bits - 1));
  const size = sizeFor(stored, channels, variant);
  const levels = size === undefined ? all : await smaller(all, { ...stored, ...form }, size);
  const tiff = allocateTiff({ ...(size ?? { width, height }), channels, orientation, profile: undefined });
  labToSrgb(levels, channels, form, tiff.data);
  return new SharpImage(tiff.file);
}

/** Averages of CIELAB colours. */
async function smaller(
  levels: Uint8Array | Uint16Array,
  { width, height, channels, bits }: StoredSize & Form,
  size: PictureSize,
): Promise<Uint8Array | Uint16Array> {
  const image = new SharpImage(levels, 'warning', { raw: { width, height, channels } });
  const resized = image.sharp.resize({ ...size, fit: 'fill' });
  return levelsOf(await image.finish(asTheyAre(resized, bits).toBuffer()), bits);
}

/** Samples of 16 bits have the byte order of this machine. */
function levelsOf(samples: Buffer, bits: 8 | 16): Uint8Array | Uint16Array {
  return bits === 8 ? samples : new Uint16Array(samples.buffer, samples.byteOffset, samples.length / 2);
}

/** Turns signed a* and b* into ones with an offset, in place: signed ones have no mean. */
function offsetColours(samples: Uint8Array | Uint16Array, channels: 3 | 4, highest: number): void {
  for (let at = 0; at < samples.length; at += channels) {
    samples[at + 1] = (samples[at + 1] ?? 0) ^ highest;
    samples[at + 2] = (samples[at + 2] ?? 0) ^ highest;
  }
}
