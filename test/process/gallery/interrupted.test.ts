// A gallery whose making was interrupted is completed by the next call.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { doneRecord, writeRecords } from '../../support/manifests.js';
import { command } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { type Finished, start } from '../../support/processes/processes.js';

const PHOTOS = 40;
const ALBUMS = 4;

/** Photos, each with a thumbnail of its own, which need not be a picture here. */
function makeThumbnails(folder: string): void {
  const out = path.join(folder, 'thumbnails');
  fs.mkdirSync(out);
  const records = Array.from({ length: PHOTOS }, (_, index) => {
    const text = `thumbnail ${index}`;
    const file = `${createHash('sha256').update(text).digest('hex')}.png`;
    fs.writeFileSync(path.join(out, file), text);
    return doneRecord(`../photos/album ${index % ALBUMS}/${index}.jpg`, { file });
  });
  writeRecords(path.join(out, 'manifest.jsonl'), records);
}

/** Counts what changes the folder, each step before and after, and kills the process there; or says how many there are. */
const KILLER = `
import fs from 'node:fs';
let count = 0;
const step = () => {
  count += 1;
  if (count === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL');
};
for (const name of ['renameSync', 'unlinkSync']) {
  const change = fs[name];
  fs[name] = (...args) => {
    step();
    change(...args);
    step();
  };
}
process.on('exit', () => fs.writeSync(1, String(count)));
`;

/** Makes the gallery until this step, counted from 1. @param killAt Infinity for the whole: how many there are is on stdout. */
function makeUntil(folder: string, killAt: number, title: string): Promise<Finished> {
  const killer = path.join(folder, 'killer.mjs');
  fs.writeFileSync(killer, KILLER);
  const program = ['--import', killer, command, 'gallery', '--title', title];
  return start(process.execPath, program, { cwd: folder, env: { KILL_AT: String(killAt) } }).finished;
}

/** The texts of a gallery's files by their paths, without its list, which has times. */
function published(gallery: string): Map<string, string> {
  const names = fs.readdirSync(gallery, { recursive: true, encoding: 'utf8' }).sort();
  const regular = names.filter(
    (name) => fs.statSync(path.join(gallery, name)).isFile() && name !== '.thumbs-files.jsonl',
  );
  return new Map(regular.map((name) => [name, fs.readFileSync(path.join(gallery, name), 'utf8')]));
}

/**
 * Kills the making of a gallery at some of its steps, and expects the next call, with another title, to make what one makes that is not
 * killed: every file that the killed one has written has to be known then.
 * @param before The gallery as it was before; undefined for none.
 */
async function expectCompleted(folder: string, before?: string): Promise<void> {
  const gallery = path.join(folder, 'gallery');
  const reset = () => {
    fs.rmSync(gallery, { recursive: true, force: true });
    if (before !== undefined) fs.cpSync(before, gallery, { recursive: true, preserveTimestamps: true });
  };
  reset();
  const whole = await makeUntil(folder, Number.POSITIVE_INFINITY, 'Whole');
  expect(whole.code).toBe(0);
  const undisturbed = published(gallery);
  const steps = Number(whole.stdout);
  for (const killAt of [1, 2, Math.round(steps / 2), Math.round(0.95 * steps), steps - 3, steps]) {
    reset();
    expect(await makeUntil(folder, killAt, 'Killed')).toMatchObject({ signal: 'SIGKILL' });
    const { code, stderr } = await thumbs(['gallery', '--title', 'Whole'], { cwd: folder });
    expect([killAt, code, stderr]).toEqual([killAt, 0, expect.not.stringContaining('left as they are')]);
    expect(published(gallery)).toEqual(undisturbed);
  }
}

test('whenever the making is killed, the next call completes the gallery to the same bytes', async () => {
  const folder = temporaryFolder();
  makeThumbnails(folder);
  await expectCompleted(folder);
});

test('whenever bringing it up to date is killed, the next call completes it, and what has left is removed', async () => {
  const folder = temporaryFolder();
  makeThumbnails(folder);
  await thumbs(['gallery'], { cwd: folder });
  const before = path.join(folder, 'before');
  fs.cpSync(path.join(folder, 'gallery'), before, { recursive: true, preserveTimestamps: true });
  const manifest = path.join(folder, 'thumbnails/manifest.jsonl');
  const lines = fs.readFileSync(manifest, 'utf8').split('\n');
  fs.writeFileSync(manifest, lines.filter((line) => !line.includes('/album 1')).join('\n'));
  await expectCompleted(folder, before);
  expect([...published(path.join(folder, 'gallery')).keys()].join()).not.toContain('album-1');
});
