// Folders of photos. The photos are encoded once, by the global setup, and copied from there.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { jpeg, slowImage } from './images/drawn-images.js';
import { builtFolder, projectFolder } from './paths.js';

export { jpeg };

/** Photos of the corpus, all different. */
const CORPUS_PHOTOS = 300;

/** What decides the bytes of the images: how they are drawn, and what encodes them. */
const key = createHash('sha256')
  .update(fs.readFileSync(path.join(projectFolder, 'test/support/images/drawn-images.ts')))
  .update(JSON.stringify(sharp.versions))
  .digest('hex')
  .slice(0, 16);
const corpus = path.join(builtFolder, 'images', key);
const slow = path.join(corpus, 'slow.avif');

/** Encodes what is missing of the corpus, and removes the corpora of other keys. */
export async function makeCorpus(): Promise<void> {
  fs.mkdirSync(corpus, { recursive: true });
  for (const name of fs.readdirSync(path.dirname(corpus)))
    if (name !== key) fs.rmSync(path.join(path.dirname(corpus), name), { recursive: true });
  for (let seed = 0; seed < CORPUS_PHOTOS; seed += 1) await make(corpusPhoto(seed), () => jpeg(seed));
  await make(slow, slowImage);
}

/** Under its name a file is complete, even if the setup is killed. */
async function make(file: string, encode: () => Promise<Buffer>): Promise<void> {
  if (fs.existsSync(file)) return;
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, await encode());
  fs.renameSync(temporary, file);
}

function corpusPhoto(seed: number): string {
  return path.join(corpus, `${seed}.jpg`);
}

/** Writes {@link slowImage}. */
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
