// The images of `bench:scale`: a tree of very many links, and folders of images of one size.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { mulberry32 } from '../../painting/noise.js';
import { makeCorpus } from '../measuring.js';

const PHOTOS_PER_FOLDER = 1000;

/** Upper bound of the disk space for a photo: its name, its record in the manifest, and its record in the rewritten manifest. */
const BYTES_PER_PHOTO = 1500;

/** The images of the tree. Sizes are in pixels. */
const TINY_IMAGES = [
  { extension: '.png', width: 16, height: 12 },
  { extension: '.jpg', width: 20, height: 15 },
  { extension: '.png', width: 24, height: 18 },
  { extension: '.jpg', width: 28, height: 21 },
  { extension: '.png', width: 32, height: 24 },
] as const;

/** @throws {Error} `folder` has too little free space for a tree of `count` photos and its manifest. */
export function checkFreeSpace(folder: string, count: number): void {
  const { bavail, bsize } = fs.statfsSync(folder);
  const [free, needed] = [bavail * bsize, count * BYTES_PER_PHOTO];
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  if (free < needed)
    throw new Error(`Expected ${gigabytes(needed)} free in ${folder}, found ${gigabytes(free)}`);
}

/**
 * Makes `count` paths in folders of a thousand. Each folder has its own copies of the five tiny images, and hard links to them: file
 * systems allow 1,000 to 65,000 links to a file, and this makes 200.
 */
export async function makeLinkTree(tree: string, count: number): Promise<void> {
  const images = await Promise.all(
    TINY_IMAGES.map(async ({ extension, width, height }) => {
      const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
      const image = sharp({ create: { width, height, channels: 3, background: 'grey', noise } });
      const bytes = await (extension === '.png' ? image.png() : image.jpeg()).toBuffer();
      return { bytes, extension };
    }),
  );
  for (let index = 0; index < count; index += 1) {
    const number = index % PHOTOS_PER_FOLDER;
    const folder = path.join(tree, String(Math.floor(index / PHOTOS_PER_FOLDER)).padStart(4, '0'));
    if (number === 0) fs.mkdirSync(folder, { recursive: true });
    const image = images[number % images.length];
    if (image === undefined) throw new Error('Expected images, have none');
    const file = (at: number) => path.join(folder, `IMG_${String(at).padStart(4, '0')}${image.extension}`);
    if (number < images.length) fs.writeFileSync(file(number), image.bytes);
    else fs.linkSync(file(number % images.length), file(number));
  }
}

/** The image that others are cropped from: it has the largest size that is measured. */
export interface SourceImage {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

const SOURCE_SIZE = { width: 4096, height: 3072 };

export async function makeSource(folder: string): Promise<SourceImage> {
  const { width, height } = SOURCE_SIZE;
  makeCorpus(folder, '1', '--width', `${width}`, '--height', `${height}`);
  const [name] = fs.readdirSync(folder);
  if (name === undefined) throw new Error(`Expected a photo in ${folder}, found none`);
  const file = path.join(folder, name);
  return { file, width, height, pixels: await sharp(file).raw().toBuffer() };
}

/** Makes a folder of `count` JPEGs of one size. They are different crops of the source; in the source's own size they are links to it. */
export async function makeSizedImages(
  folder: string,
  { width, height, count }: { width: number; height: number; count: number },
  source: SourceImage,
): Promise<void> {
  fs.mkdirSync(folder);
  const random = mulberry32(width);
  const raw = { width: source.width, height: source.height, channels: 3 } as const;
  const makeImage = async (index: number) => {
    const file = path.join(folder, `IMG_${String(index).padStart(4, '0')}.jpg`);
    if (width === source.width) return fs.linkSync(source.file, file);
    const left = Math.floor(random() * (source.width - width));
    const top = Math.floor(random() * (source.height - height));
    const crop = sharp(source.pixels, { raw }).extract({ left, top, width, height });
    await crop.jpeg({ quality: 90 }).toFile(file);
  };
  const atOnce = 8;
  for (let index = 0; index < count; index += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, count - index) }, (_, offset) => makeImage(index + offset)),
    );
}
