import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mulberry32 } from '../../../scripts/painting/noise.js';
import { thumbs } from '../../support/command.js';
import { expectSound, expectWhole } from '../../support/output.js';
import { command, damagedImages } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { childrenOf, processesLeft, start, until } from '../../support/processes.js';

/** A folder with photos, some of them shared or damaged, and what an undisturbed run makes of them. */
async function undisturbed(photos: number): Promise<{ folder: string; expected: Map<string, string> }> {
  const { folder, files } = await photoFolder(photos);
  for (const name of ['truncated.jpg', 'bad-crc.png', 'zero-byte.jpg'])
    fs.copyFileSync(path.join(damagedImages, name), path.join(folder, 'photos', name));
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos/twin.jpg'));
  const { code } = await thumbs(['photos', '-o', 'calm', '-w', '2'], { cwd: folder });
  expect(code).toBe(1);
  await expectSound(path.join(folder, 'calm'));
  return { folder, expected: contentOf(path.join(folder, 'calm')) };
}

/** Every file of a folder with its bytes. */
function contentOf(folder: string): Map<string, string> {
  return new Map(
    fs
      .readdirSync(folder)
      .sort()
      .map((name) => [name, fs.readFileSync(path.join(folder, name), 'latin1')]),
  );
}

test('chaos: 300 photos, a consumer killed every 150 ms: the manifest and the thumbnails are an undisturbed run’s', async () => {
  const { folder, expected } = await undisturbed(300);
  const args = ['photos', '-o', 'chaos', '-w', '4', '--retries', '100', '--json', '-q'];
  const { child, finished } = start(process.execPath, [command, ...args], { cwd: folder });
  const random = mulberry32(1);
  let kills = 0;
  const killing = setInterval(() => {
    const consumers = child.exitCode === null ? childrenOf(child.pid ?? 0) : [];
    const victim = consumers[Math.floor(random() * consumers.length)];
    if (victim === undefined) return;
    process.kill(victim, 'SIGKILL');
    kills += 1;
  }, 150);
  onTestFinished(() => clearInterval(killing));
  const { code, stdout, stderr } = await finished;
  clearInterval(killing);
  expect([code, stderr]).toEqual([1, expect.not.stringContaining('thumbs: ')]);
  expect(kills).toBeGreaterThan(2);
  expect(contentOf(path.join(folder, 'chaos'))).toEqual(expected);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    type: 'summary',
    workers: 4,
  });
  await expectSound(path.join(folder, 'chaos'));
  console.log(`chaos: ${kills} consumers killed`);
}, 300_000);

test('crash and restart: the main process killed at 25 moments, then left alone: all as of an undisturbed run', async () => {
  const { folder, expected } = await undisturbed(60);
  const out = path.join(folder, 'crash');
  const random = mulberry32(2);
  const args = [command, 'photos', '-o', 'crash', '-w', '3'];
  // As long as a whole run takes here.
  const since = performance.now();
  await thumbs(['photos', '-o', 'measure', '-w', '3'], { cwd: folder });
  const whole = performance.now() - since;
  let cut = 0;
  for (let crash = 0; crash < 25; crash += 1) {
    // Every second run starts over, so that there is always something to cut off.
    const force = crash % 2 === 0 ? [] : ['--force'];
    const { child, finished } = start(process.execPath, [...args, ...force], { cwd: folder });
    const timer = setTimeout(() => child.kill('SIGKILL'), random() * whole);
    const { signal, stderr } = await finished;
    clearTimeout(timer);
    // A run that was quicker than its killer is one that a crash came too late for.
    if (signal === 'SIGKILL') cut += 1;
    else expect(stderr).toMatch(/photos in/);
    if (fs.existsSync(path.join(out, 'manifest.jsonl'))) await expectWhole(out);
  }
  expect(cut).toBeGreaterThan(12);
  expect((await start(process.execPath, args, { cwd: folder }).finished).code).toBe(1);
  await until(() => processesLeft().length === 0);
  expect(contentOf(out)).toEqual(expected);
  await expectSound(out);
  console.log(`crash and restart: ${cut} of 25 runs cut off`);
}, 300_000);
