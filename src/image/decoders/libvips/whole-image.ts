// An image that libvips reads whole for several variants: decoded once, and held as samples, where there is the memory for that.

import type { StoredSize } from '../../upright.js';
import type { OpenRequest, Reading } from '../decoder.js';
import type { Header } from '../headers/plain-header.js';
import { imageFrom, rawInput, type SharpInput } from '../picture.js';
import { SharpImage } from '../sharp-image.js';

export interface WholeImage {
  readonly bytes: Buffer;
  readonly header: Header;
  readonly stored: StoredSize;
  /** Whether a variant's pixels come from the whole image, and not from one that its loader has made smaller. */
  readonly isReadWhole: (variant: Reading) => boolean;
  /** What the image takes without being held, bytes. */
  readonly memoryNeed: number;
}

/** The image for one variant. `heldBytes` come to the memory that it needs. */
export interface WholePixels {
  readonly heldBytes: number;
  readonly pixels: () => Promise<SharpImage>;
}

const KEY = 'whole';

/** Undefined where it is read for this variant alone, because that is the only one, or because there is not the memory. */
export function sharedPixels(
  { bytes, header, stored, isReadWhole, memoryNeed }: WholeImage,
  { variant, among, shared, maxMemory = Number.POSITIVE_INFINITY }: OpenRequest,
): WholePixels | undefined {
  // Samples of 16 bits are resampled with 16.
  if (among.length < 2 || header.depth !== 'uchar' || !isReadWhole(variant)) return undefined;
  if (among.filter(isReadWhole).length < 2) return undefined;
  const { width, height, orientation } = stored;
  const heldBytes = shared.has(KEY) ? 0 : width * height * 4;
  if (memoryNeed + heldBytes > maxMemory) return undefined;
  const read = async (): Promise<SharpInput> => {
    const image = new SharpImage(bytes);
    const work = image.sharp.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const { data, info } = await image.finish(work);
    return rawInput({ data, width: info.width, height: info.height, channels: info.channels, orientation });
  };
  const held = (input: SharpInput) => input.bytes.length;
  return { heldBytes, pixels: async () => imageFrom(await shared.onceAsync(KEY, read, held)) };
}
