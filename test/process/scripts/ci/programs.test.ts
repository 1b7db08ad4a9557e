// `.ci/programs`, with an apt-get that only writes down how it is called.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from '../../../support/paths.js';
import { temporaryFolder } from '../../../support/photos.js';
import { start } from '../../../support/processes/processes.js';

const PACKAGES = 'libheif-examples libimage-exiftool-perl redis-server parallel chromium';

/** Runs the script where only these programs exist, each a shell script. */
async function runWith(programs: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  for (const [name, shell] of Object.entries(programs))
    fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${shell}\n`, { mode: 0o755 });
  const script = path.join(projectFolder, '.ci/programs');
  const { code, stdout, stderr } = await start('/bin/bash', [script], { env: { PATH: folder } }).finished;
  const log = path.join(folder, 'log');
  return { code, stdout, stderr, calls: fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n') : [] };
}

const aptGet = 'echo "$*" >> "$PATH/log"';

test('packages that are missing are installed by root', async () => {
  expect(await runWith({ id: 'echo 0', 'apt-get': aptGet })).toEqual({
    code: 0,
    stdout: `programs: apt-get install ${PACKAGES}\n`,
    stderr: '',
    calls: ['update -qq', `install -y -qq ${PACKAGES}`, ''],
  });
});

test('nothing is installed, and nothing said, where nothing is missing', async () => {
  const installed = { 'heif-info': '', exiftool: '', 'redis-server': '', parallel: '', chromium: '' };
  const { calls, ...rest } = await runWith({ ...installed, id: 'echo 0', 'apt-get': aptGet });
  expect(rest).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(calls).toEqual([]);
});

for (const [why, programs] of [
  ['who is not root', { id: 'echo 1000', 'apt-get': aptGet }],
  ['where there is no apt-get', { id: 'echo 0' }],
] as const)
  test(`what is missing is named for a user ${why}, and nothing is installed`, async () => {
    const { code, stderr, calls } = await runWith({
      exiftool: '',
      'redis-server': '',
      parallel: '',
      chromium: '',
      ...programs,
    });
    expect(stderr).toMatch(/^programs: missing packages.*: libheif-examples\n$/);
    expect([code, calls]).toEqual([0, []]);
  });

test('a failure of apt-get is said, and leaves it to the tests to fail', async () => {
  const { code, stderr } = await runWith({ id: 'echo 0', 'apt-get': 'echo no network >&2; exit 100' });
  expect([code, stderr]).toEqual([0, 'no network\nprograms: apt-get failed\n']);
});
