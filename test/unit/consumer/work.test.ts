// What becomes of an error that arises while a consumer works on an image.

import fs from 'node:fs';
import { expect, test } from 'vitest';
import { type Loaded, load } from '../../../src/consumer/loading.js';
import { workOn } from '../../../src/consumer/work.js';
import { photoFolder } from '../../support/photos.js';
import { insideBox } from '../../support/variants.js';
import { workOptions } from '../../support/work-options.js';

/** A photo that was read, and options for its thumbnail. */
async function loadedPhoto() {
  const { out, files } = photoFolder(1);
  fs.mkdirSync(out);
  const options = workOptions(out, { variants: [insideBox(40)] });
  const loaded = await load({ path: files[0] ?? '', task: 'make' }, options);
  if (loaded.status !== 'loaded') throw new Error('Expected the photo to be read');
  return { loaded, options };
}

const make = { task: 'make', exclusive: false } as const;

test('an unexpected error in rendering is INTERNAL, with its stack and what is known of the file', async () => {
  const { loaded, options } = await loadedPhoto();
  const variant = { ...insideBox(40), encoding: { format: 'none' as 'png' } };
  const outcome = await workOn(make, loaded, { ...options, variants: [variant] });
  expect(outcome).toEqual({
    status: 'failed',
    code: 'INTERNAL',
    reason: expect.stringMatching(/^an unexpected error in thumbs: .*undefined/),
    stack: expect.stringMatching(/^TypeError: .*\n(?:\s+at .*\n)*\s+at .*render\.ts/),
    ...loaded.facts,
  });
});

test('an unexpected error in hashing is INTERNAL', async () => {
  const { loaded, options } = await loadedPhoto();
  const broken = { ...loaded, image: undefined } as unknown as Loaded;
  const outcome = await workOn({ task: 'identify', exclusive: false }, broken, options);
  expect(outcome).toMatchObject({ status: 'failed', code: 'INTERNAL' });
});

test('an image that needs more than its share waits for its turn alone, and is then done', async () => {
  const { loaded, options } = await loadedPhoto();
  const small = { ...options, maxMemory: 90e6 };
  expect(await workOn(make, loaded, small)).toEqual({ status: 'deferred' });
  expect(await workOn({ ...make, exclusive: true }, loaded, small)).toMatchObject({ status: 'done' });
});
