// Thumbnails of every format: the same bytes whoever makes them and whenever, and known to everything that the command does with them.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { PrunedEvent } from '../../../src/maintenance/unneeded.js';
import { outputFormats } from '../../../src/options/output-formats.js';
import type { PlanEvent } from '../../../src/run/plan-thumbnails.js';
import { runFolder } from '../../support/in-process/run.js';
import { expectSound, recordsIn, thumbnailsIn } from '../../support/output.js';
import { mutate, photoFolder } from '../../support/photos.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';

const VARIANTS = [
  '40,name=png',
  '40x30,fit=cover,palette,progressive,name=png-cover',
  '40,format=webp,name=webp',
  '40x20,fit=contain,format=webp,lossless,effort=4,name=webp-contain',
  '40,format=jpeg,name=jpeg',
  '20x40,fit=contain,format=jpeg,progressive,background=#123456,name=jpeg-contain',
  '40,format=avif,name=avif',
  '30x40,fit=cover,position=attention,format=avif,lossless,name=avif-cover',
];
const SPECS = VARIANTS.flatMap((variant) => ['-s', variant]);

const EXTENSIONS = Object.values(outputFormats)
  .map(({ extension }) => `.${extension}`)
  .sort();

/** Three photos, and one with transparent pixels. */
async function mixedPhotos(): Promise<{ folder: string; out: string }> {
  const { folder, out } = photoFolder(3);
  const pixels = Buffer.from(Array.from({ length: 64 * 48 * 4 }, (_, at) => (at * 7) & 0xff));
  await sharp(pixels, { raw: { width: 64, height: 48, channels: 4 } })
    .png()
    .toFile(path.join(folder, 'photos/clear.png'));
  return { folder, out };
}

const PHOTOS = 4;

/** The output of a run over photos that share no thumbnail. */
async function finishedRun() {
  const { folder, out } = await mixedPhotos();
  await runFolder(folder, { size: VARIANTS });
  expect(thumbnailsIn(out)).toHaveLength(PHOTOS * VARIANTS.length);
  return { folder, out };
}

/** The extensions of some files, each once. */
function extensionsOf(files: readonly string[]): string[] {
  return [...new Set(files.map((file) => path.extname(file)))].sort();
}

/** The summary of a run of the command for {@link VARIANTS}. */
async function summaryOf(folder: string, ...args: string[]) {
  const { code, events } = await thumbsJson(['photos', ...SPECS, ...args], { cwd: folder });
  return { code, ...events.find((event) => event.type === 'summary') };
}

test('the manifest, and with it every name, is the same for one worker and three', async () => {
  const { folder } = await mixedPhotos();
  const [one, three] = ['one', 'three'].map((name) => path.join(folder, name));
  expect(await summaryOf(folder, '-o', 'one', '-w', '1')).toMatchObject({ code: 0, failed: 0 });
  expect(await summaryOf(folder, '-o', 'three', '-w', '3')).toMatchObject({ code: 0, failed: 0 });
  const [first, second] = [one, three].map((out) =>
    fs.readFileSync(path.join(out ?? '', 'manifest.jsonl'), 'utf8'),
  );
  expect(second).toBe(first);
  expect(thumbnailsIn(three ?? '').sort()).toEqual(thumbnailsIn(one ?? '').sort());
  expect(extensionsOf(thumbnailsIn(one ?? ''))).toEqual(EXTENSIONS);
  await expectSound(one ?? '');
});

test('each variant that is made alone, in a process of its own, has the names that it has beside all others', async () => {
  const { folder, out } = await finishedRun();
  for (const [index, variant] of VARIANTS.entries()) {
    const args = ['photos', '-s', variant, '-o', 'alone', '-w', String((index % 2) + 1), '-q'];
    expect(await thumbs(args, { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  }
  expect(thumbnailsIn(path.join(folder, 'alone')).sort()).toEqual(thumbnailsIn(out).sort());
});

test('a second run makes none of them, and --force the same files again, each left as it was', async () => {
  const { folder, out } = await finishedRun();
  const state = () =>
    thumbnailsIn(out)
      .map((file) => `${file} ${fs.statSync(path.join(out, file)).ino}`)
      .sort();
  const before = state();
  expect(await summaryOf(folder)).toMatchObject({ code: 0, made: 0, unchanged: PHOTOS });
  expect(await summaryOf(folder, '--force')).toMatchObject({
    code: 0,
    made: before.length,
    unchanged: 0,
  });
  expect(state()).toEqual(before);
});

test('verify finds a damaged file of each format, and --repair and a run write the same bytes in its place', async () => {
  const { folder, out } = await finishedRun();
  const files = EXTENSIONS.map((extension) => path.join(out, firstOf(out, extension)));
  const sound = files.map((file) => fs.readFileSync(file));
  for (const file of files) mutate(file, fs.statSync(file).size - 20);
  const { code, stderr } = await thumbs(['verify', '--repair'], { cwd: folder });
  const damaged = [...stderr.matchAll(/^DAMAGED (\S+): /gm)].map(([, file = '']) => file);
  expect([code, damaged.sort()]).toEqual([1, files.map((file) => path.relative(folder, file)).sort()]);
  expect(await summaryOf(folder)).toMatchObject({ code: 0, failed: 0 });
  for (const [index, file] of files.entries())
    expect(fs.readFileSync(file).equals(sound[index] ?? Buffer.alloc(0)), file).toBe(true);
  expect(await thumbs(['verify'], { cwd: folder })).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^32 thumbnails verified: all sound/),
  });
});

