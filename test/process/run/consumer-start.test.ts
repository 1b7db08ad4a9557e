import fs from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { copyPackage } from '../../support/package-copy.js';
import { command } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writePhotos } from '../../support/photos.js';
import {
  BLOCKED_PHOTOS,
  deepPhotoFolder,
  startBlockedRun,
  testBlocked,
} from '../../support/processes/blocked-run.js';
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
  const copy = copyPackage(folder, { binaries: false });
  writePhotos(path.join(folder, 'photos'), 3);
  const { code, stdout, stderr } = await start(process.execPath, [copy, 'photos', '-w', '3'], { cwd: folder })
    .finished;
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^thumbs: Consumers cannot be started: exit code 1; stderr: .*sharp.*\n$/);
});

test('an installation whose JPEG reader does not load ends the run with exit 3, and no photo is recorded as damaged', async () => {
  const folder = temporaryFolder();
  const copy = copyPackage(folder, { binaries: true });
  const wasm = path.join(folder, 'dist/image/decoders/jpeg/reader.wasm');
  const reader = fs.readFileSync(wasm);
  writePhotos(path.join(folder, 'photos'), 3);
  const run = () => start(process.execPath, [copy, 'photos', '-w', '2'], { cwd: folder }).finished;
  fs.rmSync(wasm);
  for (const isMissing of [true, false]) {
    if (!isMissing) fs.writeFileSync(wasm, reader.subarray(0, 1000));
    const { code, stderr } = await run();
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^thumbs: Consumers cannot be started: .*\n$/)]);
    expect(recordsIn(path.join(folder, 'thumbnails'))).toEqual([]);
  }
  fs.writeFileSync(wasm, reader);
  expect(await run()).toMatchObject({ code: 0, stderr: expect.stringMatching(/^3 thumbnails made: /) });
});

testBlocked('a run ends in order although its package is replaced meanwhile', async () => {
  const photos = deepPhotoFolder();
  const folder = temporaryFolder();
  const copy = copyPackage(folder, { binaries: true });
  const run = await startBlockedRun(['-w', '2', '--export', 'list.csv', '--prune'], {
    photos,
    program: copy,
  });
  // The chunks of another version have other names.
  fs.rmSync(path.join(folder, 'dist/chunks'), { recursive: true });
  await run.pipe.read();
  expect(await run.finished).toMatchObject({ code: 0 });
  expect(fs.readFileSync(path.join(photos.folder, 'list.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(
    BLOCKED_PHOTOS + 1,
  );
});

// From Node.js 22.1 on.
test.runIf('enableCompileCache' in module)(
  'compiled code of the command and of its consumers is kept among the temporary files',
  async () => {
    const { folder } = photoFolder(1);
    const env = { TMPDIR: temporaryFolder(), NODE_COMPILE_CACHE: undefined };
    const run = () =>
      start(process.execPath, [command, 'photos', '-w', '1', '--force'], { cwd: folder, env }).finished;
    const kept = () => fs.readdirSync(env.TMPDIR, { recursive: true, encoding: 'utf8' }).sort();
    expect(await run()).toMatchObject({ code: 0 });
    const afterFirst = kept();
    expect(afterFirst.length).toBeGreaterThan(0);
    for (const name of afterFirst) expect(name).toMatch(/^node-compile-cache(?:[/\\]|$)/);
    // sharp is loaded by consumers only, from some sixty files.
    expect(afterFirst.length).toBeGreaterThan(50);
    expect(await run()).toMatchObject({ code: 0 });
    expect(kept()).toEqual(afterFirst);
  },
);
