// The command in a working folder that does not exist any more.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { type Finished, startInRemovedFolder } from '../../support/processes/processes.js';

/** Runs the command in a folder that is removed before it starts. */
function inRemovedFolder(folder: string, args: readonly string[]): Promise<Finished> {
  const gone = fs.mkdtempSync(path.join(folder, 'gone-'));
  return startInRemovedFolder(gone, process.execPath, [command, ...args]).finished;
}

test('a relative path, and the output folder by default, is refused in one sentence, exit 2', async () => {
  const { folder, out } = photoFolder(1);
  const photos = path.join(folder, 'photos');
  const refused: ReadonlyArray<readonly [args: readonly string[], name: string, shown: string]> = [
    [['photos', '-o', out], 'paths', 'photos'],
    [[photos], '--out', 'thumbnails'],
    [[photos, '-o', out, '-m', 'm.jsonl'], '--manifest', 'm.jsonl'],
    [[photos, '-o', out, '--export', 'all.csv'], '--export', 'all.csv'],
    [[photos, '--dry-run'], '--out', 'thumbnails'],
    [['verify'], '--out', 'thumbnails'],
    [['prune', '-o', '../x'], '--out', '../x'],
    [['bench', photos, '--output', 'report.md'], '--output', 'report.md'],
  ];
  const results = await Promise.all(refused.map(([args]) => inRemovedFolder(folder, args)));
  expect(results).toEqual(
    refused.map(([, name, shown]) => ({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `thumbs: Expected \`${name}\` to be an absolute path, because the working directory does not exist any more, got \`${shown}\`\n`,
    })),
  );
  expect(fs.readdirSync(folder)).toEqual(['photos']);
});

test('with absolute paths alone everything works, and paths are shown absolute', async () => {
  const { folder, out, files } = photoFolder(6);
  const manifest = path.join(out, 'manifest.jsonl');
  const place = ['-o', out, '-m', manifest];
  const all = path.join(folder, 'all.csv');
  const photos = path.join(folder, 'photos');
  const run = await inRemovedFolder(folder, [photos, ...place, '-w', '2', '--export', all]);
  expect([run.code, run.stdout]).toEqual([0, '']);
  expect(run.stderr.split('\n')).toEqual([
    expect.stringMatching(/^6 thumbnails made: /),
    `manifest ${manifest}`,
    `export ${all}`,
    '',
  ]);
  expect(recordsIn(out)).toHaveLength(6);
  await expectSound(out);
  fs.rmSync(files[0] ?? '');
  const dryRun = await inRemovedFolder(folder, [photos, ...place, '--dry-run']);
  expect([dryRun.code, dryRun.stderr]).toEqual([0, expect.stringMatching(/^1 file to prune, /m)]);
  const pruned = await inRemovedFolder(folder, [photos, ...place, '--prune', '-v']);
  expect([pruned.code, pruned.stderr]).toEqual([0, expect.stringContaining(`prune ${out}/`)]);
  const verified = await inRemovedFolder(folder, ['verify', ...place]);
  expect([verified.code, verified.stderr]).toEqual([
    0,
    expect.stringMatching(/^5 thumbnails verified: all sound/),
  ]);
  expect((await inRemovedFolder(folder, ['prune', ...place])).code).toBe(0);
  const bench = await inRemovedFolder(folder, ['bench', photos, '--sweep', '1', '--runs', '1']);
  expect([bench.code, bench.stderr]).toEqual([0, '']);
});
