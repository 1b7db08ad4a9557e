// Opens a JPEG by a smaller picture that it holds, for `--embedded always`.

import type { Variant } from '../../../../options/variant.js';
import { type PictureSize, uprightSize } from '../../../upright.js';
import { Declined } from '../../declined.js';
import type { OpenImage, OpenRequest } from '../../decoder.js';
import { hasBlackBars, hasShapeOf, isLargeEnough } from '../../embedded.js';
import { lineBytes } from '../../libvips/libvips-memory.js';
import { imageOf } from '../../picture.js';
import { DecoderFailure, SharpImage } from '../../sharp-image.js';
import { JpegFile } from '../jpeg-file.js';
import { smallerPictures } from './pictures.js';

/** What any image takes, bytes: a decoder's tables and buffers. */
const BASE_BYTES = 10e6;

/** A smaller picture, and its header. */
interface Smaller {
  readonly bytes: Buffer;
  readonly file: JpegFile;
}

/**
 * Opens a JPEG by the smallest picture in it that is large enough and has its shape. Orientation and, unless the picture has its own, the
 * colour profile are the photo's.
 * @param bytes The whole file; unchanged.
 * @throws {Declined} There is none. Its pixels are declined when they cannot be decoded, or have black bars.
 */
export function openEmbedded(bytes: Buffer, { variant }: OpenRequest): OpenImage {
  const photo = new JpegFile(bytes);
  const { width, height, orientation, takenAt } = photo;
  const [smallest] = smallerPictures(bytes)
    .map(readHeader)
    .filter((smaller) => smaller !== undefined)
    .filter(({ file }) => mayStandFor(photo, file, variant))
    .sort((one, other) => one.file.width - other.file.width);
  if (smallest === undefined) throw new Declined('no smaller picture in the file is large enough');
  return {
    width,
    height,
    orientation,
    takenAt,
    from: { kind: 'embedded', ...sizeOf(smallest.file, orientation) },
    memoryNeed: memoryNeed(smallest.file),
    fastShrinkOnLoad: false,
    pixels: () => pixelsOf(smallest, photo),
  };
}

/** Whether a picture may be decoded in place of a photo, by its header. */
function mayStandFor(photo: JpegFile, file: JpegFile, variant: Variant): boolean {
  const isSmaller = file.width < photo.width && file.height < photo.height;
  if (!isSmaller || file.channels !== photo.channels) return false;
  const [whole, picture] = [sizeOf(photo, photo.orientation), sizeOf(file, photo.orientation)];
  return hasShapeOf(picture, whole) && isLargeEnough(picture, whole, variant);
}

/** The size of a picture that is turned by the photo's orientation. */
function sizeOf({ width, height }: JpegFile, orientation: number): PictureSize {
  return uprightSize({ width, height, orientation });
}

/** Undefined when it is no JPEG that our own reader might read. */
function readHeader(bytes: Buffer): Smaller | undefined {
  try {
    return { bytes, file: new JpegFile(bytes) };
  } catch (error) {
    if (error instanceof Declined) return undefined;
    throw error;
  }
}

/** Its pixels, a copy of them, and libjpeg's coefficients of a progressive one. */
function memoryNeed({ width, height, channels, isProgressive }: JpegFile): number {
  const pixel = channels * (isProgressive ? 4 : 2);
  return BASE_BYTES + width * height * pixel + lineBytes(width, height, channels);
}

async function pixelsOf({ bytes, file }: Smaller, photo: JpegFile): Promise<SharpImage> {
  // Its colours as they are coded: the profile is applied when the thumbnail is made.
  const image = new SharpImage(bytes, 'warning', { ignoreIcc: true });
  const colours = image.sharp.toColourspace(file.channels === 1 ? 'b-w' : 'srgb').raw();
  const { width, height, channels } = file;
  let data: Buffer;
  try {
    data = await image.finish(colours.toBuffer());
  } catch (error) {
    if (!(error instanceof DecoderFailure)) throw error;
    throw new Declined(`the smaller picture in the file is damaged: ${error.message}`);
  }
  if (data.length !== width * height * channels) throw new Declined('the smaller picture has other samples');
  if (hasBlackBars({ data, width, height, channels }))
    throw new Declined('the smaller picture in the file has black bars');
  const { orientation } = photo;
  const profile = file.profile ?? photo.profile;
  return imageOf({ data, width, height, channels, orientation, profile });
}
