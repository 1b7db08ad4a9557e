// Reads plain images by libvips without asking it for their headers first.

import { reductionOf } from '../../../options/variant.js';
import { uprightSize } from '../../upright.js';
import { Declined } from '../declined.js';
import type { OpenImage, OpenRequest, Reader, Reading } from '../decoder.js';
import type { LibvipsReaderOptions } from '../libvips/libvips.js';
import { memoryNeed } from '../libvips/libvips-memory.js';
import { sharedPixels } from '../libvips/whole-image.js';
import { SharpImage } from '../sharp-image.js';
import type { FindPlainHeader, PlainHeader } from './plain-header.js';

type How = Pick<LibvipsReaderOptions, 'heldBytesPerPixel' | 'fastShrinkOnLoad' | 'shrunk' | 'isReadWhole'>;

export function plainReader(find: FindPlainHeader, how: How): Reader {
  return async (bytes, request) => {
    const header = find(bytes);
    if (header === undefined) throw new Declined('not plain');
    return openPlain(bytes, header, request, how);
  };
}

/**
 * Opens a plain image. It is declined when it cannot be decoded, and when it may need too much memory: the next reader's verdict counts.
 * @throws {Declined}
 */
export function openPlain(
  bytes: Buffer,
  header: PlainHeader,
  request: OpenRequest,
  { heldBytesPerPixel, fastShrinkOnLoad, shrunk, isReadWhole = () => true }: How,
): OpenImage {
  const { variant, maxMemory = Number.POSITIVE_INFINITY } = request;
  const { width, height, orientation = 1, takenAt } = header;
  const stored = { width, height, orientation };
  const held = heldBytesPerPixel(header, reductionOf(variant, uprightSize(stored)));
  const need = memoryNeed(header, variant, held);
  if (need > maxMemory) throw new Declined('it may need too much memory');
  const ofWhole = (each: Reading) => isReadWhole(stored, each);
  const sharing = sharedPixels({ bytes, header, stored, isReadWhole: ofWhole, memoryNeed: need }, request);
  return {
    ...stored,
    takenAt,
    memoryNeed: need + (sharing?.heldBytes ?? 0),
    fastShrinkOnLoad,
    pixels:
      sharing?.pixels ??
      (async () => (await shrunk?.(bytes, header, stored, variant, request.shared)) ?? new SharpImage(bytes)),
    pixelsAfter: (failure) => {
      throw new Declined(failure.message);
    },
  };
}
