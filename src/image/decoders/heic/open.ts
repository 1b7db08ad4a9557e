// Opens a HEIC: by the smaller picture that it holds, or by its full one.

import { isImageError } from '../../../errors.js';
import type { Variant } from '../../../options/variant.js';
import { reducedSize } from '../../reduced-size.js';
import { type PictureSize, type StoredSize, uprightSize } from '../../upright.js';
import { Declined } from '../declined.js';
import type { OpenImage, OpenRequest } from '../decoder.js';
import { hasBlackBars, hasShapeOf, isLargeEnough } from '../embedded.js';
import { takenAt } from '../exif.js';
import { avif } from '../libvips/libvips.js';
import { lineBytes } from '../libvips/libvips-memory.js';
import { imageFrom, inputOfTiff } from '../picture.js';
import { DecoderFailure } from '../sharp-image.js';
import type { Tiff } from '../tiff/writer.js';
import { HeifFile } from './libheif/heif-file.js';
import { codecOf, type Header, readHeader, readTrackHeader, requireHevcOrAv1 } from './photo.js';
import { readPicture } from './picture.js';

/** A file as its header has it: the photo, and what else it holds. */
interface Opened {
  readonly codec: string;
  readonly photo: Header;
  readonly thumbnails: readonly Header[];
  readonly takenAt: string | undefined;
}

/**
 * Opens a HEIC by the smallest picture in it that is large enough for the thumbnail and has the photo's shape.
 * @param bytes The whole file; unchanged.
 * @throws {Declined} There is none, or it is not wanted.
 * @throws {DecoderFailure}
 * @throws {ThumbsError} `UNSUPPORTED`
 */
export async function openEmbedded(bytes: Buffer, request: OpenRequest): Promise<OpenImage> {
  const { variant, decoding } = request;
  if (decoding.embedded === 'never') throw new Declined('the full picture is wanted');
  const { photo, thumbnails, takenAt } = readFile(bytes);
  const chosenFor = (each: Variant) =>
    thumbnails
      .filter((thumbnail) => mayStandFor(thumbnail, photo, each))
      .sort((one, other) => one.area.width - other.area.width)[0];
  const chosen = chosenFor(variant);
  if (chosen === undefined) throw new Declined('no smaller picture of this size and shape');
  const ofChosen = { ...request, among: request.among.filter((each) => chosenFor(each) === chosen) };
  if (chosen.tiling.width * chosen.tiling.height > QUICK_PIXELS) await announceBlocking(request);
  return {
    ...storedSize(photo),
    takenAt,
    memoryNeed: memoryNeed(chosen, sizesFor(chosen, ofChosen), bytes),
    fastShrinkOnLoad: false,
    from: { kind: 'embedded', ...uprightSize(storedSize(chosen)) },
    pixels: () => imageFrom(inputOfTiff(readEmbedded(bytes, chosen, ofChosen))),
  };
}

/**
 * Sony's always end here: they are coded with more pixels than their header says (1664x1088 for 1616x1080) and without a conformance window,
 * which libheif refuses whatever the options; and the photo in them has black bars.
 * @throws {Declined} It cannot be decoded, or has black bars.
 */
function readEmbedded(bytes: Buffer, chosen: Header, request: OpenRequest): Tiff {
  try {
    const tiff = read(bytes, chosen, request);
    if (!chosen.hasAlpha && hasBlackBars(tiff)) throw new Declined('the smaller picture has black bars');
    return tiff;
  } catch (error) {
    if (error instanceof DecoderFailure) throw new Declined(`the smaller picture: ${error.message}`);
    throw error;
  }
}

/**
 * Opens a HEIC by its full picture.
 * @param bytes The whole file; unchanged.
 * @throws {DecoderFailure}
 * @throws {ThumbsError} `UNSUPPORTED`
 */
export async function openFull(bytes: Buffer, request: OpenRequest): Promise<OpenImage> {
  const { codec, photo, takenAt } = readFile(bytes);
  if (codec === 'av01') {
    closeLast();
    const [open] = await avif.load();
    return await open(bytes, request);
  }
  await announceBlocking(request);
  return {
    ...storedSize(photo),
    takenAt,
    memoryNeed: memoryNeed(photo, sizesFor(photo, request), bytes),
    fastShrinkOnLoad: false,
    pixels: () => imageFrom(inputOfTiff(read(bytes, photo, request))),
  };
}

/** Takes some tenths of a second: cameras' smaller pictures have fewer, those of a crafted file as many as the photo. */
const QUICK_PIXELS = 2 ** 22;

async function announceBlocking({ onBlocking }: OpenRequest): Promise<void> {
  onBlocking?.();
  // What this thread has sent must leave before it is blocked.
  await new Promise(setImmediate);
}

/** As {@link OpenImage.takenAt}; undefined also for a file that is refused. */
export function takenAtOf(bytes: Buffer): string | undefined {
  try {
    return readFile(bytes).takenAt;
  } catch (error) {
    if (error instanceof DecoderFailure || isImageError(error)) return undefined;
    throw error;
  } finally {
    closeLast();
  }
}

/** Memory of libheif for a file's header, bytes. */
const HEADER_BYTES = 64e6;

/** The file that was opened last, for the next reader and for the pixels. It is closed when they are read, or when another is opened. */
let last: { readonly bytes: WeakRef<Buffer>; readonly file: HeifFile; readonly opened: Opened } | undefined;

