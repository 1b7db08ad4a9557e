// How close a thumbnail is to all pixels of its photo resized with Lanczos-3, by the way on which it is made (docs/performance.md).

import type { Sharp } from 'sharp';
import { expect, test } from 'vitest';
import type { DecodingOptions } from '../../../../src/options/options.js';
import { declineReason } from '../../../support/images/jpeg/comparison.js';
import { lanczos, type Rgba } from '../../../support/images/quality/lanczos.js';
import { type PictureName, testPicture } from '../../../support/images/quality/pictures.js';
import { pixelsOf, similarity, WHOLE } from '../../../support/images/quality/similarity.js';

interface Way {
  readonly file: FileKind;
  readonly decoding?: Partial<DecodingOptions>;
  /** Sides of the boxes of its thumbnails, of a picture of 1040 x 776 pixels. */
  readonly sides: readonly number[];
  /** Whether our own JPEG reader must read all of them. */
  readonly own?: true;
  /** The least SSIM (Wang et al. 2004: a Gaussian window of 11 pixels; 1 is the same picture). */
  readonly least: Readonly<Partial<Record<PictureName, number>>>;
}

const FILES = {
  jpeg: (image: Sharp) => image.jpeg({ quality: 90 }).toBuffer(),
  progressive: (image: Sharp) => image.jpeg({ quality: 90, progressive: true }).toBuffer(),
  png: (image: Sharp) => image.png({ compressionLevel: 1 }).toBuffer(),
  tiff: (image: Sharp) => image.tiff({ compression: 'none' }).toBuffer(),
  webp: (image: Sharp) => image.webp({ quality: 90, effort: 0 }).toBuffer(),
  avif: (image: Sharp) => image.avif({ quality: 80, effort: 0 }).toBuffer(),
};

type FileKind = keyof typeof FILES;

const WAYS: Readonly<Record<string, Way>> = {
  'our own JPEG reader at an eighth': {
    file: 'jpeg',
    sides: [64],
    own: true,
    least: { landscape: 0.995, detail: 0.94, noise: 0.975 },
  },
  'our own JPEG reader at an eighth, progressive': {
    file: 'progressive',
    sides: [64],
    own: true,
    least: { landscape: 0.995, detail: 0.94, noise: 0.975 },
  },
  'our own JPEG reader at a quarter': {
    file: 'jpeg',
    sides: [128],
    own: true,
    least: { landscape: 0.995, detail: 0.955, noise: 0.98 },
  },
  'our own JPEG reader at a half': {
    file: 'jpeg',
    sides: [200],
    own: true,
    least: { landscape: 0.995, detail: 0.98, noise: 0.99 },
  },
  'JPEG by libvips, shrunk on load': {
    file: 'jpeg',
    decoding: { jpegReader: 'libvips' },
    sides: [64, 128, 200],
    least: { landscape: 0.995, detail: 0.94, noise: 0.96 },
  },
  'progressive JPEG by libvips, shrunk on load': {
    file: 'progressive',
    sides: [128, 200],
    least: { landscape: 0.995, detail: 0.94, noise: 0.96 },
  },
  'JPEG by libvips, whole': {
    file: 'jpeg',
    sides: [400],
    least: { landscape: 0.995, detail: 0.995, noise: 0.995 },
  },
  'PNG, whole': {
    file: 'png',
    sides: [64, 200],
    least: { landscape: 0.995, detail: 0.94, noise: 0.96 },
  },
  'TIFF, whole': { file: 'tiff', sides: [128], least: { landscape: 0.995, detail: 0.94 } },
  'WebP, shrunk on load and whole': {
    file: 'webp',
    sides: [64, 128, 200, 400],
    least: { landscape: 0.99, detail: 0.94, noise: 0.96 },
  },
  'AVIF, whole': { file: 'avif', sides: [200], least: { landscape: 0.995 } },
};

for (const [name, { file, decoding = {}, sides, own, least }] of Object.entries(WAYS))
  test(`${name}: SSIM of at least ${Object.values(least).join(', ')}`, async () => {
    for (const [picture, wanted] of Object.entries(least)) {
      const source = await sourceOf(file, picture as PictureName);
      for (const side of sides) {
        if (own) expect(declineReason(source.bytes, { width: side, height: side })).toBeUndefined();
        const found = await pixelsOf(source.bytes, side, decoding);
        const value = similarity(found, source.reference(found));
        expect(value, `${picture} at ${side} pixels`).toBeGreaterThan(wanted);
      }
    }
  });

interface Source {
  readonly bytes: Buffer;
  /** What a thumbnail of this size is compared with. */
  reference(size: { readonly width: number; readonly height: number }): Rgba;
}

const sources = new Map<string, Source>();

/** A file of a picture; several ways are tried with each. */
async function sourceOf(file: FileKind, picture: PictureName): Promise<Source> {
  const key = `${file} ${picture}`;
  const known = sources.get(key);
  if (known !== undefined) return known;
  const bytes = await FILES[file](await testPicture(picture));
  const whole = await pixelsOf(bytes, WHOLE);
  const references = new Map<number, Rgba>();
  const source: Source = {
    bytes,
    reference: ({ width, height }) => {
      const reference = references.get(width) ?? lanczos(whole, width, height);
      references.set(width, reference);
      return reference;
    },
  };
  sources.set(key, source);
  return source;
}
