// What `--dry-run` says, and its exit codes. What it plans is tested in unit/run/plan-thumbnails.test.ts.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type PlanEvent, planThumbnails } from '../../../src/run/plan-thumbnails.js';
import { setTime } from '../../support/file-changes.js';
import { runFolder } from '../../support/in-process/run.js';
import { thumbnailNameOf, writeThumbnail } from '../../support/left-files.js';
import { recordsIn, thumbnailOf, thumbnailsIn } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { jpeg, photoFolder, snapshot, temporaryFolder } from '../../support/photos.js';
import { startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';
import { thumbs, thumbsJson, thumbsUnprivileged } from '../../support/processes/command.js';

/** A folder whose output is behind its photos in every way that a dry run counts. */
async function outdated() {
  const { folder, out, files } = photoFolder(5);
  const [first = '', second = '', third = ''] = files;
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await runFolder(folder);
  setTime(first, 1_700_000_000);
  fs.rmSync(second);
  fs.rmSync(thumbnailOf(out, path.basename(third)));
  fs.writeFileSync(path.join(folder, 'photos/new.jpg'), await jpeg(200, 100, 200));
  writeThumbnail(out, '123456789');
  return { folder, out };
}

/** Without the sizes of photos. */
function withoutSizes(stderr: string): string[] {
  return stderr.split('\n').map((line) => line.replace(/[\d.]+ kB/, 'N').trim());
}

test('a dry run says its figures, -v names each file, and --json has the events', async () => {
  const { folder, out } = await outdated();
  const before = snapshot(folder);
  const { code, stderr, events } = await thumbsJson<PlanEvent>(['photos', '--dry-run', '-v'], {
    cwd: folder,
  });
  expect(snapshot(folder)).toEqual(before);
  expect(code).toBe(0);
  const lines = withoutSizes(stderr);
  expect(lines.slice(-10)).toEqual([
    '1 new, N',
    '1 changed, N',
    '1 moved, touched or incomplete, to be compared by content, N',
    '2 unchanged, N',
    '1 known failures, not to be tried again (--retry-failed), N',
    '2 thumbnails of 200x200 to be made',
    '1 to be removed from the manifest: the photo is gone, or not selected any more',
    '2 files to prune, N to free (--prune, or `thumbs prune` afterwards)',
    'Nothing was done: this is a dry run.',
    '',
  ]);
  expect(lines.slice(0, -10).sort()).toEqual([
    'changed photos/photo-3.jpg (thumbnail, N): 200x200',
    'compare photos/photo-1.jpg (touched, N)',
    'known-bad photos/broken.jpg (N)',
    'new photos/new.jpg (N): 200x200',
    `prune thumbnails/${thumbnailNameOf('123456789')} (9 bytes)`,
    expect.stringMatching(/^prune thumbnails\/[0-9a-f]{64}\.png \(N\)$/),
    'unchanged photos/photo-4.jpg (N)',
    'unchanged photos/photo-5.jpg (N)',
  ]);
  const planned: PlanEvent[] = [];
  for await (const event of planThumbnails([path.join(folder, 'photos')], { out })) planned.push(event);
  expect(events).toEqual(planned);
});

test('a dry run without -v says its figures, with --prune what a run would prune, and follows --retry-failed', async () => {
  const { folder } = await outdated();
  const args = ['photos', '--dry-run', '--prune', '--retry-failed'];
  const { stdout, stderr } = await thumbs(args, { cwd: folder });
  expect(stdout).toBe('');
  expect(withoutSizes(stderr)).toEqual([
    `prune thumbnails/${thumbnailNameOf('123456789')} (9 bytes)`,
    expect.stringMatching(/^prune thumbnails\/[0-9a-f]{64}\.png \(N\)$/),
    '1 new, N',
    '2 changed, N',
    '1 moved, touched or incomplete, to be compared by content, N',
    '2 unchanged, N',
    '0 known failures, not to be tried again (--retry-failed)',
    '3 thumbnails of 200x200 to be made',
    '1 to be removed from the manifest: the photo is gone, or not selected any more',
    '2 files to prune, N to free',
    'Nothing was done: this is a dry run.',
    '',
  ]);
});

test('a folder that cannot be read is named, and no record of it is to leave; exit 1', async () => {
  const { folder, out } = photoFolder(2);
  const shut = path.join(folder, 'photos/shut');
  fs.mkdirSync(shut);
  fs.writeFileSync(path.join(shut, 'a.jpg'), await jpeg(9));
  await runFolder(folder);
  fs.chmodSync(shut, 0o000);
  const { code, stderr } = await thumbsUnprivileged(['photos', '--dry-run'], { cwd: folder });
  fs.chmodSync(shut, 0o700);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^UNREADABLE FOLDER photos\/shut: permission denied \(EACCES\)$/m);
  expect(stderr).toMatch(/^ +0 to be removed from the manifest/m);
  expect(stderr).toMatch(/^0 files to prune/m);
  expect(recordsIn(out)).toHaveLength(3);
});

testBlocked(
  'while another run works, what could be pruned is not known, and the dry run says so',
  async () => {
    const run = await startBlockedRun(['-w', '2']);
    expect(thumbnailsIn(run.out).length).toBeGreaterThan(0);
    // As if made just now: the run has not recorded it.
    writeThumbnail(run.out, 'not recorded yet');
    const [text, json] = await Promise.all([
      thumbs(['photos', '--dry-run', '-v'], { cwd: run.folder }),
      thumbsJson<PlanEvent>(['photos', '--dry-run', '--prune'], { cwd: run.folder }),
    ]);
    const inUse = `${run.out} is in use by another run, process ${run.pid}, since `;
    expect(text.code).toBe(0);
    expect(text.stderr).toContain(`What could be pruned is not known: ${inUse}`);
    expect(text.stderr).not.toMatch(/^prune |to prune/m);
    expect(json.code).toBe(0);
    expect(json.events.filter(({ type }) => type === 'pruned')).toEqual([]);
    const summary = json.events.at(-1);
    expect(summary).toMatchObject({ type: 'plan', unneededUnknown: expect.stringContaining(inUse) });
    expect(summary).not.toHaveProperty('unneeded');
    await run.pipe.read();
    expect((await run.finished).code).toBe(0);
  },
);

test('a dry run refuses what a run refuses, with the same exit codes', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'thumbnails'));
  fs.mkdirSync(path.join(folder, 'photos'));
  fs.writeFileSync(path.join(folder, 'thumbnails/manifest.jsonl'), 'my notes\n');
  expect((await thumbs(['photos', '--dry-run'], { cwd: folder })).code).toBe(3);
  expect((await thumbs(['nowhere', '--dry-run'], { cwd: folder })).code).toBe(2);
});
