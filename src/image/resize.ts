// An image made upright and smaller by sharp.

import type { ResizeOptions, Sharp } from 'sharp';
import type { Box } from '../options/variant.js';
import type { SharpImage } from './decoders/sharp-image.js';
import { turnOf, uprightSize } from './upright.js';

export interface Resizing {
  readonly box: Box;
  /** Whether the pixels are upright as they are stored, whatever orientation libvips finds. */
  readonly isUpright: boolean;
  /** As in `OpenImage`. */
  readonly fastShrinkOnLoad: boolean;
}

/** The image upright and inside the box, never enlarged. It is resized as it is stored, and turned after that. */
export function resizeUpright(image: SharpImage, { box, isUpright, fastShrinkOnLoad }: Resizing): Sharp {
  const options: ResizeOptions = { fit: 'inside', withoutEnlargement: true, fastShrinkOnLoad };
  const { sharp, orientation } = image;
  if (isUpright) return sharp.resize({ ...box, ...options });
  if (orientation === undefined) return sharp.autoOrient().resize({ ...box, ...options });
  const { isMirrored, degrees } = turnOf(orientation);
  const stored = uprightSize({ ...box, orientation });
  // sharp would turn it first if it were told so first, and then resize other rows and columns.
  return sharp
    .resize({ ...stored, ...options })
    .flop(isMirrored)
    .rotate(degrees);
}
