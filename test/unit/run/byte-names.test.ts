// Whole runs over files and folders whose names are not UTF-8.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { verifyThumbnails } from '../../../src/maintenance/verify.js';
import { readManifest } from '../../../src/manifest/reading.js';
import type { ThumbsOptions } from '../../../src/options/options.js';
import { shown } from '../../../src/path-bytes.js';
import { planThumbnails } from '../../../src/run/plan-thumbnails.js';
import {
  bytePath,
  bytePhotos,
  inProgram,
  recordedAs,
  SHIFT_JIS,
  testWithByteNames,
  UTF8_REPLACEMENT,
  writeByteFile,
} from '../../support/byte-names.js';
import { runFolder, runInProcess } from '../../support/in-process/run.js';
import { expectWhole, onlyThumbnail, recordsIn } from '../../support/output.js';
import { jpeg } from '../../support/photos.js';

/** Names that are all shown alike, by twos. */
const NAMES = [
  'caf\xe9/a.jpg',
  `caf${UTF8_REPLACEMENT}/a.jpg`,
  'caf\xe8/a.jpg',
  `${SHIFT_JIS}.jpg`,
  '\xc4.jpg',
];

/** The names of records, with their bytes. */
function namesIn(out: string): Array<{ source: string; sourceNameBase64?: string }> {
  return recordsIn(out).map(({ source, sourceNameBase64 }) =>
    sourceNameBase64 === undefined ? { source } : { source, sourceNameBase64 },
  );
}

function source(name: string): { source: string; sourceNameBase64?: string } {
  return name.includes(UTF8_REPLACEMENT)
    ? { source: '../photos/caf\ufffd/a.jpg' }
    : recordedAs(`../photos/${name}`);
}

async function plans(folder: string, options: ThumbsOptions = {}) {
  const out = path.join(folder, 'thumbnails');
  const found = [];
  for await (const event of planThumbnails([path.join(folder, 'photos')], { out, ...options }))
    if (event.type === 'planned') found.push(event);
  return found;
}

testWithByteNames('each photo has its own record and thumbnail, however alike the names look', async () => {
  const { folder, out } = await bytePhotos(NAMES);
  const { summary, events } = await runFolder(folder);
  expect(summary).toMatchObject({ photos: 6, made: 5, failed: 1, unreadableFolders: 0 });
  expect(namesIn(out)).toEqual(
    [
      'br\xf6ken.jpg',
      'caf\xe8/a.jpg',
      'caf\xe9/a.jpg',
      `caf${UTF8_REPLACEMENT}/a.jpg`,
      '\xc4.jpg',
      `${SHIFT_JIS}.jpg`,
    ].map(source),
  );
  const text = fs.readFileSync(path.join(out, 'manifest.jsonl'));
  expect(Buffer.from(text.toString()).equals(text)).toBe(true);
  const failed = events.find((event) => event.type === 'failed');
  expect(failed).toMatchObject({
    path: path.join(folder, 'photos/br\ufffdken.jpg'),
    pathBase64: bytePath(folder, 'photos/br\xf6ken.jpg').toString('base64'),
    reason: expect.stringMatching(/^not a JPEG/),
    record: { error: { message: expect.stringMatching(/^\.\.\/photos\/br\ufffdken\.jpg: not a JPEG/) } },
  });
  // Which file was opened: the thumbnail is that of its bytes.
  for (const name of NAMES) {
    const alone = await bytePhotos([]);
    fs.mkdirSync(path.join(alone.folder, 'photos'), { recursive: true });
    fs.copyFileSync(bytePath(folder, `photos/${name}`), path.join(alone.folder, 'photos/a.jpg'));
    await runFolder(alone.folder);
    const own = recordsIn(out).find(({ source: shown, sourceNameBase64: bytes }) => {
      const wanted = source(name);
      return shown === wanted.source && bytes === wanted.sourceNameBase64;
    });
    const same = recordsIn(alone.out).find(({ status }) => status === 'done');
    expect(own).toMatchObject({ status: 'done', sourceXxh128: same?.sourceXxh128 });
  }
  const sources = namesIn(out).map(({ source: shown }) => shown);
  expect(sources).toEqual([...sources].sort());
  await expectWhole(out);
});

