// The pictures that scale is measured with: a tree of very many, and folders of some in one size.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { mulberry32 } from '../painting/noise.js';

const IN_FOLDER = 1000;

/** What a photo costs the disk at the most: its name, and its record in the manifest and in the one that replaces it. */
const BYTES_A_PHOTO = 1500;

/** Different pictures of the tree, width by height in pixels. */
const TINY = [
  { name: 'a.png', width: 16, height: 12 },
  { name: 'b.jpg', width: 20, height: 15 },
  { name: 'c.png', width: 24, height: 18 },
  { name: 'd.jpg', width: 28, height: 21 },
  { name: 'e.png', width: 32, height: 24 },
] as const;

/** @throws {Error} There is too little room in `folder` for a tree of `count` photos and its manifest. */
export function checkRoom(folder: string, count: number): void {
  const { bavail, bsize } = fs.statfsSync(folder);
  const [free, needed] = [bavail * bsize, count * BYTES_A_PHOTO];
  const words = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  if (free < needed) throw new Error(`Expected ${words(needed)} free in ${folder}, found ${words(free)}`);
}

/**
 * `count` paths in folders of a thousand. Each folder has copies of the five pictures, and hard links to them: file systems
 * allow a file some 1,000 to 65,000 links, and these are 200.
 */
export async function makeTree(tree: string, count: number): Promise<void> {
  const pictures = await Promise.all(
    TINY.map(async ({ name, width, height }) => {
      const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
      const image = sharp({ create: { width, height, channels: 3, background: 'grey', noise } });
      const bytes = await (name.endsWith('.png') ? image.png() : image.jpeg()).toBuffer();
      return { bytes, extension: path.extname(name) };
    }),
  );
  for (let index = 0; index < count; index += 1) {
    const within = index % IN_FOLDER;
    const folder = path.join(tree, String(Math.floor(index / IN_FOLDER)).padStart(4, '0'));
    if (within === 0) fs.mkdirSync(folder, { recursive: true });
    const picture = pictures[within % pictures.length];
    if (picture === undefined) throw new Error('Expected pictures, have none');
    const named = (number: number) =>
      path.join(folder, `IMG_${String(number).padStart(4, '0')}${picture.extension}`);
    if (within < pictures.length) fs.writeFileSync(named(within), picture.bytes);
    else fs.linkSync(named(within % pictures.length), named(within));
  }
}

/** A photo to cut from, as large as the largest size that is measured. */
export interface Master {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

const MASTER = { width: 4096, height: 3072 };

export async function paintMaster(folder: string): Promise<Master> {
  const script = fileURLToPath(new URL('../make-corpus.ts', import.meta.url));
  const tsx = fileURLToPath(new URL('../../node_modules/.bin/tsx', import.meta.url));
  const { width, height } = MASTER;
  execFileSync(tsx, [script, folder, '1', '--width', `${width}`, '--height', `${height}`], {
    stdio: 'ignore',
  });
  const [name] = fs.readdirSync(folder);
  if (name === undefined) throw new Error(`Expected a photo in ${folder}, found none`);
  const file = path.join(folder, name);
  return { file, width, height, pixels: await sharp(file).raw().toBuffer() };
}

/** `count` JPEGs of one size in a new folder, all different; those of the master's own size are links to it. */
export async function makeSized(
  folder: string,
  { width, height, count }: { width: number; height: number; count: number },
  master: Master,
): Promise<void> {
  fs.mkdirSync(folder);
  const random = mulberry32(width);
  const raw = { width: master.width, height: master.height, channels: 3 } as const;
  const make = async (index: number) => {
    const file = path.join(folder, `IMG_${String(index).padStart(4, '0')}.jpg`);
    if (width === master.width) return fs.linkSync(master.file, file);
    const left = Math.floor(random() * (master.width - width));
    const top = Math.floor(random() * (master.height - height));
    const piece = sharp(master.pixels, { raw }).extract({ left, top, width, height });
    await piece.jpeg({ quality: 90 }).toFile(file);
  };
  const ahead = 8;
  for (let index = 0; index < count; index += ahead)
    await Promise.all(
      Array.from({ length: Math.min(ahead, count - index) }, (_, next) => make(index + next)),
    );
}
