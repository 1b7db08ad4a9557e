// The colour profiles that libvips includes.

import sharp from 'sharp';

/** A profile, extracted from an image in which it is embedded. */
export async function builtInProfile(name: 'p3' | 'cmyk'): Promise<Buffer> {
  const pixel = sharp({ create: { width: 8, height: 8, channels: 3, background: 'grey' } });
  const image = await pixel
    .toColourspace(name === 'cmyk' ? 'cmyk' : 'srgb')
    .withIccProfile(name)
    .jpeg()
    .toBuffer();
  const { icc } = await sharp(image).metadata();
  if (icc === undefined) throw new Error(`Expected libvips to embed its ${name} profile, got none`);
  return icc;
}
