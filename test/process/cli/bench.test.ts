import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { command, damagedImages } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writeSlowImage } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { childrenOf, isPending, start, suspend, until } from '../../support/processes/processes.js';

test('bench prints and writes the table of a sweep, counts photos that fail, and leaves nothing else behind', async () => {
  const { folder } = photoFolder(4);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/truncated.jpg'));
  fs.mkdirSync(path.join(folder, 'tmp'));
  const args = ['bench', 'photos', '--sweep', '1,3', '--runs', '1', '--output', 'report.md'];
  const { code, stdout, stderr } = await thumbs(args, {
    cwd: folder,
    env: { TMPDIR: path.join(folder, 'tmp') },
  });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^- Corpus: 5 files, 1 of them failed, [\d.]+ MB, 0\.3 megapixels$/m);
  expect(stdout).toMatch(/^- 1 counted run of each, in rotation/m);
  expect(stdout).toMatch(
    /^- Yardstick: `node -e 0` [\d.]+ s .*, 3 runs\); (?:`djpeg -scale 1\/8` of the largest JPEG of the corpus .*|`djpeg` is not installed); median \(min to max\)$/m,
  );
  const rows = stdout.split('\n').filter((line) => /^\| \d/.test(line));
  expect(rows.map((row) => row.split(' | ')[0])).toEqual(['| 1', '| 3']);
  expect(stdout).toMatch(/^(?:\d workers? .* (?:is|are) enough; |The most that were tried, \d workers?)/m);
  expect(fs.readFileSync(path.join(folder, 'report.md'), 'utf8')).toBe(stdout);
  expect(fs.readdirSync(folder).sort()).toEqual(['photos', 'report.md', 'tmp']);
  expect(fs.readdirSync(path.join(folder, 'tmp'))).toEqual([]);
});

test('a bench of a path that does not exist, or of no photos, ends with exit 2 and the reason', async () => {
  const folder = temporaryFolder();
  const bench = (of: string) => thumbs(['bench', of, '--sweep', '1', '--runs', '1']);
  const [missing, empty] = await Promise.all([bench('/no/such/folder'), bench(folder)]);
  const noSuchFolder = 'thumbs: Cannot read /no/such/folder: no such file or directory (ENOENT)\n';
  expect(missing).toMatchObject({ code: 2, stdout: '', stderr: noSuchFolder });
  expect(empty).toMatchObject({ code: 2, stdout: '', stderr: 'thumbs: No photos found to time\n' });
});

test('a bench that is stopped stops the run that it times and leaves no folder', async () => {
  const folder = temporaryFolder();
  // It takes a second: the run does not end before it is stopped.
  writeSlowImage(path.join(folder, 'slow.avif'));
  const tmp = path.join(folder, 'tmp');
  fs.mkdirSync(tmp);
  const args = [command, 'bench', 'slow.avif', '--sweep', '1', '--runs', '9'];
  const bench = start(process.execPath, args, { cwd: folder, env: { TMPDIR: tmp } });
  let timedRun = Number.NaN;
  await until(() => {
    timedRun = childrenOf(bench.pid)[0] ?? Number.NaN;
    return childrenOf(timedRun).length > 0;
  });
  await suspend(timedRun);
  bench.child.kill('SIGTERM');
  await until(() => isPending('SIGTERM', timedRun));
  expect(fs.readdirSync(tmp)).toHaveLength(1);
  process.kill(timedRun, 'SIGCONT');
  expect(await bench.finished).toMatchObject({ code: 143, stdout: '' });
  expect(fs.readdirSync(tmp)).toEqual([]);
});
