// The formats that libvips decodes by itself: PNG, WebP, GIF, TIFF and AVIF; and JPEGs that our own reader leaves to it.

import type { Metadata } from 'sharp';
import { reductionOf, type Variant } from '../../../options/variant.js';
import { reducedSize } from '../../reduced-size.js';
import { type StoredSize, uprightSize } from '../../upright.js';
import type { Decoder, Reader, Reading } from '../decoder.js';
import { hasInvalidOrientation, takenAt, withValidOrientation } from '../exif.js';
import type { FindPlainHeader, Header } from '../headers/plain-header.js';
import { plainReader } from '../headers/plain-reader.js';
import { plainPngHeader } from '../headers/png.js';
import { plainWebpHeader } from '../headers/webp.js';
import { hasSignature } from '../recognition.js';
import type { SharedReads } from '../shared-reads.js';
import { DecoderFailure, SharpImage } from '../sharp-image.js';
import { labTagsOf } from '../tiff/lab-tags.js';
import { hasUndeclaredAlpha, isWholeTiff } from '../tiff/structure.js';
import { isOfSampleCount, lostNoPixels, mayBeHarmless } from '../warnings.js';
import { memoryNeed, pixelBytes } from './libvips-memory.js';
import { sharedPixels } from './whole-image.js';

/** Increased by hand whenever colours of PNG, TIFF or AVIF come out otherwise. */
const versions = () => ({ colours: 2 });

export const png: Decoder = decodedByLibvips({
  name: 'PNG',
  extensions: ['png'],
  loaders: ['VipsForeignLoadPngBuffer'],
  recognizes: (head) => hasSignature(head, /^89504e470d0a1a0a/),
  // An interlaced image is held whole.
  heldBytesPerPixel: (header) => (header.isProgressive === true ? pixelBytes(header) : 0),
  plainHeader: plainPngHeader,
  versions,
});

export const webp: Decoder = decodedByLibvips({
  name: 'WebP',
  extensions: ['webp'],
  // What libwebp has shrunk goes to sharp as a TIFF where it has a profile.
  loaders: ['VipsForeignLoadWebpBuffer', 'VipsForeignLoadTiffBuffer'],
  recognizes: (head) => hasSignature(head, /^52494646.{8}57454250/),
  // libwebp holds a lossless frame and its tables even where it shrinks it; libvips holds an image that is read whole twice, as RGBA.
  heldBytesPerPixel: (_, reduction) => (reduction < 4 ? 10 : 5),
  fastShrinkOnLoad: false,
  isReadWhole: (stored, variant) => reducedSize(stored, variant) === undefined,
  plainHeader: plainWebpHeader,
  shrunk: async (...image) => (await import('./webp.js')).shrunkOnLoad(...image),
  versions: () => ({ scale: 2 }),
});

export const gif: Decoder = decodedByLibvips({
  name: 'GIF',
  extensions: ['gif'],
  loaders: ['VipsForeignLoadNsgifBuffer'],
  recognizes: (head) => hasSignature(head, /^47494638(?:37|39)61/),
  // libnsgif holds the whole canvas as RGBA, and half as much besides.
  heldBytesPerPixel: () => 6,
});

const ordinaryTiff: Decoder = decodedByLibvips({
  name: 'TIFF',
  extensions: ['tif', 'tiff'],
  loaders: ['VipsForeignLoadTiffBuffer'],
  // Classic TIFF (42) and BigTIFF (43), in both byte orders.
  recognizes: (head) => hasSignature(head, /^(?:4949(?:2a|2b)00|4d4d00(?:2a|2b))/),
  // A strip is read line by line, even if it is the whole image.
  heldBytesPerPixel: () => 0,
  isWhole: (file, warnings) =>
    isWholeTiff(file) && (hasUndeclaredAlpha(file) || !warnings.some(isOfSampleCount)),
  repaired: withValidOrientation,
  // libvips reads no EXIF in a TIFF; the file is itself the structure that has it.
  takenAt: async (bytes) => takenAt(bytes),
  versions,
});

export const tiff: Decoder = {
  ...ordinaryTiff,
  load: async () => {
    const [ordinary] = await ordinaryTiff.load();
    return [
      async (bytes, request) => {
        const tags = labTagsOf(bytes);
        if (tags === undefined) return await ordinary(bytes, request);
        return await (await import('../tiff/lab.js')).openLab(bytes, tags, request);
      },
    ];
  },
};

export const avif: Decoder = decodedByLibvips({
  name: 'AVIF',
  extensions: ['avif'],
  loaders: ['VipsForeignLoadHeifBuffer'],
  recognizes: ({ brands }) => brands?.some((brand) => brand === 'avif' || brand === 'avis') === true,
  // dav1d holds several planes, libheif the frame as YUV and as RGB; 10 and 12 bits take more.
  heldBytesPerPixel: ({ depth }) => (depth === 'uchar' ? 21 : 28),
  repaired: withStillBrand,
  versions,
});

/** A sequence's file under the brand of its still picture, because libvips refuses the brand `avis` alone; any other file itself. */
function withStillBrand(file: Buffer): Buffer {
  if (file.toString('latin1', 8, 12) !== 'avis') return file;
  const still = Buffer.from(file);
  still.write('avif', 8, 'latin1');
  return still;
}

