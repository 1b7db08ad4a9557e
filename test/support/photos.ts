// Folders of photos. The photos are encoded once, by the global setup, and copied from there.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { builtFolder } from './paths.js';

/** Photos of the corpus, all different. */
const CORPUS_PHOTOS = 300;

const corpus = path.join(builtFolder, 'photos');
const slow = path.join(builtFolder, 'slow.avif');

/** Encodes what is missing of the corpus. */
export async function makeCorpus(): Promise<void> {
  fs.mkdirSync(corpus, { recursive: true });
  for (let seed = 0; seed < CORPUS_PHOTOS; seed += 1) {
    const file = corpusPhoto(seed);
    if (!fs.existsSync(file)) fs.writeFileSync(file, await jpeg(seed));
  }
  if (!fs.existsSync(slow)) fs.writeFileSync(slow, await encodeSlowImage());
}

function corpusPhoto(seed: number): string {
  return path.join(corpus, `${seed}.jpg`);
}

/** A JPEG of 320 x 240 pixels, or other sides, with detail that depends on `seed`. */
export function jpeg(seed: number, width = 320, height = 240): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (seed * 37 + at * (1 + (seed % 5))) & 0xff;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}

function encodeSlowImage(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 120, sigma: 15 } as const;
  const create = { width: 3600, height: 2500, channels: 3, background: 'grey', noise } as const;
  return sharp({ create }).avif({ effort: 0 }).toBuffer();
}

/** Writes an AVIF of 9 megapixels: its decoding takes about a second, and 190 MB. */
export function writeSlowImage(file: string): void {
  fs.copyFileSync(slow, file);
}

/** A folder of this test's own, removed after it. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-test-'));
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/**
 * Makes files in `folder`, and returns it: each is a name, `<name>/` for a folder, or `<name> -> <target>` for a symbolic link. Files are
 * empty, unless `bytes` are given.
 */
export function makeTree(folder: string, tree: readonly string[], bytes: Buffer | string = ''): string {
  for (const entry of tree) {
    const [name = '', target] = entry.split(' -> ');
    const file = path.join(folder, name);
    fs.mkdirSync(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
    if (target !== undefined) fs.symlinkSync(target, file);
    else if (!name.endsWith('/')) fs.writeFileSync(file, bytes);
  }
  return folder;
}

/** Writes `count` different photos (`photo-1.jpg`, ...) into `folder` and returns their paths. */
export function writePhotos(folder: string, count: number): string[] {
  fs.mkdirSync(folder, { recursive: true });
  const files = Array.from({ length: count }, (_, index) => path.join(folder, `photo-${index + 1}.jpg`));
  for (const [index, file] of files.entries()) {
    if (index >= CORPUS_PHOTOS)
      throw new RangeError(`Expected at most ${CORPUS_PHOTOS} photos, got ${count}`);
    // A copy, not a link: tests change their photos in place.
    fs.copyFileSync(corpusPhoto(index), file, fs.constants.COPYFILE_FICLONE);
  }
  return files;
}

/** A folder of this test's own with `files`, different photos, in `photos`; a run in it writes to `out`. */
export function photoFolder(count: number): { folder: string; out: string; files: string[] } {
  const folder = temporaryFolder();
  const files = writePhotos(path.join(folder, 'photos'), count);
  return { folder, out: path.join(folder, 'thumbnails'), files };
}

/** Changes one bit of the byte at `at` of a file. */
export function mutate(file: string, at: number): void {
  const bytes = fs.readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
}

/** Every entry below a folder with what shows that it was written: inode, time, mode and bytes. */
export function snapshot(folder: string): Map<string, string> {
  const entries = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    entries.map((name) => {
      const stats = fs.lstatSync(path.join(folder, name));
      const bytes = stats.isFile() ? fs.readFileSync(path.join(folder, name), 'latin1') : '';
      return [name, `${stats.ino} ${stats.mtimeMs} ${stats.mode} ${bytes}`];
    }),
  );
}
