import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { command, projectFolder } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writePhotos } from '../../support/photos.js';
import { start } from '../../support/processes.js';

test('where only some consumers can be started, they do the work of all', async () => {
  const { folder, out } = await photoFolder(40);
  // Node.js and the run need some forty descriptors, each consumer two more.
  const line = ['--nofile=48', process.execPath, command, 'photos', '-w', '40', '--retries', '0'];
  const { code, stderr } = await start('prlimit', line, { cwd: folder }).finished;
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^40 thumbnails made: /)]);
  expect(recordsIn(out)).toHaveLength(40);
  await expectSound(out);
});

test('an installation whose sharp does not load stops the run with exit 3 and the reason', async () => {
  const folder = temporaryFolder();
  // All that the package needs but the binaries, as `npm ci` on another platform leaves it.
  const lock: { packages: Record<string, { dev?: boolean; optional?: boolean }> } = JSON.parse(
    fs.readFileSync(path.join(projectFolder, 'package-lock.json'), 'utf8'),
  );
  const needed = Object.entries(lock.packages).filter(
    ([name, { dev, optional }]) => name !== '' && !dev && !optional,
  );
  for (const name of ['bin', 'dist', 'package.json', ...needed.map(([each]) => each)])
    fs.cpSync(path.join(projectFolder, name), path.join(folder, name), { recursive: true });
  await writePhotos(path.join(folder, 'photos'), 9);
  const line = [path.join(folder, 'bin/thumbs.js'), 'photos', '-w', '3'];
  const { code, stdout, stderr } = await start(process.execPath, line, { cwd: folder }).finished;
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^thumbs: Consumers cannot be started: exit code 1; stderr: .*sharp.*\n$/);
});
