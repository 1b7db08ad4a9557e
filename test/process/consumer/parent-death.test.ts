import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { standstill, startRun, thumbs } from '../../support/command.js';
import { expectSound, expectWhole, recordsIn } from '../../support/output.js';
import { builtFixture, command } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { childrenOf, processesLeft, start, until } from '../../support/processes.js';

/** The promise of the design, and a loaded machine's due. */
const GONE_WITHIN_MS = 2000 + 3000;

async function gone(): Promise<void> {
  const since = performance.now();
  await until(() => processesLeft().length === 0 || performance.now() - since > GONE_WITHIN_MS);
  expect(processesLeft()).toEqual([]);
}

test('consumers that are busy end with their parent, nothing partial has a name, and the next run clears up', async () => {
  const { folder, out } = await photoFolder(200);
  const { child, finished } = await startRun(['photos', '-w', '3'], { cwd: folder });
  child.kill('SIGKILL');
  await finished;
  await gone();
  await expectWhole(out);
  const done = recordsIn(out).length;
  expect(done).toBeGreaterThan(0);
  // As a consumer leaves it that is killed while it writes, here for certain.
  fs.writeFileSync(path.join(out, `.thumbs-${child.pid}-0123abcd.tmp`), 'a part');
  // And what has such a name and is no file stays, and does no harm.
  const folderOfThatName = path.join(out, `.thumbs-${child.pid}-4567cdef.tmp`);
  fs.mkdirSync(folderOfThatName);
  expect((await thumbs(['photos', '-w', '2'], { cwd: folder })).code).toBe(0);
  expect(recordsIn(out)).toHaveLength(200);
  fs.rmdirSync(folderOfThatName);
  await expectSound(out);
});

test('consumers that are idle end with their parent', async () => {
  const { folder, out } = await photoFolder(500);
  // Nobody reads what it says: the run waits, and its consumers with it.
  const line = `${process.execPath} ${command} photos -w 2 --json -q | sleep 1000`;
  const { child } = start('bash', ['-c', line], { cwd: folder });
  await standstill(out);
  const main = childrenOf(child.pid ?? 0).find((pid) => childrenOf(pid).length > 0) ?? Number.NaN;
  expect(childrenOf(main)).toHaveLength(2);
  process.kill(main, 'SIGKILL');
  for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
  await gone();
});

test('a consumer that hangs in JavaScript ends with its parent', async () => {
  const parent = fileURLToPath(new URL('../../fixtures/parent-of-looping.js', import.meta.url));
  const { child } = start(process.execPath, [parent, builtFixture('looping-consumer')]);
  await new Promise<void>((resolve) => child.stdout?.on('data', () => resolve()));
  expect(processesLeft()).toHaveLength(2);
  child.kill('SIGKILL');
  await gone();
});
