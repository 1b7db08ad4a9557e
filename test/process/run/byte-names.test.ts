// The command over files and folders whose names are not UTF-8.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { PlanEvent } from '../../../src/run/plan-thumbnails.js';
import {
  bytePath,
  bytePhotos,
  recordedAs,
  SHIFT_JIS,
  testWithByteNames,
  UTF8_REPLACEMENT,
} from '../../support/byte-names.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import { eventsOf, thumbs, thumbsJson, thumbsUnprivileged } from '../../support/processes/command.js';
import { type Finished, start } from '../../support/processes/processes.js';
import { testWith } from '../../support/requirements.js';

const DONE = ['caf\xe9/a.jpg', 'caf\xe9/b.jpg', `${SHIFT_JIS}/${SHIFT_JIS}.jpg`, '\xc4.jpg'];
const NAMES = [...DONE, `caf${UTF8_REPLACEMENT}/a.jpg`, 'plain.jpg'];

/** Runs a script of sh(1) in `folder`, in which `thumbs` is the command. */
function shell(folder: string, script: string): Promise<Finished> {
  const line = `cd "$0" && thumbs() { "$NODE" "$COMMAND" "$@"; }; ${script}`;
  const env = { NODE: process.execPath, COMMAND: command };
  return start('sh', ['-c', line, folder], { env }).finished;
}

const manifestOf = (out: string) => fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');

testWithByteNames(
  'the manifest is the same for one worker and four, and nothing that is shown has half a character',
  async () => {
    const { folder } = await bytePhotos(NAMES);
    const [one, four] = ['one', 'four'].map((name) => path.join(folder, name));
    const run = await thumbs(['photos', '-o', one ?? '', '-w', '1', '-v'], { cwd: folder });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^done photos\/caf\ufffd\/b\.jpg: one\/[0-9a-f]{64}\.png$/m);
    expect(run.stderr).toMatch(/^UNSUPPORTED photos\/br\ufffdken\.jpg: not a JPEG/m);
    expect(run.stderr.isWellFormed()).toBe(true);
    await thumbs(['photos', '-o', four ?? '', '-w', '4'], { cwd: folder });
    expect(manifestOf(four ?? '')).toBe(manifestOf(one ?? ''));
    const recorded = recordsIn(one ?? '');
    expect(recorded).toHaveLength(7);
    for (const name of DONE)
      expect(recorded).toContainEqual(
        expect.objectContaining({ ...recordedAs(`../photos/${name}`), status: 'done' }),
      );
    await expectSound(one ?? '');
  },
);

testWithByteNames('later runs, a dry run, verify and prune know them', async () => {
  const { folder } = await bytePhotos(NAMES);
  const out = path.join(folder, 'thumbnails');
  await thumbs(['photos'], { cwd: folder });
  const dryRun = await thumbsJson<PlanEvent>(['photos', '--dry-run'], { cwd: folder });
  expect(dryRun.events.at(-1)).toMatchObject({
    unchanged: { photos: 6 },
    knownBad: { photos: 1 },
    removed: 0,
  });
  fs.rmSync(bytePath(folder, 'photos/\xc4.jpg'));
  const second = await thumbsJson(['photos'], { cwd: folder });
  expect(second.events.at(-1)).toMatchObject({ unchanged: 5, known: 1, removed: 1, unreadableFolders: 0 });
  expect(second.events).toContainEqual(
    expect.objectContaining({
      type: 'unchanged',
      path: path.join(folder, 'photos/caf\ufffd/b.jpg'),
      pathBase64: bytePath(folder, 'photos/caf\xe9/b.jpg').toString('base64'),
    }),
  );
  expect((await thumbs(['verify'], { cwd: folder })).code).toBe(0);
  const pruned = eventsOf((await thumbs(['prune', '--json'], { cwd: folder })).stdout);
  expect(pruned.at(-1)).toMatchObject({ type: 'summary', files: 1 });
  await expectSound(out);
});

testWithByteNames('a folder of such a name that cannot be read is named with its bytes', async () => {
  const { folder } = await bytePhotos(NAMES);
  fs.chmodSync(bytePath(folder, 'photos/caf\xe9'), 0);
  const { code, stdout, stderr } = await thumbsUnprivileged(['photos', '--json'], { cwd: folder });
  fs.chmodSync(bytePath(folder, 'photos/caf\xe9'), 0o700);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^UNREADABLE FOLDER photos\/caf\ufffd: permission/m),
  ]);
  expect(eventsOf(stdout)).toContainEqual({
    type: 'unreadable-folder',
    path: path.join(folder, 'photos/caf\ufffd'),
    pathBase64: bytePath(folder, 'photos/caf\xe9').toString('base64'),
    reason: 'permission denied (EACCES)',
  });
});

