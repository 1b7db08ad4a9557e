// Bombs that take a second or more each, and images that take too long or too much memory.

import { expect, test } from 'vitest';
import { inflatingChunk, jpegOfScans, png, smallPng } from '../../support/images/hostile-images.js';
import { expectOutcomes, tooLarge } from '../../support/processes/expected-outcomes.js';

const BOMBS = {
  'bits.png': [
    png({ width: 16_000, height: 16_000, depth: 1, pixelBytes: 2001 * 16_000 }),
    'done 16000 x 16000',
  ],
  'profile.png': [smallPng(inflatingChunk('iCCP', 300_000_000)), 'done 9 x 9'],
  'texts.png': [smallPng(...Array<Buffer>(20).fill(inflatingChunk('zTXt', 20_000_000))), 'done 9 x 9'],
  'international-texts.png': [
    smallPng(...Array<Buffer>(20).fill(inflatingChunk('iTXt', 20_000_000))),
    'done 9 x 9',
  ],
  // Its format makes a decoder hold the 100 MB of its pixels. A second copy of them would be too much.
  'interlaced.png': [
    png({ width: 10_000, height: 10_000, interlaced: true, pixelBytes: 100_100_000 }),
    'done 10000 x 10000',
  ],
  'vast.png': [png({ width: 60_000, height: 60_000, depth: 1, pixelBytes: 60_000 * 7501 }), tooLarge(60_000)],
} as const;

test('bombs within the limit of pixels are thumbnails, in less memory than they inflate to', async () => {
  const { peakMemory } = await expectOutcomes(BOMBS, ['-w', '1']);
  // Two processes have 150 MB with small photos; the rest is less than any of the 300 to 450 MB inside these.
  expect(peakMemory).toBeLessThan(350e6);
});

test('an image that takes too long or too much memory is one record, and the photo beside it is done', async () => {
  // 0.9 MB. Its coefficients are 512 MB, and each scan walks over all of them.
  const scans = jpegOfScans(16_000, 16_000, 1000);
  const moreScans = jpegOfScans(8000, 8000, 20_000);
  const narrow = ['-w', '1', '--max-memory', '400'];
  const libvips = { THUMBS_JPEG: 'libvips' };
  await expectOutcomes(
    { 'scans.jpg': [scans, /^TOO_LARGE its consumer had \d+ MB of memory/] },
    narrow,
    libvips,
  );
  await expectOutcomes({ 'more-scans.jpg': [moreScans, /^TIMEOUT .*\b2 s/] }, ['--timeout', '2'], libvips);
  // Our own reader skips the scans that a thumbnail does not need.
  await expectOutcomes(
    { 'scans.jpg': [scans, 'done 16000 x 16000'], 'more-scans.jpg': [moreScans, 'done 8000 x 8000'] },
    [...narrow, '--timeout', '2'],
  );
});