function closeLast(): void {
  last?.file.close();
  last = undefined;
}

function readFile(bytes: Buffer): Opened {
  if (last?.bytes.deref() === bytes) return last.opened;
  closeLast();
  const file = HeifFile.open(bytes, HEADER_BYTES);
  const opened = file.use(HEADER_BYTES, () => readOpened(file));
  if (file.isSmall) last = { bytes: new WeakRef(bytes), file, opened };
  else file.close();
  return opened;
}

function readOpened(file: HeifFile): Opened {
  const id = file.primaryId();
  if (id === undefined)
    return { codec: 'hvc1', photo: readTrackHeader(file), thumbnails: [], takenAt: undefined };
  const codec = codecOf(file, id);
  requireHevcOrAv1(codec);
  return file.withImage(id, (image) => {
    const photo = readHeader(file, image);
    const thumbnails = image.thumbnailIds
      .filter((thumbnail) => codecOf(file, thumbnail) === 'hvc1')
      .map((thumbnail) => file.withImage(thumbnail, (small) => readHeader(file, small)));
    const { exif } = image;
    return { codec, photo, thumbnails, takenAt: exif === undefined ? undefined : takenAt(exif) };
  });
}

/** The picture at the size for the variant; decoded once for all variants that this reader may be asked for. */
function read(bytes: Buffer, header: Header, request: OpenRequest): Tiff {
  const sizes = sizesFor(header, request);
  const key = `picture ${header.id}`;
  const held = (tiffs: Tiff[]) => tiffs.reduce((sum, { file }) => sum + file.length, 0);
  const tiffs = request.shared.once(key, () => readSizes(bytes, header, sizes), held);
  const { width, height } = sizeFor(header, request.variant);
  const found = tiffs.find((tiff) => tiff.width === width && tiff.height === height);
  if (found === undefined) throw new RangeError(`Expected ${width} x ${height} pixels to have been read`);
  return found;
}

function readSizes(bytes: Buffer, header: Header, sizes: readonly PictureSize[]): Tiff[] {
  const maxBytes = maxDecodingBytes(header);
  const file = takeLast(bytes) ?? HeifFile.open(bytes, maxBytes);
  try {
    return file.use(maxBytes, () =>
      file.withPicture(header.id, (picture) => readPicture(picture, header, sizes)),
    );
  } finally {
    // What a picture leaves in its memory must not show in the next one, so not even the same file is used again.
    file.close();
  }
}

/** The file that was opened last, if it is this one; the caller closes it. */
function takeLast(bytes: Buffer): HeifFile | undefined {
  if (last?.bytes.deref() !== bytes) closeLast();
  const file = last?.file;
  last = undefined;
  return file;
}

function storedSize({ area: { width, height }, orientation }: Header): StoredSize {
  return { width, height, orientation };
}

/** Whether a smaller picture may be shown in place of the photo. */
function mayStandFor(thumbnail: Header, photo: Header, variant: Variant): boolean {
  const [small, full] = [uprightSize(storedSize(thumbnail)), uprightSize(storedSize(photo))];
  const isSmaller = small.width <= full.width && small.height <= full.height;
  const showsAlpha = thumbnail.hasAlpha || !photo.hasAlpha;
  return isSmaller && showsAlpha && hasShapeOf(small, full) && isLargeEnough(small, full, variant);
}

/**
 * Pixels that a picture is to be read at, before it is turned; all of them where it is less than four times its thumbnail. The mean of a
 * block is a poor filter.
 */
function sizeFor(header: Header, variant: Variant): PictureSize {
  const { width, height } = header.area;
  return reducedSize(storedSize(header), variant) ?? { width, height };
}

/** Those for all variants that the reader may be asked for, each once. */
function sizesFor(header: Header, { among }: OpenRequest): PictureSize[] {
  const sizes = new Map<string, PictureSize>();
  for (const variant of among) {
    const size = sizeFor(header, variant);
    sizes.set(`${size.width}x${size.height}`, size);
  }
  return [...sizes.values()];
}

/** Measured: an instance of libheif, its code, and what it allocates for any picture, rounded up. */
const BASE_BYTES = 40e6;
/** libde265 holds a picture, tables about its blocks and, for a moment, libheif's copy of it. Measured: 6 at 8 bits, 14 at 10. */
const HELD_BYTES_PER_PIXEL = { narrow: 8, wide: 16 };

/** An upper bound of the resident memory that thumbnails take of a picture that is read at these sizes. */
function memoryNeed(header: Header, sizes: readonly PictureSize[], bytes: Buffer): number {
  const { area, tiling, heldPixels, bits, hasAlpha } = header;
  const pixel = hasAlpha ? 4 : 3;
  const held = heldPixels * (bits > 8 ? HELD_BYTES_PER_PIXEL.wide : HELD_BYTES_PER_PIXEL.narrow);
  const ofSize = ({ width, height }: PictureSize) => {
    const bandRows = Math.min(height, (tiling.tileHeight * height) / area.height + 2);
    const band = width * bandRows * 4 * 8;
    return band + width * height * pixel + lineBytes(width, height, pixel);
  };
  const ofSizes = sizes.map(ofSize).reduce((sum, need) => sum + need, 0);
  return BASE_BYTES + bytes.length + held + ofSizes;
}

/** What libheif may take at most. A wrong header costs the image, so this is more than any right one has taken. */
function maxDecodingBytes({ heldPixels }: Header): number {
  return 64e6 + heldPixels * 40;
}