testWithByteNames('no event and no figure has half a character', async () => {
  const { folder, out } = await bytePhotos(['disk\xe9/a.jpg', '\xe9.jpg']);
  const photos = path.join(folder, 'photos');
  writeByteFile(photos, 'film\xe9.mov');
  writeByteFile(photos, 'caf\xe9/@eaDir/b.jpg');
  writeByteFile(photos, 'empty\xe9/note');
  const disk = path.join(photos, inProgram('disk\xe9'));
  const roots = [disk, path.join(photos, inProgram('empty\xe9')), photos];
  await runInProcess(roots, { out });
  fs.rmSync(bytePath(photos, 'disk\xe9/a.jpg'));
  const { events, summary } = await runInProcess(roots, { out });
  const planned = [];
  for await (const event of planThumbnails(roots, { out })) planned.push(event);
  for (const event of [...events, ...planned]) expect(JSON.stringify(event)).not.toMatch(/\\ud[89a-f]/);
  expect(summary).toMatchObject({ kept: 1, emptyRoots: [shown(disk)], excludedNothing: [] });
  expect(summary.selectedNothing.paths).toEqual(
    ['disk', 'empty'].map((name) => path.join(photos, `${name}\ufffd`)),
  );
  for (const [type, name] of [
    ['passed-over', 'film\xe9.mov'],
    ['skipped-folder', 'caf\xe9/@eaDir'],
  ]) {
    const bytes = bytePath(photos, name ?? '').toString('base64');
    expect(events).toContainEqual(expect.objectContaining({ type, pathBase64: bytes }));
    expect(planned).toContainEqual(expect.objectContaining({ type, pathBase64: bytes }));
  }
});

