import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { slowEmbeddedHeif, slowHeif } from '../../support/images/heif/hostile/grids.js';
import { runFolder } from '../../support/in-process/run.js';
import { temporaryNameOf } from '../../support/left-files.js';
import { expectSound, expectWhole, recordsIn } from '../../support/output.js';
import { builtFixture } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writeSlowImage } from '../../support/photos.js';
import { startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';
import { startRun } from '../../support/processes/command.js';
import {
  childrenOf,
  processesLeft,
  start,
  startInRemovedFolder,
  until,
  untilIdle,
  untilWritten,
} from '../../support/processes/processes.js';

/** The promise is two seconds; a loaded machine gets three more. */
const GONE_WITHIN_MS = 2000 + 3000;

async function expectGone(): Promise<void> {
  const since = performance.now();
  await until(() => processesLeft().length === 0 || performance.now() - since > GONE_WITHIN_MS);
  expect(processesLeft()).toEqual([]);
}

test('consumers that are busy end with their parent, nothing partial has a final name, and the next run clears up', async () => {
  const { folder, out, files } = photoFolder(3);
  // It takes a second: the second consumer works on it when the others are done.
  const slow = path.join(folder, 'photos/slow.avif');
  writeSlowImage(slow);
  const run = await startRun([...files, slow, '-w', '2'], { cwd: folder });
  for (const file of files) await untilWritten(run, `done photos/${path.basename(file)}`);
  run.child.kill('SIGKILL');
  await run.finished;
  await expectGone();
  await expectWhole(out);
  expect(recordsIn(out)).toHaveLength(3);
  // What a consumer leaves that is killed while it writes.
  fs.writeFileSync(path.join(out, temporaryNameOf(run.pid)), 'a part');
  // A folder of such a name stays, and does no harm.
  const folderOfThatName = path.join(out, temporaryNameOf(run.pid));
  fs.mkdirSync(folderOfThatName);
  fs.rmSync(slow);
  const { summary } = await runFolder(folder);
  expect(summary).toMatchObject({ photos: 3, failed: 0 });
  fs.rmdirSync(folderOfThatName);
  await expectSound(out);
});

test.each([
  ['a HEIC', slowHeif],
  ['the smaller picture of a HEIC', slowEmbeddedHeif],
])('a consumer that decodes %s from its first second on ends with its parent', async (_, slowPhoto) => {
  const { folder, files } = photoFolder(1);
  // Decoding it blocks the event loop for longer than a consumer may outlive its parent.
  const slow = path.join(folder, 'slow.heic');
  fs.writeFileSync(slow, slowPhoto(31, 32));
  const run = await startRun([...files, slow, '-w', '1'], { cwd: folder });
  await Promise.all(files.map((file) => untilWritten(run, `done photos/${path.basename(file)}`)));
  const [consumer = 0] = childrenOf(run.pid);
  const before = processorTicks(consumer);
  await until(() => processorTicks(consumer) > before + 30);
  run.child.kill('SIGKILL');
  await run.finished;
  await expectGone();
});

/** Hundredths of a second that a process has worked (proc_pid_stat(5)). */
function processorTicks(pid: number): number {
  const [, fields = ''] = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  return Number(fields.split(' ')[11]) + Number(fields.split(' ')[12]);
}

testBlocked('consumers that are idle end with their parent', async () => {
  const run = await startBlockedRun(['-w', '2']);
  await untilIdle([run.pid, ...childrenOf(run.pid)]);
  expect(childrenOf(run.pid)).toHaveLength(2);
  run.child.kill('SIGKILL');
  await expectGone();
});

const parent = fileURLToPath(new URL('../../fixtures/parent-of-looping.js', import.meta.url));

test('a consumer that hangs in JavaScript ends with its parent', async () => {
  const { child, output } = start(process.execPath, [parent, builtFixture('looping-consumer')]);
  await until(() => output.stdout !== '');
  expect(processesLeft()).toHaveLength(2);
  child.kill('SIGKILL');
  await expectGone();
});

test('a consumer whose working folder is removed does not end before its parent, but with it', async () => {
  const args = [parent, builtFixture('looping-consumer')];
  const { child, output, finished } = startInRemovedFolder(temporaryFolder(), process.execPath, args);
  await Promise.race([until(() => output.stdout !== ''), finished]);
  expect(output).toEqual({ stdout: expect.stringMatching(/^\d+\n$/), stderr: '' });
  child.kill('SIGKILL');
  await expectGone();
});
