// Photos for galleries, and the command that makes a gallery of them, also before the tests of a file.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { ThumbnailEntry } from '../../../src/manifest/record.js';
import { datedExif } from '../images/exif-structure.js';
import { jpegWithExif } from '../images/with-exif.js';
import { doneRecord, writeRecords } from '../manifests.js';
import { command } from '../paths.js';
import { jpeg } from '../photos.js';

/** A photo of a test: nothing of it matters but what is stated. */
export interface TestPhoto {
  /** As EXIF has it: `2024:05:01 12:30:05`. @default none */
  readonly takenAt?: string;
  /** Higher than it is wide. */
  readonly upright?: true;
}

/** Writes photos, by their paths in `folder`, all different. */
export async function writeGalleryPhotos(
  folder: string,
  photos: Readonly<Record<string, TestPhoto>>,
): Promise<void> {
  for (const [seed, [name, { takenAt, upright }]] of Object.entries(photos).entries()) {
    const pixels = upright ? await jpeg(seed, 240, 320) : await jpeg(seed, 320, 240);
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, takenAt === undefined ? pixels : jpegWithExif(pixels, datedExif(takenAt)));
  }
}

/** Runs the command. @throws Error: it ended with another exit code. */
export async function runThumbs(
  folder: string,
  args: readonly string[],
  code = 0,
): Promise<{ stdout: string; stderr: string }> {
  const ended = await promisify(execFile)(process.execPath, [command, ...args], { cwd: folder }).then(
    (output) => ({ code: 0, ...output }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  if (ended.code !== code)
    throw new Error(`thumbs ${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
  return ended;
}

/** Thumbnails for the rows, and larger ones for the full view. */
export const SIZES = ['-s', '280', '-s', '320,name=screen'];

/** Photos of a journey: folders in folders, several years, some photos without a time, and one file that is no photo. */
export async function writeJourney(folder: string): Promise<void> {
  await writeGalleryPhotos(path.join(folder, 'photos'), {
    'harbour.jpg': { takenAt: '2022:07:03 10:00:00' },
    'meadow.jpg': {},
    'Italy/IMG_1.jpg': { takenAt: '2023:05:02 09:00:00' },
    'Italy/IMG_2.jpg': { takenAt: '2023:05:01 08:00:00', upright: true },
    'Italy/IMG_10.jpg': { takenAt: '2023:05:03 10:00:00' },
    'Italy/view 2.jpg': {},
    'Italy/view 10.jpg': {},
    'Italy/Rome/forum.jpg': { takenAt: '2023:06:10 12:30:05' },
    'Italy/Rome/cover.jpg': { takenAt: '2023:06:11 12:30:05' },
    'Österreich/Größe.jpg': { takenAt: '2024:02:29 23:59:59' },
    'Österreich/Crème brûlée.jpg': { takenAt: '2024:03:01 00:00:00' },
  });
  fs.writeFileSync(path.join(folder, 'photos/broken.jpg'), 'no picture');
}

/** Makes a gallery of {@link writeJourney}. */
export async function makeJourney(folder: string, ...options: string[]): Promise<void> {
  await writeJourney(folder);
  await runThumbs(folder, ['photos', '-w', '1', ...SIZES], 1);
  await runThumbs(folder, ['gallery', ...options]);
}

const MINUTES_APART = 144;

/**
 * Writes the manifest and thumbnails of `photo 1.jpg` and so on, without a run; the photos themselves are not there. They were taken one
 * after the other, 10 a day, and have few thumbnails among them.
 */
export async function writeManyPhotos(folder: string, count: number): Promise<void> {
  const out = path.join(folder, 'thumbnails');
  fs.mkdirSync(out);
  const made = await Promise.all([0, 1, 2, 3, 4].map((seed) => writeThumbnail(out, seed)));
  const start = Date.UTC(2024, 0, 1);
  const records = Array.from({ length: count }, (_, index) => ({
    ...doneRecord(`../photos/photo ${index + 1}.jpg`, made[index % made.length]),
    takenAt: new Date(start + index * MINUTES_APART * 60_000).toISOString().slice(0, 19),
  }));
  writeRecords(path.join(out, 'manifest.jsonl'), records);
}

/** Writes a thumbnail under its name. */
async function writeThumbnail(out: string, seed: number): Promise<Partial<ThumbnailEntry>> {
  const [width, height] = seed === 4 ? [30, 40] : [40, 30];
  const bytes = await sharp(await jpeg(seed, width, height))
    .png()
    .toBuffer();
  const file = `${createHash('sha256').update(bytes).digest('hex')}.png`;
  fs.writeFileSync(path.join(out, file), bytes);
  return { file, width, height, bytes: bytes.length };
}
