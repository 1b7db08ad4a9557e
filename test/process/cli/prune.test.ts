// What `thumbs prune` and `--prune` say, and their exit codes. What is pruned is tested in unit/maintenance/ and unit/run/.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { PrunedEvent } from '../../../src/maintenance/unneeded.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import { localPool } from '../../../src/pool/local/local-pool.js';
import { run } from '../../../src/run/create-thumbnails.js';
import { inProcess, runFolder } from '../../support/in-process/run.js';
import { thumbnailNameOf, writeThumbnail } from '../../support/left-files.js';
import { expectSound, thumbnailsIn } from '../../support/output.js';
import { photoFolder, snapshot } from '../../support/photos.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';

const unneeded = ['123456789', '987654321'].map(thumbnailNameOf).sort();

/** The output of a run, with two thumbnails of 9 bytes that no record names. */
async function untidyOutput() {
  const { folder, out } = photoFolder(2);
  await runFolder(folder);
  for (const bytes of ['123456789', '987654321']) writeThumbnail(out, bytes);
  return { folder, out };
}

test('prune --dry-run names each file and writes nothing; prune removes them', async () => {
  const { folder, out } = await untidyOutput();
  const before = snapshot(folder);
  const dry = await thumbsJson<PrunedEvent>(['prune', '--dry-run'], { cwd: folder });
  expect([dry.code, dry.stderr.split('\n')]).toEqual([
    0,
    [
      ...unneeded.map((name) => `prune thumbnails/${name} (9 bytes)`),
      '2 files to prune, 18 bytes to free',
      '',
    ],
  ]);
  expect(dry.events).toEqual([
    ...unneeded.map((name) => ({ type: 'pruned', path: path.join(out, name), bytes: 9 })),
    { type: 'summary', dryRun: true, files: 2, bytes: 18 },
  ]);
  expect(snapshot(folder)).toEqual(before);
  const { code, stdout, stderr } = await thumbs(['prune'], { cwd: folder });
  expect([code, stdout, stderr]).toEqual([0, '', '2 files pruned, 18 bytes freed\n']);
  expect(thumbnailsIn(out)).toHaveLength(2);
  await expectSound(out);
});

test('a run with --prune says how many records were removed and what it pruned', async () => {
  const { folder, out } = await untidyOutput();
  fs.rmSync(path.join(folder, 'photos/photo-1.jpg'));
  const { code, stderr } = await thumbs(['photos', '--prune'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^1 unchanged: /);
  expect(stderr).toMatch(/^1 record removed: the photo is gone, or not selected any more$/m);
  expect(stderr).toMatch(/^3 files pruned, [\d.]+ kB freed$/m);
  expect(thumbnailsIn(out)).toHaveLength(1);
});

test('without a manifest prune is refused with one line and exit 3', async () => {
  const { folder, out } = await untidyOutput();
  const manifest = path.join(out, 'manifest.jsonl');
  fs.rmSync(manifest);
  const { code, stderr } = await thumbs(['prune'], { cwd: folder });
  expect([code, stderr]).toEqual([
    3,
    `thumbs: Cannot read the manifest ${manifest}: no such file or directory (ENOENT)\n`,
  ]);
  expect(thumbnailsIn(out)).toHaveLength(4);
});

test('prune is refused with exit 3 while another process uses the folder', async () => {
  const { folder, out } = await untidyOutput();
  // This process is the other one.
  const running = run(resolveOptions([path.join(folder, 'photos')], { out }), localPool(inProcess()));
  await running.next();
  const { code, stderr } = await thumbs(['prune'], { cwd: folder });
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining(`is in use by another run, process ${process.pid}, since `),
  ]);
  await running.return(undefined);
  expect(thumbnailsIn(out)).toHaveLength(4);
});
