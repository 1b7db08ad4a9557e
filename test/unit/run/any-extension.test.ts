// Runs that try every file by its content.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readManifest } from '../../../src/manifest/reading.js';
import { runFolder } from '../../support/in-process/run.js';
import { photoFolder } from '../../support/photos.js';

test('every file ends as one record, by its content; files of the run itself and sidecars are none', async () => {
  const { folder, files } = photoFolder(3);
  const photos = path.join(folder, 'photos');
  fs.renameSync(files[0] ?? '', path.join(photos, 'f0012345'));
  fs.renameSync(files[1] ?? '', path.join(photos, 'f0012346.mov'));
  for (const name of ['notes.txt', 'a.xmp', 'empty'])
    fs.writeFileSync(path.join(photos, name), 'text'.slice(0, name === 'empty' ? 0 : 4));
  const options = {
    ...{ anyExtension: true, hidden: true },
    ...{
      out: path.join(photos, 'out'),
      manifest: path.join(photos, 'all.jsonl'),
      export: [path.join(photos, 'all.csv')],
    },
  };
  const statuses = () =>
    [...readManifest(options.manifest)].map((record) => [
      record.source,
      record.status === 'done' ? 'done' : record.error.code,
    ]);
  const expected = [
    ['empty', 'CORRUPT'],
    ['f0012345', 'done'],
    ['f0012346.mov', 'done'],
    ['notes.txt', 'UNSUPPORTED'],
    ['photo-3.jpg', 'done'],
  ];
  await runFolder(folder, options);
  expect(statuses()).toEqual(expected);
  // The second run meets the manifest and the export of the first.
  const { summary } = await runFolder(folder, options);
  expect(statuses()).toEqual(expected);
  expect(summary).toMatchObject({ unchanged: 3, known: 2, passedOver: {}, removed: 0 });
  expect(fs.readdirSync(photos)).toContain('all.csv');
});
