// HEIFs through the real command: by their content whatever they are called, and which of a file's pictures is used.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectPicture, quartersPicture } from '../../support/images/heif/expected.js';
import { heifPhoto } from '../../support/images/heif/photo.js';
import { expectSound, recordsIn, thumbnailOf } from '../../support/output.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

/** A photo of 256 x 192 pixels that holds a picture of 128 x 96. */
const heic = heifPhoto({ picture: 'quarters-256x192', thumbnails: [{ picture: 'quarters' }] });

async function run(files: Readonly<Record<string, Buffer>>, ...args: string[]): Promise<string> {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'photos'));
  for (const [name, bytes] of Object.entries(files))
    fs.writeFileSync(path.join(folder, 'photos', name), bytes);
  const out = path.join(folder, 'out');
  const { code, stderr } = await thumbs(['photos', '-o', 'out', '-w', '2', '-q', ...args], { cwd: folder });
  expect([code, stderr]).toEqual([0, '']);
  await expectSound(out);
  return out;
}

test('a HEIC called .jpg and a JPEG called .heic are photos, and the record says what each is', async () => {
  const out = await run({
    'sent.jpg': heic,
    'received.heic': await jpeg(1),
    'plain.heif': heic,
    'LOUD.HEIC': heic,
  });
  const formats = recordsIn(out).map((record) => [
    path.basename(record.source),
    record.status === 'done' ? record.sourceFormat : record.status,
  ]);
  expect(Object.fromEntries(formats)).toEqual({
    'sent.jpg': 'heic',
    'received.heic': 'jpeg',
    'plain.heif': 'heic',
    'LOUD.HEIC': 'heic',
  });
  const bytes = ['sent.jpg', 'plain.heif', 'LOUD.HEIC'].map((name) =>
    fs.readFileSync(thumbnailOf(out, name)),
  );
  expect(new Set(bytes.map((png) => png.toString('latin1'))).size).toBe(1);
});

test('the picture that a file holds is used and recorded, and never with --embedded never', async () => {
  const files = { 'photo.heic': heic };
  const usual = await run(files, '--size', '64');
  const full = await run(files, '--size', '64', '--embedded', 'never');
  const [used] = recordsIn(usual);
  const [whole] = recordsIn(full);
  const facts = { status: 'done', sourceFormat: 'heic', sourceWidth: 256, sourceHeight: 192 };
  expect(used).toMatchObject({
    ...facts,
    thumbnails: [{ from: 'embedded', fromWidth: 128, fromHeight: 96 }],
  });
  expect(whole).toMatchObject(facts);
  expect(whole).not.toHaveProperty('thumbnails.0.from');
  for (const out of [usual, full])
    await expectPicture(fs.readFileSync(thumbnailOf(out, 'photo.heic')), quartersPicture(256, 192));
});
