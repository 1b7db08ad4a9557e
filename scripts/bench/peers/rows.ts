// The rows of the comparison and their images, which are made if they are missing.

import fs from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { decoders } from '../../../src/image/decoders/index.js';
import type { Variant } from '../../../src/options/variant.js';
import { projectFolder } from '../../bundling.js';
import { mulberry32 } from '../../painting/noise.js';
import { variantOf } from '../../variant-of.js';
import { keptFolder } from '../kept-folder.js';
import { makeCorpus } from '../measuring.js';

export interface Row {
  readonly id: string;
  /** What the photos are. */
  readonly title: string;
  readonly variant: Variant;
  /** A further one that `thumbs` makes in the same run; peers, which make one thumbnail of a photo, run a second time. */
  readonly second?: Variant;
  /** The time that `thumbs` may take relative to the fastest peer; absent: no target. */
  readonly target?: number;
  /** Few photos, so that the start of the programs is measured. The only peer is vipsthumbnail in one process. */
  readonly coldStart?: true;
  /** The folder of photos, which is made if it is missing. */
  photos(): Promise<string>;
}

const small = variantOf('200x200');

/** Extensions of formats that Debian's vipsthumbnail cannot read. */
const UNREADABLE_BY_PEERS = new Set([...decoders.heic.extensions, ...decoders.raw.extensions]);

/** The sample images that the peers of a cold start can read. */
function copySamples(folder: string): void {
  const samples = path.join(projectFolder, 'sample-images');
  fs.cpSync(samples, folder, {
    recursive: true,
    filter: (file) => !UNREADABLE_BY_PEERS.has(path.extname(file).slice(1).toLowerCase()),
  });
}

export const rows: readonly Row[] = [
  {
    id: 'a',
    title: '188 baseline JPEGs of 10 megapixels',
    variant: small,
    target: 0.5,
    photos: baselineJpegs,
  },
  {
    id: 'b',
    title: '188 baseline JPEGs of 10 megapixels',
    variant: variantOf('400x400'),
    target: 0.7,
    photos: baselineJpegs,
  },
  {
    id: 'c',
    title: '40 progressive JPEGs of 10 megapixels',
    variant: small,
    target: 0.22,
    photos: () => keptFolder('progressive', (folder) => makeCorpus(folder, '40', '--progressive')),
  },
  {
    id: 'd',
    title: '1,000 PNGs of 512 x 512 pixels',
    variant: small,
    target: 0.95,
    photos: () =>
      crops({
        extension: 'png',
        count: 1000,
        width: 512,
        height: 512,
        // Most programs write PNGs with a filter chosen for each line.
        encode: (image) => image.png({ adaptiveFiltering: true }),
      }),
  },
  {
    id: 'e',
    title: '500 WebPs of 1024 x 768 pixels',
    variant: small,
    target: 0.95,
    photos: () =>
      crops({ extension: 'webp', count: 500, width: 1024, height: 768, encode: (image) => image.webp() }),
  },
  {
    id: 'f',
    title: '`sample-images` but HEIC and RAW, cold start',
    variant: small,
    target: 1.3,
    coldStart: true,
    photos: () => keptFolder('samples', copySamples),
  },
  {
    id: 'g',
    title: '188 baseline JPEGs of 10 megapixels',
    variant: small,
    second: variantOf('1600x1600'),
    target: 0.5,
    photos: baselineJpegs,
  },
];

function baselineJpegs(): Promise<string> {
  return keptFolder('jpeg', (folder) => makeCorpus(folder, '188'));
}

interface CropOptions {
  /** Also the name of the folder. */
  readonly extension: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  encode(image: Sharp): Sharp;
}

/** A folder of images that are cropped from the baseline JPEGs at random places, so that they are all different. */
async function crops({ extension, count, width, height, encode }: CropOptions): Promise<string> {
  const source = await baselineJpegs();
  return keptFolder(extension, async (folder) => {
    const random = mulberry32(1);
    const photos = fs.readdirSync(source).sort();
    for (const [index, photo] of photos.entries()) {
      const { data, info } = await sharp(path.join(source, photo))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const raw = { width: info.width, height: info.height, channels: info.channels };
      const writes: Promise<unknown>[] = [];
      for (let number = index; number < count; number += photos.length) {
        const left = Math.floor(random() * (info.width - width));
        const top = Math.floor(random() * (info.height - height));
        const image = encode(sharp(data, { raw }).extract({ left, top, width, height }));
        const name = `IMG_${String(number).padStart(4, '0')}.${extension}`;
        writes.push(image.toFile(path.join(folder, name)));
      }
      await Promise.all(writes);
    }
  });
}
