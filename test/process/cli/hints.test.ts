// Commands that messages tell the user to run: they can be pasted into a shell, and do what the message says.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../../support/paths.js';
import { mutate, photoFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { start } from '../../support/processes/processes.js';

/** Options whose values a shell would take apart. */
const PLACE = ['-o', "it's $HOME", '-m', 'the manifest.jsonl'];

/** Pastes the command that the message has in backquotes into a shell. */
function paste(message: string, cwd: string) {
  const line = /`(thumbs .*?)`/.exec(message)?.[1] ?? 'false';
  const script = `thumbs() { "${process.execPath}" "${command}" "$@"; }; ${line}`;
  return start('bash', ['-c', script], { cwd }).finished;
}

async function finishedRun() {
  const { folder } = photoFolder(3);
  await thumbs(['photos', ...PLACE], { cwd: folder });
  const out = path.join(folder, "it's $HOME");
  return { folder, out, manifest: path.join(folder, 'the manifest.jsonl') };
}

test('what repairs a damaged manifest', async () => {
  const { folder, manifest } = await finishedRun();
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace('"status":"done"', '"status":"dune"'));
  const refused = await thumbs(['photos', ...PLACE], { cwd: folder });
  expect(refused).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('line 2 is not a record; `thumbs'),
  });
  expect((await paste(refused.stderr, folder)).stderr).toMatch(/^1 record marked or removed: /m);
  expect(await thumbs(['photos', ...PLACE], { cwd: folder })).toMatchObject({ code: 0 });
});

test('what repairs a damaged thumbnail', async () => {
  const { folder, out } = await finishedRun();
  const [name = ''] = fs.readdirSync(out).filter((file) => file.endsWith('.png'));
  mutate(path.join(out, name), 100);
  const verified = await thumbs(['verify', ...PLACE], { cwd: folder });
  expect(verified.code).toBe(1);
  expect((await paste(verified.stderr, folder)).stderr).toMatch(/^1 record marked or removed: /m);
});

test('what prunes, after a dry run and after a verification', async () => {
  const { folder, out } = await finishedRun();
  fs.rmSync(path.join(folder, 'photos/photo-1.jpg'));
  const dryRun = await thumbs(['photos', ...PLACE, '--dry-run'], { cwd: folder });
  expect(dryRun.stderr).toMatch(/^1 file to prune, .* \(--prune, or `thumbs prune .*` afterwards\)$/m);
  await thumbs(['photos', ...PLACE], { cwd: folder });
  const verified = await thumbs(['verify', ...PLACE], { cwd: folder });
  expect((await paste(dryRun.stderr, folder)).stderr).toMatch(/^1 file pruned, /m);
  expect(fs.readdirSync(out).filter((file) => file.endsWith('.png'))).toHaveLength(2);
  expect(await paste(verified.stderr, folder)).toMatchObject({ code: 0 });
});

test('what tries known failures again', async () => {
  const { folder } = await finishedRun();
  const broken = path.join(folder, 'photos/broken.jpg');
  fs.writeFileSync(broken, '');
  await thumbs(['photos', ...PLACE], { cwd: folder });
  const known = await thumbs(['photos', ...PLACE], { cwd: folder });
  const again = await paste(known.stderr, folder);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/^CORRUPT photos\/broken\.jpg: /) });
});

test('what prunes although it was refused', async () => {
  const { folder, manifest } = await finishedRun();
  const other = path.join(folder, 'other.jsonl');
  await thumbs(['photos/photo-1.jpg', ...PLACE, '-m', other], { cwd: folder });
  fs.rmSync(other);
  const refused = await thumbs(['prune', ...PLACE], { cwd: folder });
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/; `thumbs prune .*` prunes nevertheless\n$/),
  });
  expect(await paste(refused.stderr, folder)).toMatchObject({ code: 0 });
  expect(fs.existsSync(manifest)).toBe(true);
});
