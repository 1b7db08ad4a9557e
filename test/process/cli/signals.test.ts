import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { standstill, startRun, thumbs } from '../../support/command.js';
import { expectSound, expectWhole, recordsIn } from '../../support/output.js';
import { command } from '../../support/paths.js';
import { photoFolder, writeSlowImage } from '../../support/photos.js';
import { childrenOf, processesLeft, residentBytes, start, until } from '../../support/processes.js';

/** A run over many photos, the first of which is done. */
async function running(args: readonly string[] = [], prefix: readonly string[] = []) {
  const { folder, out } = await photoFolder(300);
  const run = await startRun(['photos', '-w', '2', ...args], { cwd: folder, prefix });
  return { folder, out, ...run };
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 143],
] as const) {
  test(`the first ${signal} finishes what is in work, completes the manifest and says how to go on, exit ${exitCode}`, async () => {
    const { folder, out, child, finished } = await running();
    child.kill(signal);
    const { code, stderr } = await finished;
    expect(code).toBe(exitCode);
    const done = recordsIn(out).length;
    expect(stderr.split('\n')).toContain(
      `Stopped: ${300 - done} photos not reached. The manifest has what was done; the same command continues.`,
    );
    expect(stderr.split('\n').filter((line) => line.startsWith('done '))).toHaveLength(done);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(300);
    await expectSound(out);
    // And it does go on.
    expect((await thumbs(['photos', '-w', '2'], { cwd: folder })).code).toBe(0);
    expect(recordsIn(out)).toHaveLength(300);
    await expectSound(out);
  });
}

test('Ctrl-C reaches the whole process group, and still no photo is blamed', async () => {
  const { out, child, finished } = await running(['--retries', '0'], ['setsid']);
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
  const { code, stderr } = await finished;
  expect(code).toBe(130);
  expect(stderr).toMatch(/^\d+ thumbnails made: \d+ photos/m);
  expect(stderr).not.toContain('WORKER_DIED');
  await expectSound(out);
});

test('a second signal ends the run at once; what has its name is whole, and the next run clears up', async () => {
  const { folder, out, child, finished } = await running();
  // Consumers that do not move cannot finish what they have: without the second signal the first would wait for them.
  const consumers = childrenOf(child.pid ?? 0);
  for (const pid of consumers) process.kill(pid, 'SIGSTOP');
  child.kill('SIGINT');
  await new Promise<void>((resolve) =>
    child.stderr?.on('data', (text) => String(text).includes('Stopping: ') && resolve()),
  );
  child.kill('SIGTERM');
  expect((await finished).code).toBe(143);
  for (const pid of consumers) process.kill(pid, 'SIGCONT');
  await until(() => processesLeft().length === 0);
  await expectWhole(out);
  expect((await thumbs(['photos'], { cwd: folder })).code).toBe(0);
  await expectSound(out);
});

test('a photo that does not come to its end after a signal is given up, and leaves no record', async () => {
  const { out, child, finished } = await running(['--retries', '0']);
  for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGSTOP');
  child.kill('SIGTERM');
  const { code, stderr } = await finished;
  expect(code).toBe(143);
  expect(stderr).not.toMatch(/WORKER_DIED|TIMEOUT/);
  expect(recordsIn(out).every(({ status }) => status === 'done')).toBe(true);
  await expectSound(out);
});

test('a run that was suspended (Ctrl-Z) for longer than the timeout goes on, and no photo is blamed', async () => {
  const { folder, out } = await photoFolder(3);
  writeSlowImage(path.join(folder, 'photos/heavy.avif'));
  const line = ['setsid', process.execPath, command, 'photos', '-w', '1', '--timeout', '3', '--retries', '0'];
  const { child, finished } = start(line[0] ?? '', line.slice(1), { cwd: folder });
  // Its decoder has the memory by which it is known to be at work.
  await until(() => childrenOf(child.pid ?? 0).some((pid) => residentBytes(pid) > 150e6));
  const group = -(child.pid ?? Number.NaN);
  process.kill(group, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  process.kill(group, 'SIGCONT');
  const { code, stderr } = await finished;
  expect([code, stderr.match(/TIMEOUT/)]).toEqual([0, null]);
  expect(recordsIn(out)).toHaveLength(4);
  await expectSound(out);
});

for (const stream of ['stdout', 'stderr'] as const) {
  test(`${stream} that nobody reads any more ends the output, not the work`, async () => {
    const { folder, out } = await photoFolder(100);
    const child = spawn(process.execPath, [command, 'photos', '-w', '2', '-v', '--json'], { cwd: folder });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        if (name === stream) child[name].destroy();
      });
    }
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(0);
    expect(output.stdout + output.stderr).not.toMatch(/EPIPE| at /);
    expect(recordsIn(out)).toHaveLength(100);
    await expectSound(out);
  });
}

for (const [end, exitCode] of [
  ['SIGTERM', 143],
  ['--deadline', 124],
] as const) {
  test(`a reader that does not read holds a run up, but not its end by ${end}`, async () => {
    const { folder, out } = await photoFolder(500);
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    const unread = fs.openSync(path.join(folder, 'pipe'), 'r+');
    const args = [command, 'photos', '-w', '2', '--json', '-q', ...(end === 'SIGTERM' ? [] : [end, '6'])];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', unread, 'inherit'] });
    onTestFinished(() => {
      child.kill('SIGKILL');
      fs.closeSync(unread);
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    if (end === 'SIGTERM') {
      await standstill(out);
      child.kill(end);
    }
    expect(await ended).toBe(exitCode);
    expect(recordsIn(out).length).toBeGreaterThan(0);
    expect(recordsIn(out).length).toBeLessThan(500);
    await expectSound(out);
  });
}

test('a terminal that is closed stops the run in order, as SIGTERM does', async () => {
  const { folder, out } = await photoFolder(300);
  const manifest = path.join(out, 'manifest.jsonl');
  // `script` is the terminal; the shell, as shells do, passes the hang-up on, and notes how the command ended.
  const line = `trap 'kill -HUP $!' HUP; ${process.execPath} ${command} photos -w 2 -v & wait $!; wait $!; echo $? > code`;
  const { child } = start('script', ['-qec', line, '/dev/null'], { cwd: folder });
  await until(() => fs.existsSync(manifest) && fs.readFileSync(manifest, 'utf8').split('\n').length > 3);
  child.kill('SIGKILL');
  await until(() => fs.existsSync(path.join(folder, 'code')) && processesLeft().length === 0);
  expect(fs.readFileSync(path.join(folder, 'code'), 'utf8')).toBe('143\n');
  expect(recordsIn(out).length).toBeLessThan(300);
  await expectSound(out);
});
