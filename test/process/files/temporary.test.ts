import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isStale, temporaryPath } from '../../../src/files/temporary.js';
import { runFolder } from '../../support/in-process/run.js';
import { deadProcess, temporaryNameOf } from '../../support/left-files.js';
import { command } from '../../support/paths.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';
import { start } from '../../support/processes/processes.js';
import { testWith } from '../../support/requirements.js';

/** Runs a program in a container of process ids, in which this process cannot be seen. */
const IN_CONTAINER = ['--pid', '--fork', '--mount-proc'];
const canContain = spawnSync('unshare', [...IN_CONTAINER, 'true']).status === 0;

testWith(canContain, 'unshare and the right to use it')(
  'a run in another container does not remove the temporary files of this one, whatever its process ids are',
  async () => {
    const { folder, out } = photoFolder(1);
    await runFolder(folder);
    const file = temporaryPath(out);
    fs.writeFileSync(file, 'a part');
    const args = [...IN_CONTAINER, process.execPath, command, 'prune'];
    const { code, stderr } = await start('unshare', args, { cwd: folder }).finished;
    expect([code, stderr]).toEqual([0, '0 files pruned, 0 bytes freed\n']);
    expect(fs.existsSync(file)).toBe(true);
  },
);

test('a temporary file is stale when its process has ended, and one of a process elsewhere when it is a day old', () => {
  const folder = temporaryFolder();
  const elsewhere = temporaryNameOf(1).replace(/^\.thumbs-[0-9a-f]{12}/, '.thumbs-000000000000');
  const names = {
    [temporaryNameOf(deadProcess())]: true,
    // A later process has the same id.
    [temporaryNameOf(process.ppid).replace(/-0-/, '-1-')]: true,
    [temporaryNameOf(process.ppid)]: false,
    [elsewhere]: false,
    '.thumbs-4711-0123abcd.tmp': false,
    '.thumbs-4711.tmp': false,
  };
  for (const name of Object.keys(names)) fs.writeFileSync(path.join(folder, name), '');
  expect(Object.keys(names).map((name) => isStale(folder, name))).toEqual(Object.values(names));
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  for (const name of Object.keys(names)) fs.utimesSync(path.join(folder, name), twoDaysAgo, twoDaysAgo);
  const old = Object.keys(names).filter((name) => isStale(folder, name) && !names[name]);
  expect(old).toEqual([elsewhere, '.thumbs-4711-0123abcd.tmp']);
});
