// Several output folders in one tree of photos.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runInProcess } from '../../support/in-process/run.js';
import { expectSound } from '../../support/output.js';
import { temporaryFolder, writePhotos } from '../../support/photos.js';

/** Runs twice over one folder into each of two folders in it, in turn, and returns how many photos and changes each run had. */
async function alternatingRuns(prepare: (out: string) => void = () => {}): Promise<string[]> {
  const photos = path.join(temporaryFolder(), 'photos');
  writePhotos(photos, 3);
  writePhotos(path.join(photos, 'sub'), 3);
  const outs = [path.join(photos, 'small'), path.join(photos, 'sub/large')];
  const runs: string[] = [];
  for (const [index, out] of [...outs, ...outs].entries()) {
    const { summary } = await runInProcess([photos], { out, size: 50 + 50 * (index % 2) });
    await expectSound(out);
    prepare(out);
    runs.push(`${summary.photos} photos, ${summary.unchanged} unchanged, ${summary.removed} removed`);
  }
  return runs;
}

const SETTLED = [
  '6 photos, 0 unchanged, 0 removed',
  '6 photos, 0 unchanged, 0 removed',
  '6 photos, 6 unchanged, 0 removed',
  '6 photos, 6 unchanged, 0 removed',
];

test('runs into two folders in one tree make no thumbnails of thumbnails', async () => {
  expect(await alternatingRuns()).toEqual(SETTLED);
});

test('nor where version 0.1 has filled the folders, without a marker', async () => {
  expect(await alternatingRuns((out) => fs.rmSync(path.join(out, '.thumbs.json'), { force: true }))).toEqual(
    SETTLED,
  );
});
