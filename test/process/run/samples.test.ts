import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runInProcess } from '../../support/in-process/run.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { sampleImages } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

const EXPORTS = ['out/all.txt', 'out/all.csv', 'out/all.json'];

/** A folder of this test's own with the samples. */
function samplesFolder(): string {
  const folder = temporaryFolder();
  fs.cpSync(sampleImages, path.join(folder, 'samples'), { recursive: true, preserveTimestamps: true });
  return folder;
}

/** The files of an output folder with their bytes, without the test's own path. */
function contentOf(folder: string): Record<string, string> {
  const out = path.join(folder, 'out');
  const read = (name: string) => fs.readFileSync(path.join(out, name), 'latin1').replaceAll(folder, '');
  return Object.fromEntries(
    fs
      .readdirSync(out)
      .sort()
      .map((name) => [name, read(name)]),
  );
}

async function outputOfWorkers(workers: number): Promise<Record<string, string>> {
  const folder = samplesFolder();
  const args = [
    'samples',
    '-w',
    String(workers),
    '-o',
    'out',
    ...EXPORTS.flatMap((file) => ['--export', file]),
  ];
  const { code, stderr } = await thumbs(args, { cwd: folder });
  expect([code, stderr]).toEqual([0, expect.stringContaining('thumbnails made')]);
  await expectSound(path.join(folder, 'out'));
  return contentOf(folder);
}

test('the command makes a thumbnail of every sample; any number of workers makes the same bytes', async () => {
  const folder = samplesFolder();
  const inFolder = (name: string) => path.join(folder, name);
  await runInProcess([inFolder('samples')], { out: inFolder('out'), export: EXPORTS.map(inFolder) });
  const expected = contentOf(folder);
  expect(await outputOfWorkers(2)).toEqual(expected);
  expect(await outputOfWorkers(5)).toEqual(expected);

  const samples = fs.readdirSync(sampleImages, { recursive: true, withFileTypes: true });
  const records = recordsIn(inFolder('out'));
  expect(records).toHaveLength(samples.filter((entry) => entry.isFile()).length);
  expect(records.filter(({ status }) => status !== 'done')).toEqual([]);
  expect(Object.keys(expected).length).toBeGreaterThan(25);
  const [a, b] = ['twin-a.jpg', 'twin-b.jpg'].map((name) =>
    records.find(({ source }) => source.endsWith(`/${name}`)),
  );
  if (a?.status !== 'done' || b?.status !== 'done') throw new Error('Expected twins with thumbnails');
  expect(a.thumbnails).toEqual(b.thumbnails);
  expect(a.sourceXxh128).toBe(b.sourceXxh128);
});
