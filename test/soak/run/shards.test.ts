// Shards and merges that are killed again and again.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { type Finished, start } from '../../support/processes/processes.js';
import { manifestsOf, outputOf, type ShardedRun } from '../../support/processes/shards.js';

const PHOTOS = Number(process.env.CHAOS_PHOTOS ?? 60);
const SHARDS = 3;

/** Runs the command and kills it after some time, longer each time, until it ends by itself. Returns how often it was killed. */
async function untilDone(
  cwd: string,
  args: readonly string[],
  grows: number,
): Promise<Finished & { killed: number }> {
  for (let killed = 0; ; killed += 1) {
    const run = start(process.execPath, [command, ...args], { cwd });
    const timer = setTimeout(() => run.child.kill('SIGKILL'), 60 + Math.random() * 200 + grows * killed);
    const ended = await run.finished;
    clearTimeout(timer);
    if (ended.signal === null) return { ...ended, killed };
  }
}

test('shards and a merge that are killed at many moments end as one run, twice', async () => {
  const { folder: cwd } = photoFolder(PHOTOS);
  const run: ShardedRun = { cwd, out: 'thumbnails', args: ['photos', '-s', '60x60'] };
  const one: ShardedRun = { ...run, out: 'one' };
  let killed = 0;
  for (const round of [1, 2]) {
    const shards = await Promise.all(
      Array.from({ length: SHARDS }, (_, index) =>
        untilDone(cwd, [...run.args, '-w', '1', '--shard', `${index + 1}/${SHARDS}`], 40),
      ),
    );
    for (const shard of shards) {
      expect(shard.code, shard.stderr).toBe(0);
      killed += shard.killed;
    }
    const merged = await untilDone(cwd, ['merge', ...manifestsOf(run, SHARDS)], 10);
    killed += merged.killed;
    // If it was killed between its last steps, the manifests are gone in part, and what is merged is complete.
    expect([0, 3]).toContain(merged.code);
    await thumbs([...run.args, '-o', 'one'], { cwd });
    expect(outputOf(run)).toEqual(outputOf(one));
    for (const file of manifestsOf(run, SHARDS)) fs.rmSync(file, { force: true });
    if (round === 1)
      for (let photo = 1; photo <= PHOTOS; photo += 3)
        fs.rmSync(path.join(cwd, 'photos', `photo-${photo}.jpg`));
  }
  expect(killed).toBeGreaterThan(SHARDS);
  // A whole run removes what killed ones have left.
  await thumbs(run.args, { cwd });
  expect(recordsIn(path.join(cwd, 'thumbnails'))).toHaveLength(PHOTOS - Math.ceil(PHOTOS / 3));
  await expectSound(path.join(cwd, 'thumbnails'));
});