/** The first thumbnail with this extension. */
function firstOf(out: string, extension: string): string {
  return (
    thumbnailsIn(out)
      .sort()
      .find((file) => file.endsWith(extension)) ?? extension
  );
}

test('a missing file of each format is made again, and no other', async () => {
  const { folder, out } = await finishedRun();
  const files = thumbnailsIn(out).sort();
  for (const extension of EXTENSIONS) fs.rmSync(path.join(out, firstOf(out, extension)));
  expect(await summaryOf(folder)).toMatchObject({ code: 0, made: EXTENSIONS.length });
  expect(thumbnailsIn(out).sort()).toEqual(files);
  await expectSound(out);
});

test('prune removes the files of each format that no record names any more, and those alone', async () => {
  const { folder, out } = await finishedRun();
  const [first] = recordsIn(out);
  const gone = first?.status === 'done' ? first.thumbnails.map(({ file }) => file).sort() : [];
  const files = thumbnailsIn(out).sort();
  fs.rmSync(path.join(folder, 'photos/clear.png'));
  expect(await summaryOf(folder)).toMatchObject({ code: 0, removed: 1, unchanged: PHOTOS - 1 });
  const { events } = await thumbsJson<PrunedEvent>(['prune'], { cwd: folder });
  const pruned = events.flatMap((event) => (event.type === 'pruned' ? [path.basename(event.path)] : []));
  expect([pruned.sort(), extensionsOf(pruned)]).toEqual([gone, EXTENSIONS]);
  expect(thumbnailsIn(out).sort()).toEqual(files.filter((file) => !gone.includes(file)));
  await expectSound(out);
});

test('the exports name the file of each variant, with its format', async () => {
  const { folder, out } = await finishedRun();
  const exports = ['txt', 'csv', 'json'].map((extension) => path.join(folder, `all.${extension}`));
  await summaryOf(folder, ...exports.flatMap((file) => ['--export', file]));
  const [txt = '', csv = '', json = ''] = exports.map((file) => fs.readFileSync(file, 'utf8'));
  const rows = recordsIn(out).flatMap((record) => {
    const thumbnails = record.status === 'done' ? record.thumbnails : [];
    return thumbnails.map(({ file, variant }) => ({ source: record.source, file, variant }));
  });
  const formatOf = (file: string) => {
    const found = Object.entries(outputFormats).find(([, facts]) => file.endsWith(`.${facts.extension}`));
    return found?.[0];
  };
  expect(txt.trimEnd().split('\n')).toEqual(
    rows.map(({ source, file }) => `${file}: ${path.join(out, source)}`),
  );
  const [header = '', ...lines] = csv.trimEnd().split('\r\n');
  const column = (line: string, name: string) => line.split(',')[header.split(',').indexOf(name)];
  const columns = ['source', 'thumbnail', 'variant', 'format'];
  expect(lines.map((line) => columns.map((name) => column(line, name)))).toEqual(
    rows.map(({ source, file, variant }) => [source, file, variant, formatOf(file)]),
  );
  const records: Record<string, { thumbnails: Array<{ file: string; format: string }> }> = JSON.parse(json);
  const entries = Object.values(records).flatMap(({ thumbnails }) => thumbnails);
  expect(entries.map(({ file, format }) => [file, format])).toEqual(
    rows.map(({ file }) => [file, formatOf(file)]),
  );
});

test('another output folder of these formats gives a walk no photo', async () => {
  const { folder } = await finishedRun();
  expect(await summaryOf(folder, '.', '-o', 'photos/own')).toMatchObject({ code: 0, photos: PHOTOS });
  const args = ['.', '--any-extension', '--dry-run', '-o', 'elsewhere'];
  const { events } = await thumbsJson<PlanEvent>(args, { cwd: folder });
  const planned = events.flatMap((event) => (event.type === 'planned' ? [path.dirname(event.path)] : []));
  expect(planned).toEqual(Array(PHOTOS).fill(path.join(folder, 'photos')));
});
