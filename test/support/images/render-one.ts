// One thumbnail of one image, for tests to which the number of variants does not matter.

import {
  type Rendered,
  type RenderedThumbnail,
  type RenderOptions,
  renderThumbnails,
} from '../../../src/image/render.js';
import type { Variant } from '../../../src/options/variant.js';

export type RenderOneOptions = Omit<RenderOptions, 'variants'> & { readonly variant: Variant };

/** What was made of the image, and of the thumbnail, side by side. */
export interface RenderedOne
  extends Omit<Rendered, 'thumbnails'>,
    Omit<RenderedThumbnail, 'variant' | 'bytes'> {
  /** The thumbnail's file. */
  readonly thumbnail: Buffer;
}

/** @param render Of another instance of the module. */
export async function renderOne(
  source: Buffer,
  { variant, ...options }: RenderOneOptions,
  render: typeof renderThumbnails = renderThumbnails,
): Promise<RenderedOne> {
  const { thumbnails, ...image } = await render(source, { ...options, variants: [variant] });
  const [first, ...others] = thumbnails;
  if (first === undefined || others.length > 0)
    throw new RangeError(`Expected one thumbnail, got ${thumbnails.length}`);
  const { variant: _, bytes: thumbnail, ...facts } = first;
  return { thumbnail, ...facts, ...image };
}
