// WebP read at a smaller size. libwebp's scaler is a poorer filter than the resampler, which therefore does the last part of the reduction.

import type { Variant } from '../../../options/variant.js';
import { reducedSize } from '../../reduced-size.js';
import type { StoredSize } from '../../upright.js';
import type { Header } from '../headers/plain-header.js';
import { imageFrom, inputOf } from '../picture.js';
import type { SharedReads } from '../shared-reads.js';
import { SharpImage } from '../sharp-image.js';

/**
 * A WebP as libwebp shrinks it while it decodes, with orientation and profile; undefined when it is to be read whole.
 * @throws {DecoderFailure}
 */
export async function shrunkOnLoad(
  bytes: Buffer,
  { icc }: Header,
  stored: StoredSize,
  variant: Variant,
  shared: SharedReads,
): Promise<SharpImage | undefined> {
  const size = reducedSize(stored, variant);
  if (size === undefined) return undefined;
  const read = async () => {
    // Its colours are converted when it has been resized.
    const image = new SharpImage(bytes, 'warning', { ignoreIcc: true });
    const work = image.sharp
      .resize({ ...size, fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { data, info } = await image.finish(work);
    return inputOf({ ...info, data, orientation: stored.orientation, profile: icc });
  };
  return imageFrom(
    await shared.onceAsync(`${size.width}x${size.height}`, read, (input) => input.bytes.length),
  );
}
