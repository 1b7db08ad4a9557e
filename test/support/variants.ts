// The variants that tests ask for.

import type { OpenRequest } from '../../src/image/decoders/decoder.js';
import { SharedReads } from '../../src/image/decoders/shared-reads.js';
import { type DecodingOptions, defaultDecoding } from '../../src/options/options.js';
import type { Variant } from '../../src/options/variant.js';

/** The plain one: a PNG inside a box, by default a square. */
export function insideBox(width: number, height: number = width): Variant {
  const encoding = { format: 'png' } as const;
  return { name: `${width}x${height}`, box: { width, height }, fit: 'inside', enlarge: false, encoding };
}

/** What a reader is asked that opens an image for this variant alone. */
export function requestFor(variant: Variant, decoding: Partial<DecodingOptions> = {}): OpenRequest {
  const shared = new SharedReads();
  return { variant, among: [variant], shared, decoding: { ...defaultDecoding, ...decoding } };
}
