// The package as a program uses it: by its name, as built, with real consumers.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { createThumbnails, type SummaryEvent, type ThumbsOptions } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import { currentUsage } from '../../../src/job.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { projectFolder } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { childrenOf, forksOf } from '../../support/processes/processes.js';

test('plain JavaScript finds the package by its name, and a run loads sharp in its consumers only', () => {
  const { folder, out } = photoFolder(1);
  const script = `
    import { createThumbnails, readManifest, ThumbsError } from 'thumbs-pipeline';
    const [photos, out] = process.argv.slice(1);
    for await (const { type, made } of createThumbnails([photos], { out })) if (type === 'summary') console.log(made);
    const maps = (await import('node:fs')).readFileSync('/proc/self/maps', 'utf8');
    console.log(typeof readManifest, new ThumbsError('OPTION', 'x').name, /libvips|sharp/.test(maps));`;
  const args = ['--input-type=module', '-e', script, path.join(folder, 'photos'), out];
  const stdout = execFileSync(process.execPath, args, { cwd: projectFolder, encoding: 'utf8' });
  expect(stdout).toBe('1\nfunction ThumbsError false\n');
});

test('importing the package loads none of its dependencies', () => {
  const hooks = `
    import fs from 'node:fs';
    export function load(url, context, next) {
      fs.writeSync(1, url + '\\n');
      return next(url, context);
    }`;
  const script = `
    import { createRequire, register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
    await import('thumbs-pipeline');
    console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));`;
  const args = ['--input-type=module', '-e', script];
  const loaded = execFileSync(process.execPath, args, { cwd: projectFolder, encoding: 'utf8' });
  expect(loaded).toContain('/dist/index.js\n');
  expect(loaded).not.toContain('node_modules');
});

/** A run over `photos` of a folder: its summary, and the processes that it forked. */
async function run(folder: string, options: ThumbsOptions) {
  let summary: SummaryEvent | undefined;
  const forks = await forksOf(async () => {
    for await (const event of createThumbnails([path.join(folder, 'photos')], options))
      if (event.type === 'summary') summary = event;
  });
  return { summary, forks };
}

for (const [photos, workers, consumers] of [
  [0, 8, 0],
  [1, 8, 1],
  [6, 2, 2],
] as const) {
  test(`photos ${photos}, workers ${workers}: ${consumers} consumers are forked, and none is left`, async () => {
    const { folder, out } = photoFolder(photos);
    const { summary, forks } = await run(folder, { out, workers });
    expect(summary).toMatchObject({ photos, made: photos, workers });
    expect(forks).toBe(consumers);
    expect(childrenOf(process.pid)).toEqual([]);
    await expectSound(out);
    // What the consumers used is added to what this process has used.
    const consumersMemory = (summary?.peakMemoryBytes ?? 0) - currentUsage().peakMemoryBytes;
    if (consumers > 0) expect(consumersMemory).toBeGreaterThan(consumers * 30e6);
  });
}

test('leaving the loop ends the consumers, and the manifest has what was reported', async () => {
  const { folder, out } = photoFolder(20);
  for await (const event of createThumbnails([path.join(folder, 'photos')], { out, workers: 2 }))
    if (event.type === 'done') break;
  expect(childrenOf(process.pid)).toEqual([]);
  expect(recordsIn(out)).toHaveLength(1);
});
