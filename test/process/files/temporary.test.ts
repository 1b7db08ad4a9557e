import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { expect } from 'vitest';
import { temporaryPath } from '../../../src/files/temporary.js';
import { runFolder } from '../../support/in-process/run.js';
import { command } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
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
