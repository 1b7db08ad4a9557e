import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { command, projectFolder } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writePhotos } from '../../support/photos.js';
import { start } from '../../support/processes/processes.js';
import { testWithPrograms } from '../../support/requirements.js';

testWithPrograms('prlimit')('where only some consumers can be started, they do the work of all', async () => {
  const { folder, out } = photoFolder(10);
  // The run itself needs some thirty descriptors, each consumer two more.
  const line = ['--nofile=40', process.execPath, command, 'photos', '-w', '10', '--retries', '0'];
  const { code, stderr } = await start('prlimit', line, { cwd: folder }).finished;
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^10 thumbnails made: /)]);
  expect(recordsIn(out)).toHaveLength(10);
  await expectSound(out);
});

test('an installation whose sharp does not load ends the run with exit 3 and the reason', async () => {
  const folder = temporaryFolder();
  // What `npm ci` on another platform leaves: all that the package needs but the binaries.
  const lock: { packages: Record<string, { dev?: boolean; optional?: boolean }> } = JSON.parse(
    fs.readFileSync(path.join(projectFolder, 'package-lock.json'), 'utf8'),
  );
  const needed = Object.entries(lock.packages).flatMap(([name, { dev, optional }]) =>
    name === '' || dev || optional ? [] : [name],
  );
  for (const name of ['bin', 'dist', 'package.json', ...needed]) {
    const [from, to] = [path.join(projectFolder, name), path.join(folder, name)];
    fs.mkdirSync(path.dirname(to), { recursive: true });
    // From a link Node.js looks for the binaries beside its target, so whatever imports sharp is copied.
    const isLinked = name.startsWith('node_modules/') && name !== 'node_modules/sharp';
    if (isLinked) fs.symlinkSync(from, to);
    else fs.cpSync(from, to, { recursive: true });
  }
  writePhotos(path.join(folder, 'photos'), 3);
  const line = [path.join(folder, 'bin/thumbs.js'), 'photos', '-w', '3'];
  const { code, stdout, stderr } = await start(process.execPath, line, { cwd: folder }).finished;
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^thumbs: Consumers cannot be started: exit code 1; stderr: .*sharp.*\n$/);
});
