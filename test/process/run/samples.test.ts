import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { thumbs } from '../../support/command.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { sampleImages } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';

test('the main job makes a thumbnail of every sample and exits 0; any number of workers gives the same bytes', async () => {
  const samples = fs
    .readdirSync(sampleImages, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile());
  const outputs: Array<Record<string, string>> = [];
  for (const workers of ['1', '2', '5']) {
    const folder = temporaryFolder();
    fs.cpSync(sampleImages, path.join(folder, 'samples'), { recursive: true, preserveTimestamps: true });
    const exports = ['--export', 'out/all.txt', '--export', 'out/all.csv', '--export', 'out/all.json'];
    const { code, stderr } = await thumbs(['samples', '-w', workers, '-o', 'out', ...exports], {
      cwd: folder,
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining('thumbnails made')]);
    const out = path.join(folder, 'out');
    expect(recordsIn(out)).toHaveLength(samples.length);
    await expectSound(out);
    const read = (name: string) =>
      fs.readFileSync(path.join(out, name)).toString('latin1').replaceAll(folder, '');
    outputs.push(
      Object.fromEntries(
        fs
          .readdirSync(out)
          .sort()
          .map((name) => [name, read(name)]),
      ),
    );
  }
  expect(outputs[1]).toEqual(outputs[0]);
  expect(outputs[2]).toEqual(outputs[0]);
  expect(Object.keys(outputs[0] ?? {}).length).toBeGreaterThan(25);
});

test('twins share a thumbnail', async () => {
  const out = temporaryFolder();
  await thumbs([path.join(sampleImages, 'twin-a.jpg'), path.join(sampleImages, 'twin-b.jpg'), '-o', out]);
  const [a, b] = recordsIn(out);
  if (a?.status !== 'done' || b?.status !== 'done') throw new Error('a twin has no thumbnail');
  expect(a.thumbnails).toEqual(b.thumbnails);
  expect(a.sourceXxh128).toBe(b.sourceXxh128);
});
