// The images that the global setup encodes once. After a change in this file it encodes them again.

import sharp from 'sharp';

/** A JPEG of 320 x 240 pixels, or other sides, with detail that depends on `seed`. */
export function jpeg(seed: number, width = 320, height = 240): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (seed * 37 + at * (1 + (seed % 5))) & 0xff;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}

/** An AVIF of 9 megapixels: its decoding takes about a second, and 190 MB. */
export function slowImage(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 120, sigma: 15 } as const;
  const create = { width: 3600, height: 2500, channels: 3, background: 'grey', noise } as const;
  return sharp({ create }).avif({ effort: 0 }).toBuffer();
}