testWithByteNames('arguments keep their bytes: what a shell finds by * is what is opened', async () => {
  const { folder } = await bytePhotos(NAMES);
  const run = await shell(folder, 'thumbs photos/* --json');
  const out = path.join(folder, 'thumbnails');
  expect(eventsOf(run.stdout).at(-1)).toMatchObject({ photos: 7, made: 6, failed: 1 });
  const known = await shell(folder, 'thumbs photos/* -q; thumbs photos --json');
  expect(eventsOf(known.stdout).at(-1)).toMatchObject({ photos: 7, unchanged: 6, known: 1, removed: 0 });
  const one = await shell(folder, `thumbs photos/caf$(printf '\\351') -o one --json`);
  expect(eventsOf(one.stdout).at(-1)).toMatchObject({ photos: 2, made: 2 });
  const excluded = await shell(folder, `thumbs photos -o two --exclude caf$(printf '\\351') --json`);
  expect(eventsOf(excluded.stdout).at(-1)).toMatchObject({
    photos: 4,
    made: 3,
    failed: 1,
    excludedNothing: [],
  });
  await expectSound(out);
});

testWithByteNames('a command line in a message names the same bytes again', async () => {
  const { folder } = await bytePhotos(NAMES);
  await shell(folder, 'thumbs photos/br*ken.jpg');
  const { stderr } = await shell(folder, 'thumbs photos/br*ken.jpg');
  expect(stderr).toContain(String.raw`thumbs $'photos/br\366ken.jpg' --retry-failed`);
});

/** A file system that does not tell the types of entries: Node.js asks for them by names that it has changed. */
const UNTYPED = ['-q', '-O', '^filetype'];

/** Runs a script of sh(1) with such a file system at `mnt`, that has the folder `photos`. */
function withUntypedDisk(folder: string, script: string): Promise<Finished> {
  const make = `mkfs.ext2 ${UNTYPED.join(' ')} -d photos disk.img 4M`;
  return start('unshare', [
    '--mount',
    'sh',
    '-c',
    `cd "$0" && ${make} && mkdir mnt && mount -o loop,ro disk.img mnt && exec "$@"`,
    folder,
    ...['sh', '-c', script],
  ]).finished;
}

testWith(canMountDisk(), 'mkfs.ext2, a loop device and the right to mount')(
  'no folder is lost where the file system does not tell the types of entries',
  async () => {
    const { folder } = await bytePhotos(NAMES);
    const { code, stderr } = await withUntypedDisk(folder, `'${process.execPath}' '${command}' mnt`);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^6 thumbnails made, 1 failed/m)]);
  },
);

function canMountDisk(): boolean {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-test-'));
  try {
    const script = `truncate -s 1M disk && mkfs.ext2 ${UNTYPED.join(' ')} disk && mkdir mnt && mount -o loop,ro disk mnt`;
    return spawnSync('unshare', ['--mount', 'sh', '-c', script], { cwd: folder }).status === 0;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

testWithByteNames(
  'an output of such a name is refused, as is a relative path in a folder of such a name',
  async () => {
    const { folder } = await bytePhotos(NAMES);
    const refused = async (script: string) => {
      const { code, stderr } = await shell(folder, script);
      return [code, stderr];
    };
    const bytes = `"$(printf 'x\\351')"`;
    for (const [option, name] of [
      [`-o ${bytes}`, '--out'],
      [`-m ${bytes}`, '--manifest'],
    ])
      expect(await refused(`thumbs photos ${option}`)).toEqual([
        2,
        `thumbs: Expected \`${name}\` to be valid UTF-8, got \`x\ufffd\`\n`,
      ]);
    expect(await refused(`thumbs bench photos/caf$(printf '\\351')`)).toEqual([
      2,
      'thumbs: Expected `paths` to be valid UTF-8, got `photos/caf\ufffd`\n',
    ]);
    const here = path.join(folder, 'photos/caf\ufffd');
    const state = `to be an absolute path, because the working directory ${here} has a name that is not valid UTF-8`;
    const cd = `cd photos/caf$(printf '\\351') &&`;
    expect(await refused(`${cd} thumbs .`)).toEqual([
      2,
      `thumbs: Expected \`--out\` ${state}, got \`thumbnails\`\n`,
    ]);
    expect(await refused(`${cd} thumbs . -o "$0/out"`)).toEqual([
      2,
      `thumbs: Expected \`paths\` ${state}, got \`.\`\n`,
    ]);
    expect(await refused(`${cd} thumbs verify`)).toEqual([
      2,
      `thumbs: Expected \`--out\` ${state}, got \`thumbnails\`\n`,
    ]);
    expect(fs.readdirSync(folder)).toEqual(['photos']);
    expect(fs.readdirSync(here)).toEqual(['a.jpg']);
    const { code } = await shell(folder, `${cd} thumbs "$0/photos" -o "$0/out" -q`);
    expect([code, recordsIn(path.join(folder, 'out')).length]).toEqual([1, 7]);
  },
);