function decodedByLibvips({
  heldBytesPerPixel,
  fastShrinkOnLoad = true,
  shrunk,
  isWhole,
  isReadWhole,
  repaired,
  plainHeader,
  ...format
}: Omit<Decoder, 'load' | 'readBy'> &
  Partial<LibvipsReaderOptions> &
  Pick<LibvipsReaderOptions, 'heldBytesPerPixel'> & { readonly plainHeader?: FindPlainHeader }): Decoder {
  const how = { heldBytesPerPixel, fastShrinkOnLoad, shrunk, isWhole, isReadWhole, repaired };
  const reader = libvipsReader(how);
  const readers =
    plainHeader === undefined ? ([reader] as const) : ([plainReader(plainHeader, how), reader] as const);
  return {
    takenAt: (bytes) => takenAtByLibvips(bytes, repaired),
    ...format,
    load: async () => readers,
    readBy: ({ libvips }) => [`libvips ${libvips}`],
  };
}

export interface LibvipsReaderOptions {
  /**
   * Bytes for each pixel that libvips and its libraries hold of the whole image at once.
   * @param reduction How many times smaller than the image its thumbnail is.
   */
  readonly heldBytesPerPixel: (header: Header, reduction: number) => number;
  /** As in {@link OpenImage}. */
  readonly fastShrinkOnLoad: boolean;
  /** Its pixels, already smaller; undefined when they are to be read whole. @default never smaller */
  readonly shrunk?:
    | ((
        file: Buffer,
        header: Header,
        stored: StoredSize,
        variant: Variant,
        shared: SharedReads,
      ) => Promise<SharpImage | undefined>)
    | undefined;
  /**
   * Whether a file has everything that its pixels depend on, although its decoder gave these warnings. @default none: a warning costs
   * the image
   */
  readonly isWhole?: ((file: Buffer, warnings: readonly string[]) => boolean) | undefined;
  /** Whether a variant's pixels come from the whole image, and not from one that its loader has made smaller. @default always */
  readonly isReadWhole?: ((stored: StoredSize, variant: Reading) => boolean) | undefined;
  /** The file with what libvips would refuse it for put right, or itself. @default always itself */
  readonly repaired?: ((file: Buffer) => Buffer) | undefined;
}

/** Reads images by libvips: strictly, and once more where it gave up at a warning that may be harmless. */
export function libvipsReader({
  heldBytesPerPixel,
  fastShrinkOnLoad,
  shrunk,
  isWhole,
  isReadWhole = () => true,
  repaired = (file) => file,
}: LibvipsReaderOptions): Reader {
  return async (source, request) => {
    const { variant } = request;
    const bytes = repaired(source);
    const copyBytes = bytes === source ? 0 : bytes.length;
    const image = new SharpImage(bytes);
    const header = await image.finish(image.sharp.metadata());
    const headerWarnings = image.warningCount;
    useProfile(image, header);
    const exif = exifOf(bytes, header);
    const isUpright = exif !== undefined && hasInvalidOrientation(exif);
    const stored = {
      width: header.width,
      height: header.pageHeight ?? header.height,
      orientation: isUpright ? 1 : (header.orientation ?? 1),
    };
    const held = heldBytesPerPixel(header, reductionOf(variant, uprightSize(stored)));
    const need = memoryNeed(header, variant, held) + copyBytes;
    const ofWhole = (each: Reading) => isReadWhole(stored, each);
    const hasPlainColours = header.space === 'srgb' || header.space === 'b-w';
    const whole = { bytes, header, stored, isReadWhole: ofWhole, memoryNeed: need };
    const sharing = hasPlainColours ? sharedPixels(whole, request) : undefined;
    return {
      ...stored,
      isUpright,
      takenAt: exif && takenAt(exif),
      memoryNeed: need + (sharing?.heldBytes ?? 0),
      fastShrinkOnLoad,
      pixels:
        sharing?.pixels ??
        (async () => (await shrunk?.(bytes, header, stored, variant, request.shared)) ?? image),
      pixelsAfter: (failure) => {
        if (isWhole === undefined || !mayBeHarmless(failure)) return undefined;
        const again = new SharpImage(bytes, 'error');
        useProfile(again, header);
        const requireAll = () => {
          const isAccepted = lostNoPixels(again, headerWarnings) && isWhole(bytes, again.warnings);
          if (!isAccepted) throw new DecoderFailure(again.warnings);
        };
        return { image: again, requireAll };
      },
    };
  };
}

/** When the photo was taken, by EXIF that libvips finds; undefined also when it cannot read the file. */
export async function takenAtByLibvips(
  source: Buffer,
  repaired: (file: Buffer) => Buffer = (file) => file,
): Promise<string | undefined> {
  const bytes = repaired(source);
  const image = new SharpImage(bytes);
  try {
    const exif = exifOf(bytes, await image.finish(image.sharp.metadata()));
    return exif && takenAt(exif);
  } catch (error) {
    // Whoever makes a thumbnail of it reports that.
    if (error instanceof DecoderFailure) return undefined;
    throw error;
  }
}

/** The structure that EXIF is, or a whole TIFF file; undefined when there is none. */
function exifOf(file: Buffer, { format, exif }: Metadata): Buffer | undefined {
  if (format === 'tiff') return file;
  // With its name, as in a JPEG, or without, as in a PNG.
  return exif?.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
}

/**
 * Has the profile of an image of 16 bits a sample used. sharp 0.35 converts such colours to Display P3 and passes them on as sRGB, and it
 * ignores the profile of such greys. With 8 bits, as many as a thumbnail has, it uses both.
 */
function useProfile({ sharp }: SharpImage, { hasProfile, space }: Metadata): void {
  if (!hasProfile) return;
  if (space === 'rgb16') sharp.pipelineColourspace('srgb');
  if (space === 'grey16') sharp.pipelineColourspace('b-w');
}
