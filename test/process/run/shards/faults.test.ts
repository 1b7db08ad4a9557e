// Shards that are killed, missing, started twice, or beside a whole run.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryPath } from '../../../../src/files/temporary.js';
import { expectSound, recordsIn } from '../../../support/output.js';
import { photoFolder, temporaryFolder, writePhotos } from '../../../support/photos.js';
import { deepPhotoFolder, startBlockedRun, testBlocked } from '../../../support/processes/blocked-run.js';
import { eventsOf, thumbs } from '../../../support/processes/command.js';
import {
  manifestsOf,
  merge,
  mergedOf,
  outputOf,
  runShard,
  runShards,
  type ShardedRun,
} from '../../../support/processes/shards.js';

/** Of two shards each has more than a blocked run needs. */
const PHOTOS = 80;

function deepRun(): ShardedRun & { photos: ReturnType<typeof deepPhotoFolder> } {
  const photos = deepPhotoFolder(PHOTOS);
  return { cwd: photos.folder, out: 'thumbnails', args: ['photos'], photos };
}

testBlocked(
  'a shard killed half-way is named by merge, blocks nobody, and continues where it was',
  async () => {
    const run = deepRun();
    const blocked = await startBlockedRun(['--shard', '1/2', '-w', '1'], { photos: run.photos });
    expect((await runShard(run, 2, 2)).code).toBe(0);
    const early = await merge(run, 2);
    expect(early).toMatchObject({
      code: 3,
      stderr:
        'thumbs: Not merged: shard 1/2 is not complete: interrupted, or still running (the same command again completes it)\n',
    });
    blocked.child.kill('SIGKILL');
    await blocked.finished;
    expect((await merge(run, 2)).stderr).toBe(early.stderr);
    expect(fs.existsSync(mergedOf(run))).toBe(false);

    const again = await thumbs(['photos', '--shard', '1/2', '--json'], { cwd: run.cwd });
    const summary = eventsOf(again.stdout).at(-1);
    if (summary?.type !== 'summary') throw new Error(again.stderr);
    expect(summary.unchanged).toBeGreaterThan(0);
    expect(summary.done).toBeGreaterThan(0);
    expect((await merge(run, 2)).code).toBe(0);
    await expectSound(run.photos.out);
    const one = { ...run, out: 'one' };
    await thumbs(['photos', '-o', 'one'], { cwd: run.cwd });
    expect(outputOf(run)).toEqual(outputOf(one));
  },
);

testBlocked('a complete shard that is run again and killed is not complete any more', async () => {
  const run = deepRun();
  await runShards(run, 2);
  const blocked = await startBlockedRun(['--shard', '1/2', '--force'], { photos: run.photos });
  blocked.child.kill('SIGKILL');
  await blocked.finished;
  expect((await merge(run, 2)).stderr).toContain('shard 1/2 is not complete');
});

testBlocked('a shard that is stopped by a signal is not complete', async () => {
  const run = deepRun();
  const blocked = await startBlockedRun(['--shard', '1/2', '-w', '1'], { photos: run.photos });
  blocked.child.kill('SIGTERM');
  await blocked.pipe.read();
  expect((await blocked.finished).code).toBe(143);
  await runShard(run, 2, 2);
  expect((await merge(run, 2)).stderr).toContain('shard 1/2 is not complete');
  await runShard(run, 1, 2);
  expect((await merge(run, 2)).code).toBe(0);
  expect(recordsIn(run.photos.out)).toHaveLength(PHOTOS);
});

testBlocked(
  'while a shard runs, whole runs, prune, merge and verify --repair are refused by its name',
  async () => {
    const run = deepRun();
    const { cwd } = run;
    await thumbs(['photos', '-s', '30x30'], { cwd });
    const blocked = await startBlockedRun(['--shard', '1/2'], { photos: run.photos });
    const by = new RegExp(` is in use by shard 1/2, process ${blocked.pid}, since `);
    const commands = [
      ['photos'],
      ['photos', '-o', 'other', '-m', 'thumbnails/manifest.jsonl'],
      ['prune'],
      ['verify'],
      ['verify', '--repair'],
      ['prune', '--dry-run', '-m', 'thumbnails/manifest-1-of-2.jsonl'],
      // The same shard.
      ['photos', '--shard', '1/2'],
    ];
    for (const args of commands) {
      const { code, stderr } = await thumbs(args, { cwd });
      expect([args, code, stderr]).toEqual([args, 3, expect.stringMatching(by)]);
    }
    const dry = await thumbs(['photos', '--dry-run'], { cwd });
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringMatching(by) });
    expect((await thumbs(['photos', '--shard', '2/2'], { cwd })).code).toBe(0);
    expect((await thumbs(['photos', '--shard', '2/3'], { cwd })).code).toBe(0);
    await blocked.pipe.read();
    expect((await blocked.finished).code).toBe(0);
    await merge(run, 2);
    await expectSound(run.photos.out);
  },
);

