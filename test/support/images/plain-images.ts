// Small PNGs, WebPs and JPEGs in many forms, with and without what makes a header more than plain.

import sharp, { type PngOptions, type Sharp } from 'sharp';
import { exifStructure } from './exif-structure.js';
import { pngChunk } from './hostile-images.js';
import { jpegWithExif, pngWithExif, pngWithLateExif, webpWithExif } from './with-exif.js';

export interface NamedImage {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Images in two lists: those that are plain, and those that are not. */
export interface PlainImages {
  readonly plain: readonly NamedImage[];
  readonly other: readonly NamedImage[];
}

const [WIDTH, HEIGHT] = [31, 22];
const HEADER_END = 33;
const resolution: Buffer = pngChunk('pHYs', Buffer.from([0, 0, 11, 19, 0, 0, 11, 19, 1]));
const exif: Buffer = exifStructure({ first: [{ tag: 0x0112, value: [6] }] });

export async function plainImages(): Promise<PlainImages> {
  const [png, webp, jpeg] = [
    await picture(3).png().toBuffer(),
    await picture(3).webp().toBuffer(),
    await picture(3).jpeg().toBuffer(),
  ];
  const lossless = await picture(3).webp({ lossless: true }).toBuffer();
  const withProfile = picture(3).withIccProfile('p3');
  return {
    plain: [
      ...(await pngs()),
      { name: 'a profile.png', bytes: await withProfile.png().toBuffer() },
      { name: 'a resolution.png', bytes: withChunk(png, resolution) },
      { name: 'EXIF behind the pixels.png', bytes: pngWithLateExif(png, exif) },
      { name: 'bytes behind the end.png', bytes: Buffer.concat([png, Buffer.from('more')]) },
      { name: 'lossy.webp', bytes: webp },
      { name: 'lossy with alpha.webp', bytes: await picture(4).webp().toBuffer() },
      { name: 'lossless.webp', bytes: lossless },
      { name: 'lossless with alpha.webp', bytes: await picture(4).webp({ lossless: true }).toBuffer() },
      { name: 'grey.jpg', bytes: await picture(1).jpeg().toBuffer() },
      { name: 'colours.jpg', bytes: jpeg },
      { name: '4:4:4.jpg', bytes: await picture(3).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer() },
      { name: 'orientation 6.jpg', bytes: jpegWithExif(jpeg, exif) },
      { name: 'a profile.jpg', bytes: await withProfile.jpeg().toBuffer() },
    ],
    other: [
      { name: '16 bits.png', bytes: await picture(3).toColourspace('rgb16').png().toBuffer() },
      { name: 'EXIF.png', bytes: pngWithExif(png, exif) },
      { name: 'a text.png', bytes: withChunk(png, pngChunk('tEXt', Buffer.from('Comment\0text'))) },
      { name: 'EXIF.webp', bytes: await webpWithExif(await picture(3).png().toBuffer(), exif) },
      { name: 'a profile.webp', bytes: await withProfile.webp().toBuffer() },
      { name: 'animated.webp', bytes: await animation() },
      { name: 'bytes behind the end.webp', bytes: Buffer.concat([webp, Buffer.from('more')]) },
      { name: 'progressive.jpg', bytes: await picture(3).jpeg({ progressive: true }).toBuffer() },
      { name: 'four inks.jpg', bytes: await picture(3).toColourspace('cmyk').jpeg().toBuffer() },
    ],
  };
}

function picture(channels: 1 | 2 | 3 | 4): Sharp {
  const data = Buffer.alloc(WIDTH * HEIGHT * channels);
  for (let at = 0; at < data.length; at += 1) data[at] = (at * 7 + (at >> 5) * 31) & 0xff;
  const image = sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } });
  return channels < 3 ? image.toColourspace('b-w') : image;
}

/** Every colour type of 8 bits and fewer that libvips writes; interlaced ones; and transparent colours. */
async function pngs(): Promise<NamedImage[]> {
  const forms: Record<string, [channels: 1 | 2 | 3 | 4, options: PngOptions]> = {
    'grey.png': [1, {}],
    'grey with alpha.png': [2, {}],
    'colours.png': [3, {}],
    'colours with alpha.png': [4, {}],
    'interlaced.png': [3, { progressive: true }],
    'a palette.png': [3, { palette: true }],
    'a palette with alpha.png': [4, { palette: true }],
    'a palette of 4 colours.png': [3, { palette: true, colours: 4 }],
  };
  const made = Object.entries(forms).map(async ([name, [channels, options]]) => ({
    name,
    bytes: await picture(channels).png(options).toBuffer(),
  }));
  const bilevel = await picture(1)
    .threshold(128)
    .toColourspace('b-w')
    .png({ palette: true, colours: 2 })
    .toBuffer();
  const [grey, colours] = [await picture(1).png().toBuffer(), await picture(3).png().toBuffer()];
  return [
    ...(await Promise.all(made)),
    { name: 'two colours.png', bytes: bilevel },
    { name: 'a transparent grey.png', bytes: withChunk(grey, pngChunk('tRNS', Buffer.from([0, 7]))) },
    {
      name: 'a transparent colour.png',
      bytes: withChunk(colours, pngChunk('tRNS', Buffer.from([0, 0, 0, 7, 0, 14]))),
    },
  ];
}

/** A PNG with a chunk behind its header. */
function withChunk(png: Buffer, chunk: Buffer): Buffer {
  return Buffer.concat([png.subarray(0, HEADER_END), chunk, png.subarray(HEADER_END)]);
}

async function animation(): Promise<Buffer> {
  const pages = [await picture(3).png().toBuffer(), await picture(3).negate().png().toBuffer()];
  return await sharp(pages, { join: { animated: true } })
    .webp()
    .toBuffer();
}