testWithByteNames('a second run finds them unchanged, and the failed one known', async () => {
  const { folder, out } = await bytePhotos(NAMES);
  await runFolder(folder);
  const before = fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
  const planned = await plans(folder);
  expect(planned.map(({ plan }) => plan).sort()).toEqual(['known-bad', ...NAMES.map(() => 'unchanged')]);
  expect(planned).toContainEqual(
    expect.objectContaining({
      path: path.join(folder, 'photos/caf\ufffd/a.jpg'),
      pathBase64: bytePath(folder, 'photos/caf\xe9/a.jpg').toString('base64'),
    }),
  );
  const { summary, started } = await runFolder(folder);
  expect([summary, started]).toMatchObject([{ unchanged: 5, known: 1, removed: 0 }, 0]);
  expect(fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8')).toBe(before);
});

testWithByteNames('a photo whose name was converted to UTF-8, or back, is found by its content', async () => {
  const { folder, out } = await bytePhotos(NAMES);
  await runFolder(folder);
  const rename = (from: string, to: string) =>
    fs.renameSync(bytePath(folder, `photos/${from}`), bytePath(folder, `photos/${to}`));
  const converted = Buffer.from('Ä').toString('latin1');
  rename('\xc4.jpg', `${converted}.jpg`);
  expect((await plans(folder)).filter(({ plan }) => plan === 'compare')).toHaveLength(1);
  expect((await runFolder(folder)).summary).toMatchObject({ made: 0, identified: 1, removed: 1 });
  expect(namesIn(out)).toContainEqual({ source: '../photos/Ä.jpg' });
  expect(namesIn(out)).not.toContainEqual(source('\xc4.jpg'));
  rename(`${converted}.jpg`, '\xd6.jpg');
  rename('br\xf6ken.jpg', 'br\xf8ken.jpg');
  expect((await runFolder(folder)).summary).toMatchObject({ made: 0, identified: 1, known: 1, removed: 2 });
  expect(namesIn(out)).toContainEqual(source('\xd6.jpg'));
  expect(namesIn(out)).toContainEqual(source('br\xf8ken.jpg'));
});

testWithByteNames(
  'of names that look alike only the photo that changed or left is done or removed',
  async () => {
    const { folder, out } = await bytePhotos(NAMES);
    await runFolder(folder);
    fs.writeFileSync(bytePath(folder, 'photos/caf\xe9/a.jpg'), await jpeg(9, 60, 30));
    fs.rmSync(bytePath(folder, 'photos/caf\xe8/a.jpg'));
    const { summary, events } = await runFolder(folder);
    expect(summary).toMatchObject({ made: 1, unchanged: 3, removed: 1 });
    expect(events.filter(({ type }) => type === 'done')).toEqual([
      expect.objectContaining({ record: expect.objectContaining(source('caf\xe9/a.jpg')) }),
    ]);
    expect(namesIn(out)).not.toContainEqual(source('caf\xe8/a.jpg'));
    await expectWhole(out);
  },
);

testWithByteNames('a damaged thumbnail is found, and made again from the right photo', async () => {
  const { folder, out } = await bytePhotos(NAMES);
  await runFolder(folder);
  const damaged = recordsIn(out).find(
    ({ sourceNameBase64 }) => sourceNameBase64 === source('caf\xe9/a.jpg').sourceNameBase64,
  );
  const file = damaged?.status === 'done' ? onlyThumbnail(damaged).file : '';
  fs.writeFileSync(path.join(out, file), 'damaged');
  const findings = [];
  for await (const event of verifyThumbnails({ out, repair: true }))
    if (event.type === 'finding') findings.push([event.finding, event.sources]);
  expect(findings).toEqual([['damaged', [path.join(folder, 'photos/caf\ufffd/a.jpg')]]]);
  expect([...readManifest(path.join(out, 'manifest.jsonl'))].filter(({ redo }) => redo === true)).toEqual([
    { ...damaged, redo: true },
  ]);
  expect((await runFolder(folder)).summary).toMatchObject({ unchanged: 4, made: 1 });
  await expectWhole(out);
});

testWithByteNames('exports tell apart what looks alike, and are replaced by the next run', async () => {
  const { folder, out } = await bytePhotos(NAMES.slice(0, 3));
  const exported = (extension: string) => path.join(folder, `all.${extension}`);
  const options = { export: ['txt', 'csv', 'json'].map(exported) };
  await runFolder(folder, options);
  await runFolder(folder, options);
  const text = fs.readFileSync(exported('txt'));
  for (const name of NAMES.slice(0, 3))
    expect(text.includes(Buffer.concat([Buffer.from('.png: '), bytePath(folder, `photos/${name}`)]))).toBe(
      true,
    );
  const json = JSON.parse(fs.readFileSync(exported('json'), 'utf8'));
  const { source: shown, sourceNameBase64 } = source('caf\xe9/a.jpg');
  expect(Object.keys(json)).toHaveLength(4);
  expect(json[`${shown}//${sourceNameBase64}`]).toMatchObject({
    status: 'done',
    source: shown,
    sourceNameBase64,
  });
  expect(json[shown]).toMatchObject({ source: shown });
  expect(json[shown]).not.toHaveProperty('sourceNameBase64');
  const rows = fs.readFileSync(exported('csv'), 'utf8').split('\r\n');
  expect(rows.filter((row) => row.split(',').includes(`${sourceNameBase64}`))).toHaveLength(1);
  expect(recordsIn(out)).toHaveLength(4);
});

testWithByteNames(
  'an output that a link leads to under such a name is refused, and nothing is written',
  async () => {
    const { folder } = await bytePhotos(['a.jpg']);
    writeByteFile(folder, 'out\xe9/keep.txt', 'mine');
    // What Node.js would take the link's target for.
    fs.mkdirSync(path.join(folder, 'out\ufffd'));
    fs.symlinkSync(Buffer.from('out\xe9', 'latin1'), path.join(folder, 'link'));
    fs.symlinkSync(Buffer.from('out\xe9/m.jsonl', 'latin1'), path.join(folder, 'm.jsonl'));
    const reason = /: a symbolic link leads to a name that is not valid UTF-8$/;
    const out = path.join(folder, 'link');
    await expect(runFolder(folder, { out })).rejects.toMatchObject({
      code: 'OUTPUT',
      message: expect.stringMatching(reason),
    });
    for (const manifest of [path.join(folder, 'm.jsonl'), path.join(folder, 'link/m.jsonl')])
      await expect(runFolder(folder, { manifest })).rejects.toMatchObject({ code: 'OUTPUT' });
    await expect(plans(folder, { out })).rejects.toMatchObject({ code: 'OUTPUT' });
    expect(fs.readdirSync(path.join(folder, 'out\ufffd'))).toEqual([]);
    expect(fs.readdirSync(bytePath(folder, 'out\xe9'))).toEqual(['keep.txt']);
    expect(fs.readdirSync(folder, 'latin1').sort()).toEqual(
      [`out${UTF8_REPLACEMENT}`, 'out\xe9', 'link', 'm.jsonl', 'photos'].sort(),
    );
  },
);