testBlocked('while a whole run works, a shard is refused', async () => {
  const photos = deepPhotoFolder();
  const blocked = await startBlockedRun([], { photos });
  const { code, stderr } = await thumbs(['photos', '--shard', '1/2'], { cwd: photos.folder });
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining(`by another run, process ${blocked.pid}, since `),
  ]);
  await blocked.pipe.read();
  await blocked.finished;
  expect(fs.readdirSync(photos.out).filter((name) => /lock|shared|-of-/.test(name))).toEqual([]);
});

test('missing shards are named, and nothing is written', async () => {
  const cwd = temporaryFolder();
  writePhotos(path.join(cwd, 'photos'), 9);
  const run = { cwd, out: 'thumbnails', args: ['photos', '-s', '40x40'] };
  await runShards(run, 5);
  const [, second = '', , fourth = ''] = manifestsOf(run, 5);
  for (const file of [second, fourth]) fs.rmSync(file);
  // By names that do not exist, and by those that do.
  const missing = 'thumbs: Not merged: shards 2/5 and 4/5 are missing\n';
  expect(await merge(run, 5)).toMatchObject({ code: 3, stderr: missing });
  const present = manifestsOf(run, 5).filter((file) => fs.existsSync(file));
  expect(await thumbs(['merge', ...present], { cwd })).toMatchObject({ code: 3, stderr: missing });
  expect(fs.existsSync(mergedOf(run))).toBe(false);
  for (const index of [2, 4]) await runShard(run, index, 5);
  expect((await merge(run, 5)).code).toBe(0);
});

test('shards of one new folder agree on a layout, and another one is refused', async () => {
  const { folder } = photoFolder(12);
  const run = { cwd: folder, out: 'thumbnails', args: ['photos', '-s', '40x40', '--layout', 'sharded'] };
  expect((await runShards(run, 3)).map(({ code }) => code)).toEqual([0, 0, 0]);
  const flat = { ...run, args: ['photos', '-s', '40x40', '--layout', 'flat'] };
  const { code, stderr } = await runShard(flat, 2, 3);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/lie sharded, and a shard does not move them/)]);
  // At once, in a new folder: those of one layout are all done, those of the other all refused.
  const mixed = await Promise.all(
    [1, 2, 3, 4].map((index) =>
      runShard(
        { ...run, out: 'mixed', args: ['photos', '--layout', index % 2 === 0 ? 'flat' : 'sharded'] },
        index,
        4,
      ),
    ),
  );
  const codes = mixed.map((each) => each.code);
  expect(codes.filter((each) => each === 0)).toHaveLength(2);
  expect(codes[0]).toBe(codes[2]);
  expect(codes[1]).toBe(codes[3]);
});

test('a killed shard’s temporary files and locks are removed by the next, those of living shards are not', async () => {
  const run = deepRun();
  const out = run.photos.out;
  const [first, second] = await Promise.all(
    [1, 2].map((index) => startBlockedRun(['--shard', `${index}/2`], { photos: run.photos })),
  );
  if (first === undefined || second === undefined) throw new Error();
  // What a consumer of the living one may have open now.
  const temporary = temporaryOf(second.pid);
  fs.writeFileSync(path.join(out, temporary), '');
  const dead = temporaryOf(first.pid);
  fs.writeFileSync(path.join(out, dead), '');
  first.child.kill('SIGKILL');
  await first.finished;
  expect((await runShard(run, 1, 2)).code).toBe(0);
  const names = fs.readdirSync(out);
  expect(names).toContain(temporary);
  expect(names).not.toContain(dead);
  fs.rmSync(path.join(out, temporary));
  await second.pipe.read();
  expect((await second.finished).code).toBe(0);
  expect((await merge(run, 2)).code).toBe(0);
  await expectSound(out);
});

/** The name of a temporary file as this process would have it, but of another one. */
function temporaryOf(pid: number): string {
  const ticks = /^.*\) (.*)$/s.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]?.split(' ')[19];
  const [, place = ''] = /-([0-9a-f]{12})-/.exec(temporaryPath('')) ?? [];
  return `.thumbs-${place}-${pid}-${ticks}-00000000.tmp`;
}
