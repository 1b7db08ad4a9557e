// What an image may take, checked when its header has been read and before its pixels are.

import { tooManyPixelsError } from '../errors.js';
import type { StoredSize } from './upright.js';

/** Limits for one image. */
export interface ImageLimits {
  /** Width times height of the first frame. */
  readonly maxPixels: number;
  /** Bytes for decoding and resizing, beyond the source itself and an idle process. */
  readonly maxMemory: number;
}

/** An image was not decoded because it needs more memory than it may have, or than there is. The image itself may be fine. */
export class MemoryShortage extends Error {
  override readonly name = 'MemoryShortage';

  constructor() {
    super('out of memory');
  }
}

/** What an image takes, by its header. */
export interface ImageNeeds extends StoredSize {
  /**
   * An upper bound of the resident memory, in bytes, that its thumbnail takes, beyond an idle process and the source itself. If a
   * header lies, the limit of resident memory applies.
   */
  readonly memoryNeed: number;
}

/**
 * @throws {ThumbsError} `TOO_LARGE`, with the figures.
 * @throws {MemoryShortage}
 */
export function checkLimits({ width, height, memoryNeed }: ImageNeeds, limits: ImageLimits): void {
  if (width * height > limits.maxPixels) throw tooManyPixelsError(width, height, limits.maxPixels);
  if (memoryNeed > limits.maxMemory) throw new MemoryShortage();
}
