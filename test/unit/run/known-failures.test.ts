// Photos that failed in an earlier run: which are carried over as known, and which are tried again.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { Lack } from '../../../src/image/decoders/decoder.js';
import { decoders } from '../../../src/image/decoders/index.js';
import type { ThumbsOptions } from '../../../src/options/options.js';
import { setTime } from '../../support/file-changes.js';
import { runFolder, runInProcess } from '../../support/in-process/run.js';
import { expectSound, failuresIn, outcomesOf } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { jpeg, photoFolder } from '../../support/photos.js';

/** One sound photo and these damaged ones, after a first run. */
async function withFailures(...names: string[]) {
  const { folder, out } = photoFolder(1);
  for (const name of names)
    fs.copyFileSync(path.join(damagedImages, name), path.join(folder, 'photos', name));
  await runFolder(folder);
  return { folder, out, manifest: path.join(out, 'manifest.jsonl') };
}

const DAMAGED = ['giant-header.jpg', 'text-named.jpg', 'truncated.jpg', 'zero-byte.jpg'];

test('known failures are carried over without a consumer, and retryFailed tries them again', async () => {
  const { folder, manifest } = await withFailures(...DAMAGED);
  const before = fs.readFileSync(manifest, 'utf8');
  const { events, summary, started } = await runFolder(folder);
  expect(summary).toMatchObject({ failed: 4, known: 4, unchanged: 1 });
  expect(started).toBe(0);
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'unchanged',
    'giant-header.jpg': 'known TOO_LARGE',
    'text-named.jpg': 'known UNSUPPORTED',
    'truncated.jpg': 'known CORRUPT',
    'zero-byte.jpg': 'known CORRUPT',
  });
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
  const retried = await runFolder(folder, { retryFailed: true });
  expect(retried.summary).toMatchObject({ failed: 4, known: 0, unchanged: 1 });
});

test('a known failure that has changed is tried again; one that was touched or moved is known by its content', async () => {
  const { folder, out } = await withFailures(...DAMAGED);
  const photo = (name: string) => path.join(folder, 'photos', name);
  fs.writeFileSync(photo('truncated.jpg'), await jpeg(5));
  setTime(photo('text-named.jpg'), 1_700_000_000);
  fs.renameSync(photo('giant-header.jpg'), photo('moved.jpg'));
  const { events } = await runFolder(folder);
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'unchanged',
    'truncated.jpg': 'done',
    'text-named.jpg': 'known UNSUPPORTED',
    'moved.jpg': 'known TOO_LARGE',
    'zero-byte.jpg': 'known CORRUPT',
  });
  // The message names the photo as it is called now.
  expect(failuresIn(out).find(([name]) => name === 'moved.jpg')?.[2]).toMatch(
    /^\.\.\/photos\/moved\.jpg: 65500 x 65500 pixels/,
  );
  await expectSound(out);
});

