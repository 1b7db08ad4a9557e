// --max-memory with an image whose decoding really takes 190 MB.

import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, failuresIn, recordsIn } from '../../support/output.js';
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
