// The rows of the comparison and their pictures. They are made when they are missing, and kept.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import type { Box } from '../../src/options/variant.js';
import { mulberry32 } from '../painting/noise.js';

export interface Row {
  readonly id: string;
  /** What the photos are. */
  readonly title: string;
  readonly box: Box;
  /** What `thumbs` may take of the fastest peer's time; absent when there is no target. */
  readonly target?: number;
  /** Few photos: what is measured is how a program starts, against one process of vipsthumbnail. */
  readonly coldStart?: true;
  /** The folder of photos, made when it is missing. */
  photos(): Promise<string>;
}

const project = fileURLToPath(new URL('../..', import.meta.url));
const kept = path.join(project, 'corpus-peers');
const small: Box = { width: 200, height: 200 };

export const rows: readonly Row[] = [
  {
    id: 'a',
    title: '188 baseline JPEGs of 10 megapixels',
    box: small,
    target: 0.7,
    photos: baseline,
  },
  {
    id: 'b',
    title: '188 baseline JPEGs of 10 megapixels',
    box: { width: 400, height: 400 },
    target: 0.85,
    photos: baseline,
  },
  {
    id: 'c',
    title: '40 progressive JPEGs of 10 megapixels',
    box: small,
    target: 0.25,
    photos: () => whole('progressive', (folder) => paint(folder, ['40', '--progressive'])),
  },
  {
    id: 'd',
    title: '1,000 PNGs of 512 x 512 pixels',
    box: small,
    target: 1,
    photos: () =>
      cutOuts({
        name: 'png',
        count: 1000,
        width: 512,
        height: 512,
        // As most programs write them: with the filter that suits each line.
        encode: (image) => image.png({ adaptiveFiltering: true }),
      }),
  },
  {
    id: 'e',
    title: '500 WebPs of 1024 x 768 pixels',
    box: small,
    target: 1,
    photos: () =>
      cutOuts({ name: 'webp', count: 500, width: 1024, height: 768, encode: (image) => image.webp() }),
  },
  {
    id: 'f',
    title: '`sample-images`, cold start',
    box: small,
    target: 2,
    coldStart: true,
    photos: async () => path.join(project, 'sample-images'),
  },
];

function baseline(): Promise<string> {
  return whole('jpeg', (folder) => paint(folder, ['188']));
}

function paint(folder: string, args: readonly string[]): void {
  const tsx = path.join(project, 'node_modules/.bin/tsx');
  // Its last words are for people; stdout is the report's.
  execFileSync(tsx, [path.join(project, 'scripts/make-corpus.ts'), folder, ...args], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
}

/** The folder `name`, made under another name first, so that an interrupted making leaves none. */
async function whole(name: string, make: (folder: string) => void | Promise<void>): Promise<string> {
  const folder = path.join(kept, name);
  if (fs.existsSync(folder)) return folder;
  console.error(`making ${folder}`);
  const part = `${folder}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true });
  await make(part);
  fs.renameSync(part, folder);
  return folder;
}

interface CutOuts {
  readonly name: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  encode(image: Sharp): Sharp;
}

/** Pieces of the baseline photos at places of their own: the detail of photos, and no two alike. */
async function cutOuts({ name, count, width, height, encode }: CutOuts): Promise<string> {
  const source = await baseline();
  return whole(name, async (folder) => {
    const random = mulberry32(1);
    const photos = fs.readdirSync(source).sort();
    for (const [at, photo] of photos.entries()) {
      const { data, info } = await sharp(path.join(source, photo))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const raw = { width: info.width, height: info.height, channels: info.channels };
      const pieces: Promise<unknown>[] = [];
      for (let number = at; number < count; number += photos.length) {
        const left = Math.floor(random() * (info.width - width));
        const top = Math.floor(random() * (info.height - height));
        const piece = encode(sharp(data, { raw }).extract({ left, top, width, height }));
        pieces.push(piece.toFile(path.join(folder, `IMG_${String(number).padStart(4, '0')}.${name}`)));
      }
      await Promise.all(pieces);
    }
  });
}