test('the reason of a known failure is one printable line, whatever the manifest says', async () => {
  const { folder, manifest } = await withFailures('truncated.jpg');
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(
    manifest,
    text.replace(/truncated\.jpg: [^"]*/, 'truncated.jpg: \\u001b[31mred\\nand more'),
  );
  const { events } = await runFolder(folder);
  const failed = events.find(({ type }) => type === 'failed');
  expect(failed).toMatchObject({ known: true, reason: '\\u001b[31mred\\u000aand more' });
});

test('what decoders of another version refused is tried again, and nothing else is', async () => {
  const { folder, manifest } = await withFailures(...DAMAGED);
  const now = fs.readFileSync(manifest, 'utf8');
  const before = now.replaceAll(/,"verdicts":\d+/g, '');
  expect(before).not.toBe(now);
  for (const other of [before, now.replaceAll(/"verdicts":\d+/g, '"verdicts":99')]) {
    fs.writeFileSync(manifest, other);
    const { events } = await runFolder(folder);
    expect(outcomesOf(events)).toEqual({
      'photo-1.jpg': 'unchanged',
      'giant-header.jpg': 'known TOO_LARGE',
      'text-named.jpg': 'failed UNSUPPORTED',
      'truncated.jpg': 'failed CORRUPT',
      'zero-byte.jpg': 'failed CORRUPT',
    });
    expect(fs.readFileSync(manifest, 'utf8')).toBe(now);
  }
});

const limits: ReadonlyArray<readonly [limit: ThumbsOptions, lower: ThumbsOptions]> = [
  [{ maxPixels: 1000 }, { maxPixels: 500 }],
  [{ maxFileSize: 0.0001 }, { maxFileSize: 0.00005 }],
];

for (const [limit, lower] of limits) {
  const [name] = Object.keys(limit);
  test(`a photo over ${name} is tried again when ${name} is raised, and not when it is lowered`, async () => {
    const { folder } = photoFolder(2);
    const first = await runFolder(folder, limit);
    expect(first.summary).toMatchObject({ failures: { TOO_LARGE: 2 }, known: 0 });
    expect(await runFolder(folder, lower)).toMatchObject({ summary: { failed: 2, known: 2 }, started: 0 });
    expect((await runFolder(folder)).summary).toMatchObject({ made: 2, failed: 0 });
  });
}

test('a photo that timed out is tried again when the timeout is raised, and not when it is lowered', async () => {
  const { folder } = photoFolder(1);
  const hang = () => new Promise<never>(() => {});
  const { events } = await runFolder(folder, { timeout: 0.05 }, { doJob: hang });
  expect(outcomesOf(events)).toEqual({ 'photo-1.jpg': 'failed TIMEOUT' });
  expect(await runFolder(folder, { timeout: 0.04 })).toMatchObject({
    summary: { failed: 1, known: 1 },
    started: 0,
  });
  expect((await runFolder(folder)).summary).toMatchObject({ made: 1, failed: 0 });
});

test('what crashed a consumer, could not be read, changed meanwhile or met a fault of ours is tried again by every run', async () => {
  const { folder, out } = photoFolder(4);
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const [header = '', ...lines] = fs.readFileSync(manifest, 'utf8').trimEnd().split('\n');
  const codes = ['WORKER_DIED', 'UNREADABLE', 'CHANGED', 'INTERNAL'];
  const failed = lines.map((line, index) => {
    const { thumbnails, sourceFormat, sourceWidth, sourceHeight, status, ...facts } = JSON.parse(line);
    return JSON.stringify({ ...facts, status: 'failed', error: { code: codes[index], message: 'x' } });
  });
  fs.writeFileSync(manifest, `${[header, ...failed].join('\n')}\n`);
  expect((await runFolder(folder)).summary).toMatchObject({ made: 4, failed: 0, known: 0 });
});

test('a content that failed under a lower limit is still identified by another photo that has its thumbnail', async () => {
  const { folder, out, files } = photoFolder(1);
  const [photo = ''] = files;
  fs.mkdirSync(path.join(folder, 'a'));
  // Its record comes first in the manifest.
  fs.copyFileSync(photo, path.join(folder, 'a/first.jpg'));
  const limited = await runInProcess([path.join(folder, 'a')], { out, maxPixels: 100 });
  expect(limited.summary).toMatchObject({ failures: { TOO_LARGE: 1 } });
  await runFolder(folder);
  fs.copyFileSync(photo, path.join(folder, 'photos/copy.jpg'));
  expect((await runFolder(folder)).summary).toMatchObject({ made: 0, unchanged: 2, identified: 1 });
  await expectSound(out);
});

test('a photo whose decoder lacks a package is known as such, and tried again once the package is there', async () => {
  const { folder, out } = photoFolder(1);
  const drawing = path.join(folder, 'photos/drawing.jpg');
  await sharp(fs.readFileSync(path.join(folder, 'photos/photo-1.jpg')))
    .png()
    .toFile(drawing);
  const { png } = decoders;
  onTestFinished(() => {
    Object.assign(decoders, { png });
  });
  const lack: Lack = {
    needs: 'png-js',
    kind: 'package',
    reason: 'png-js is not installed',
    remedy: 'npm install png-js',
  };
  Object.assign(decoders, { png: { ...png, lacks: () => lack } });
  expect((await runFolder(folder)).summary).toMatchObject({ made: 1, failures: { UNSUPPORTED: 1 } });
  expect(failuresIn(out)).toEqual([
    [
      'drawing.jpg',
      'UNSUPPORTED',
      '../photos/drawing.jpg: PNG images cannot be read: png-js is not installed (npm install png-js)',
    ],
  ]);
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 1, known: 1 });
  Object.assign(decoders, { png });
  expect((await runFolder(folder)).summary).toMatchObject({ made: 1, unchanged: 1, failed: 0 });
});
