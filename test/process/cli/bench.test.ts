import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { thumbs } from '../../support/command.js';
import { command, damagedImages } from '../../support/paths.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';
import { start } from '../../support/processes.js';

test('bench prints and writes the table of a sweep, and leaves nothing else behind', async () => {
  const { folder } = await photoFolder(4);
  fs.mkdirSync(path.join(folder, 'tmp'));
  const args = ['bench', 'photos', '--sweep', '1,3', '--runs', '2', '--output', 'report.md'];
  const { code, stdout, stderr } = await thumbs(args, {
    cwd: folder,
    env: { TMPDIR: path.join(folder, 'tmp') },
  });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^- Corpus: 4 files, [\d.]+ MB, 0\.3 megapixels$/m);
  expect(stdout).toMatch(/^- 2 counted runs of each, in rotation/m);
  const rows = stdout.split('\n').filter((line) => /^\| \d/.test(line));
  expect(rows.map((row) => row.split(' | ')[0])).toEqual(['| 1', '| 3']);
  expect(stdout).toMatch(/^(?:It stops paying at|The most that were tried,) \d workers?/m);
  expect(fs.readFileSync(path.join(folder, 'report.md'), 'utf8')).toBe(stdout);
  expect(fs.readdirSync(folder).sort()).toEqual(['photos', 'report.md', 'tmp']);
  expect(fs.readdirSync(path.join(folder, 'tmp'))).toEqual([]);
});

test('photos that fail are counted in the heading, and end nothing', async () => {
  const { folder } = await photoFolder(1);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/truncated.jpg'));
  const { code, stdout } = await thumbs(['bench', 'photos', '--sweep', '1', '--runs', '1'], { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toContain('- Corpus: 2 files, 1 of them failed, ');
});

test('a path that is not there ends the bench as it ends the command', async () => {
  const { code, stdout, stderr } = await thumbs(['bench', '/no/such/folder', '--sweep', '1', '--runs', '1']);
  expect([code, stdout, stderr]).toEqual([
    2,
    '',
    'thumbs: Cannot take /no/such/folder: no such file or directory (ENOENT)\n',
  ]);
});

test('a bench that is stopped ends its run and leaves no folder', async () => {
  const { folder } = await photoFolder(200);
  const tmp = path.join(folder, 'tmp');
  fs.mkdirSync(tmp);
  const args = [command, 'bench', 'photos', '--sweep', '1', '--runs', '9'];
  const { child, finished } = start(process.execPath, args, { cwd: folder, env: { TMPDIR: tmp } });
  // The timed run's thumbnails, as they are made.
  const made = new Set<string>();
  await new Promise<void>((resolve) => {
    const watched = new Set<string>();
    const watch = (watchedFolder: string) => {
      if (watched.has(watchedFolder)) return;
      watched.add(watchedFolder);
      const watcher = fs.watch(watchedFolder, (_, name) => {
        if (name?.endsWith('.png') === true) made.add(name);
        if (made.size > 0) resolve();
        for (const entry of fs.existsSync(watchedFolder)
          ? fs.readdirSync(watchedFolder, { withFileTypes: true })
          : []) {
          if (entry.isDirectory()) watch(path.join(watchedFolder, entry.name));
        }
      });
      onTestFinished(() => watcher.close());
    };
    watch(tmp);
  });
  child.kill('SIGTERM');
  expect(await finished).toMatchObject({ code: 143, stdout: '' });
  expect(made.size).toBeLessThan(150);
  expect(fs.readdirSync(tmp)).toEqual([]);
});

test('a folder without photos cannot be timed', async () => {
  const folder = temporaryFolder();
  const { code, stderr } = await thumbs(['bench', folder, '--sweep', '1', '--runs', '1']);
  expect([code, stderr]).toEqual([2, 'thumbs: No photos found to time\n']);
});
