// --max-memory with images whose decoding really takes much memory.

import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { expectSound, failuresIn, recordsIn, thumbnailsIn } from '../../support/output.js';
import { photoFolder, writeSlowImage } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

/** A folder with small photos and one that takes much memory. */
function folderWithHeavyPhoto(): { folder: string; out: string } {
  const { folder, out } = photoFolder(6);
  writeSlowImage(path.join(folder, 'photos/heavy.avif'));
  return { folder, out };
}

test('a photo that needs more than a consumer’s share, but not more than all, is done', async () => {
  const { folder, out } = folderWithHeavyPhoto();
  const args = ['photos', '-w', '2', '--max-memory', '400'];
  const { code, stderr } = await thumbs(args, { cwd: folder });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^7 thumbnails made: /)]);
  await expectSound(out);
});

test('a photo that takes more than all is one record with the figure, and the others are done', async () => {
  const { folder, out } = folderWithHeavyPhoto();
  expect((await thumbs(['photos', '-w', '1', '--max-memory', '150'], { cwd: folder })).code).toBe(1);
  expect(failuresIn(out)).toEqual([
    [
      'heavy.avif',
      'TOO_LARGE',
      expect.stringMatching(
        /^\.\.\/photos\/heavy\.avif: its consumer had \d{3} MB of memory, more than the limit of 150 MB$/,
      ),
    ],
  ]);
  expect(recordsIn(out)).toHaveLength(7);
  await expectSound(out);
});

test('photos whose files alone exceed a share give the same thumbnails as with all memory', async () => {
  const { folder } = photoFolder(3);
  for (const [index, background] of ['red', 'green', 'blue'].entries())
    await sharp({ create: { width: 8000, height: 5600, channels: 3, background } })
      .png({ compressionLevel: 0 })
      .toFile(path.join(folder, `photos/large-${index}.png`));
  const thumbnailsWith = async (out: string, args: readonly string[]) => {
    const { code, stderr } = await thumbs(['photos', '-o', out, ...args], { cwd: folder });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^6 thumbnails made: /)]);
    await expectSound(path.join(folder, out));
    return thumbnailsIn(path.join(folder, out));
  };
  const unlimited = await thumbnailsWith('unlimited', ['-w', '1']);
  // A consumer may be over its share of 150 MB while it reads, and so before it knows from the header what the image needs.
  expect(await thumbnailsWith('shared', ['-w', '4', '--max-memory', '600'])).toEqual(unlimited);
});

/** A folder with small photos and a JPEG of 60 megapixels, for which our own reader takes twice the memory that libvips takes. */
async function folderWithLargeJpeg(): Promise<string> {
  const { folder } = photoFolder(2);
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  const small = sharp({ create: { width: 375, height: 625, channels: 3, background: 'grey', noise } });
  const pixels = await small.png().toBuffer();
  await sharp(pixels)
    .resize(6000, 10_000, { kernel: 'nearest' })
    .jpeg({ quality: 80 })
    .toFile(path.join(folder, 'photos/large.jpg'));
  return folder;
}

test('a JPEG gives the same thumbnail whatever the memory and the number of consumers, or none', async () => {
  const folder = await folderWithLargeJpeg();
  const thumbnailsWith = async (out: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const line = ['photos', '-s', '1300x1300', '-o', out, ...args];
    const { code, stderr } = await thumbs(line, { cwd: folder, env });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^3 thumbnails made: /)]);
    await expectSound(path.join(folder, out));
    return thumbnailsIn(path.join(folder, out));
  };
  const unlimited = await thumbnailsWith('unlimited', ['-w', '2']);
  expect(await thumbnailsWith('libvips', ['-w', '2'], { THUMBS_JPEG: 'libvips' })).not.toEqual(unlimited);
  // Each share is too small for our own reader, and some would do for libvips.
  for (const [workers, megabytes] of [
    ['2', '320'],
    ['4', '600'],
  ] as const)
    expect(
      await thumbnailsWith(`${workers}-${megabytes}`, ['-w', workers, '--max-memory', megabytes]),
    ).toEqual(unlimited);
  const { code } = await thumbs(['photos', '-s', '1300x1300', '-w', '1', '--max-memory', '128'], {
    cwd: folder,
  });
  const failures = failuresIn(path.join(folder, 'thumbnails'));
  expect([code, failures.map(([name, failure]) => [name, failure])]).toEqual([
    1,
    [['large.jpg', 'TOO_LARGE']],
  ]);
});
