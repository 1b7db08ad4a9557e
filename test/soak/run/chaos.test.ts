import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { mulberry32 } from '../../../scripts/painting/noise.js';
import { expectSound, expectWhole } from '../../support/output.js';
import { command, damagedImages } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { childrenOf, processesLeft, start, until } from '../../support/processes/processes.js';

const PHOTOS = Number(process.env.CHAOS_PHOTOS ?? 80);
const CRASHES = Number(process.env.CHAOS_CRASHES ?? 8);

/** A kill for so many finished photos, so that the run advances on a machine of any speed. */
const PHOTOS_PER_KILL = 4;

/** A folder with photos, some of them duplicate or damaged, and what an undisturbed run makes of them. */
async function undisturbed(photos: number): Promise<{ folder: string; expected: Map<string, string> }> {
  const { folder, files } = photoFolder(photos);
  for (const name of ['truncated.jpg', 'bad-crc.png', 'zero-byte.jpg'])
    fs.copyFileSync(path.join(damagedImages, name), path.join(folder, 'photos', name));
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos/twin.jpg'));
  const { code } = await thumbs(['photos', '-o', 'undisturbed', '-w', '2'], { cwd: folder });
  expect(code).toBe(1);
  await expectSound(path.join(folder, 'undisturbed'));
  return { folder, expected: contentOf(path.join(folder, 'undisturbed')) };
}

/** Every file of a folder with its bytes. */
function contentOf(folder: string): Map<string, string> {
  const names = fs.readdirSync(folder).sort();
  return new Map(names.map((name) => [name, fs.readFileSync(path.join(folder, name), 'latin1')]));
}

/** Calls `onLine` with the number of lines so far, for each line that a process prints. */
function countLines({ stdout }: ChildProcess, onLine: (lines: number) => void): void {
  let lines = 0;
  stdout?.on('data', (text: string) => {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      lines += 1;
      onLine(lines);
    }
  });
}

/** Kills one of the consumers of a run; false when it has none. */
function killOneConsumer(run: ChildProcess, random: () => number): boolean {
  try {
    const consumers = childrenOf(run.pid ?? 0);
    const victim = consumers[Math.floor(random() * consumers.length)];
    return victim !== undefined && process.kill(victim, 'SIGKILL');
  } catch {
    return false; // It has ended meanwhile.
  }
}

test(`chaos: ${PHOTOS} photos, a consumer killed for every ${PHOTOS_PER_KILL} of them: the output is that of an undisturbed run`, {
  timeout: 60_000 + 1000 * PHOTOS,
}, async () => {
  const { folder, expected } = await undisturbed(PHOTOS);
  const args = ['photos', '-o', 'chaos', '-w', '4', '--retries', '100', '--json', '-q'];
  const { child, finished } = start(process.execPath, [command, ...args], { cwd: folder });
  const random = mulberry32(1);
  let kills = 0;
  countLines(child, (lines) => {
    if (lines % PHOTOS_PER_KILL === 0 && killOneConsumer(child, random)) kills += 1;
  });
  const { code, stdout, stderr } = await finished;
  expect([code, stderr]).toEqual([1, expect.not.stringContaining('thumbs: ')]);
  expect(kills).toBeGreaterThan(PHOTOS / PHOTOS_PER_KILL / 4);
  expect(contentOf(path.join(folder, 'chaos'))).toEqual(expected);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    type: 'summary',
    workers: 4,
  });
  await expectSound(path.join(folder, 'chaos'));
  console.log(`chaos: ${kills} consumers killed`);
});

test(`crash and restart: the main process is killed ${CRASHES} times: the next run completes the output, which is that of an undisturbed run`, {
  timeout: 60_000 + 10_000 * CRASHES,
}, async () => {
  const photos = Math.min(60, Math.ceil(PHOTOS / 2));
  const { folder, expected } = await undisturbed(photos);
  const out = path.join(folder, 'crash');
  const random = mulberry32(2);
  const args = [command, 'photos', '-o', 'crash', '-w', '3', '--json'];
  let [runs, crashes] = [0, 0];
  for (; crashes < CRASHES; runs += 1) {
    // Every second run starts over, so that there is always something to cut off.
    const force = runs % 2 === 0 ? [] : ['--force'];
    const { child, finished } = start(process.execPath, [...args, ...force], { cwd: folder });
    // One crash in four comes while the run starts, the others when it has finished a number of photos.
    const startupMs = random() * 200;
    const last = Math.ceil(random() * photos);
    const timer = runs % 4 === 3 ? setTimeout(() => child.kill('SIGKILL'), startupMs) : undefined;
    if (timer === undefined) countLines(child, (lines) => lines === last && child.kill('SIGKILL'));
    const { signal, stderr } = await finished;
    clearTimeout(timer);
    // Otherwise the run was quicker.
    if (signal === 'SIGKILL') crashes += 1;
    else expect(stderr).toMatch(/photos in/);
    if (fs.existsSync(path.join(out, 'manifest.jsonl'))) await expectWhole(out);
  }
  expect((await start(process.execPath, args, { cwd: folder }).finished).code).toBe(1);
  await until(() => processesLeft().length === 0);
  expect(contentOf(out)).toEqual(expected);
  await expectSound(out);
  console.log(`crash and restart: ${crashes} of ${runs} runs killed`);
});
