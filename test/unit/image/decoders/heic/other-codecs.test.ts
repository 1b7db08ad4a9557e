// Pictures in HEIF files that are not HEVC: AV1 is libvips', and of the others the message names the codec.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ThumbsError } from '../../../../../src/errors.js';
import { withItem } from '../../../../support/images/heif/hostile/pieces.js';
import { thumbnailOf } from '../../../../support/images/heif/rendering.js';
import { sampleImages } from '../../../../support/paths.js';

const AVIF = fs.readFileSync(path.join(sampleImages, 'aurora.avif'));

/** The same file with other brands. */
function branded(...brands: readonly string[]): Buffer {
  const bytes = Buffer.from(AVIF);
  const end = bytes.readUInt32BE(0);
  const places = [8, ...Array.from({ length: (end - 16) / 4 }, (_, index) => 16 + 4 * index)];
  places.forEach((at, index) => {
    bytes.write(brands[index % brands.length] ?? '', at, 'latin1');
  });
  return bytes;
}

async function messageOf(bytes: Buffer): Promise<string> {
  try {
    await thumbnailOf(bytes);
    return 'done';
  } catch (error) {
    if (error instanceof ThumbsError) return `${error.code} ${error.message}`;
    throw error;
  }
}

test.each([
  ['mif1', 'heic'],
  ['heic', 'mif1'],
  ['mif1', 'miaf'],
])('an AV1 picture in a file of the brands %s and %s is that of an AVIF', async (...brands) => {
  const expected = await thumbnailOf(AVIF, { side: 200 });
  const found = await thumbnailOf(branded(...brands), { side: 200 });
  expect(found).toEqual({ ...expected, sourceFormat: 'heic' });
});

test.each([
  ['avc1', 'AVC'],
  ['jpeg', 'JPEG'],
  ['j2k1', 'JPEG 2000'],
  ['vvc1', 'VVC'],
])('a picture of the type %s is UNSUPPORTED: %s compression', async (type, codec) => {
  expect(await messageOf(withItem({ type }))).toMatch(new RegExp(`^UNSUPPORTED .*\\b${codec} compression`));
});
