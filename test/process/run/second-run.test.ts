import fs from 'node:fs';
import path from 'node:path';
import {
  createThumbnails,
  type ManifestRecord,
  type SummaryEvent,
  type ThumbsOptions,
} from 'thumbs-pipeline';
import { expect, test, vi } from 'vitest';
import { startRun, thumbs, thumbsJson } from '../../support/command.js';
import { expectSound, failuresIn, outcomesOf, recordsIn, thumbnailOf } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import {
  jpeg,
  mutate,
  photoFolder,
  temporaryFolder,
  writePhotos,
  writeSlowImage,
} from '../../support/photos.js';
import { forksOf } from '../../support/processes.js';

/** A run in this process: its summary, and the processes that it forked. */
async function run(folder: string, options: ThumbsOptions = {}) {
  let summary: Partial<SummaryEvent> = {};
  const out = path.join(folder, 'thumbnails');
  const forks = await forksOf(async () => {
    for await (const event of createThumbnails([path.join(folder, 'photos')], { out, ...options }))
      if (event.type === 'summary') summary = event;
  });
  return { ...summary, forks };
}

/** Writes other bytes of the same length, and leaves the file's time as it was. */
function replaceUnseen(file: string): void {
  const { atimeMs, mtimeMs, size } = fs.statSync(file);
  fs.writeFileSync(file, Buffer.alloc(size, 'x'));
  fs.utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
}

/** Gives a file a time, seconds since 1970, that other calls can set again exactly. */
function setTime(file: string, seconds: number): void {
  // Node takes a negative number for the present time, and a Date for what it says.
  fs.utimesSync(file, new Date(seconds * 1000), new Date(seconds * 1000));
}

test('what has not changed is carried over unopened, no consumer is forked, and the manifest is left alone', async () => {
  const { folder, out, files } = await photoFolder(30);
  for (const file of files) setTime(file, 1_700_000_000);
  expect(await run(folder)).toMatchObject({ made: 30, unchanged: 0 });
  // Who opened it would find that it is no photo any more.
  for (const file of files) replaceUnseen(file);
  const manifest = fs.statSync(path.join(out, 'manifest.jsonl'));
  expect(await run(folder)).toMatchObject({ photos: 30, made: 0, unchanged: 30, failed: 0, forks: 0 });
  expect(fs.statSync(path.join(out, 'manifest.jsonl'))).toMatchObject({
    ino: manifest.ino,
    mtimeMs: manifest.mtimeMs,
  });
  await expectSound(out);
});

test('--force does all anew', async () => {
  const { folder, out, files } = await photoFolder(3);
  await run(folder);
  expect(await run(folder, { force: true })).toMatchObject({ made: 3, unchanged: 0 });
  replaceUnseen(files[0] ?? '');
  const { code, events } = await thumbsJson(['photos', '--force'], { cwd: folder });
  expect([code, outcomesOf(events)]).toEqual([
    1,
    { 'photo-1.jpg': 'failed UNSUPPORTED', 'photo-2.jpg': 'done', 'photo-3.jpg': 'done' },
  ]);
  await expectSound(out);
});

test('a changed size, time, or thumbnail is seen; each costs what it must', async () => {
  const { folder, out, files } = await photoFolder(6);
  await run(folder);
  fs.writeFileSync(files[0] ?? '', await jpeg(100, 300, 200));
  setTime(files[1] ?? '', 1_700_000_000);
  fs.rmSync(thumbnailOf(out, 'photo-3.jpg'));
  fs.truncateSync(thumbnailOf(out, 'photo-4.jpg'), 100);
  fs.copyFileSync(files[4] ?? '', `${files[4]}.jpg`);
  const { code, events } = await thumbsJson(['photos'], { cwd: folder });
  expect([code, outcomesOf(events)]).toEqual([
    0,
    {
      'photo-1.jpg': 'done',
      'photo-2.jpg': 'identified',
      'photo-3.jpg': 'done',
      'photo-4.jpg': 'done',
      'photo-5.jpg': 'unchanged',
      'photo-5.jpg.jpg': 'identified',
      'photo-6.jpg': 'unchanged',
    },
  ]);
  expect(events.at(-1)).toMatchObject({ made: 3, unchanged: 4, identified: 2 });
  await expectSound(out);
});

test('another content of the same length is decoded, whatever time it has', async () => {
  const { folder, out, files } = await photoFolder(2);
  const [first = '', second = ''] = files;
  await run(folder);
  const other = await jpeg(50);
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(40_000 - bytes.length)]);
  fs.writeFileSync(first, padded(fs.readFileSync(first)));
  await run(folder);
  fs.writeFileSync(first, padded(other));
  const { events } = await thumbsJson(['photos'], { cwd: folder });
  expect(outcomesOf(events)).toEqual({ 'photo-1.jpg': 'done', 'photo-2.jpg': 'unchanged' });
  // Two that have changed places, times and all, are told apart by what is in them.
  fs.writeFileSync(second, padded(await jpeg(60)));
  for (const file of files) setTime(file, 1_700_000_000);
  await run(folder);
  const thumbnails = () => files.map((file) => thumbnailOf(out, path.basename(file)));
  const before = thumbnails();
  for (const file of files) setTime(file, 1_700_000_001);
  fs.renameSync(first, `${first}.aside`);
  fs.renameSync(second, first);
  fs.renameSync(`${first}.aside`, second);
  expect(outcomesOf((await thumbsJson(['photos'], { cwd: folder })).events)).toEqual({
    'photo-1.jpg': 'identified',
    'photo-2.jpg': 'identified',
  });
  expect(thumbnails()).toEqual(before.reverse());
  await expectSound(out);
});

test('moved photos cost no decoding, many of one length and one content too', async () => {
  const { folder, out, files } = await photoFolder(20);
  for (let copy = 0; copy < 20; copy += 1)
    fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos', `copy-${copy}.jpg`));
  await run(folder);
  const before = recordsIn(out);
  fs.mkdirSync(path.join(folder, 'photos/2025'));
  for (const name of fs.readdirSync(path.join(folder, 'photos')).filter((name) => name.endsWith('.jpg')))
    fs.renameSync(path.join(folder, 'photos', name), path.join(folder, 'photos/2025', name));
  const moved = await run(folder);
  expect(moved).toMatchObject({ made: 0, unchanged: 40, identified: 40, removed: 40, sourceBytes: 0 });
  expect(recordsIn(out)).toEqual(
    before.map((record) => ({ ...record, source: record.source.replace('photos/', 'photos/2025/') })),
  );
  await expectSound(out);
});

test('a content that failed under other limits does not hide the thumbnail that it has elsewhere', async () => {
  const { folder, out, files } = await photoFolder(1);
  const photos = path.join(folder, 'photos');
  fs.mkdirSync(path.join(folder, 'a'));
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'a/first.jpg'));
  await thumbs(['a', '--max-pixels', '100'], { cwd: folder });
  await run(folder);
  fs.copyFileSync(files[0] ?? '', path.join(photos, 'copy.jpg'));
  expect(await run(folder)).toMatchObject({ made: 0, unchanged: 2, identified: 1 });
  await expectSound(out);
});

test('an export that is the manifest by another name is refused before it is written', async () => {
  const { folder } = await photoFolder(1);
  const args = ['photos', '-m', 'all.json'];
  await thumbs(args, { cwd: folder });
  const before = fs.readFileSync(path.join(folder, 'all.json'), 'utf8');
  fs.symlinkSync('all.json', path.join(folder, 'link.json'));
  fs.symlinkSync('.', path.join(folder, 'self'));
  for (const file of ['link.json', 'self/all.json']) {
    const { code, stderr } = await thumbs([...args, '--export', file], { cwd: folder });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^thumbs: The export .* is the manifest by another name/),
    ]);
  }
  expect(fs.readFileSync(path.join(folder, 'all.json'), 'utf8')).toBe(before);
});

test('a content that is known helps only while its thumbnail is there', async () => {
  const { folder, out, files } = await photoFolder(2);
  await run(folder);
  fs.rmSync(thumbnailOf(out, 'photo-1.jpg'));
  for (const file of files) setTime(file, 1_700_000_000);
  expect(outcomesOf((await thumbsJson(['photos'], { cwd: folder })).events)).toEqual({
    'photo-1.jpg': 'done',
    'photo-2.jpg': 'identified',
  });
  await expectSound(out);
});

test('the record of an identified photo has the very bytes that a fresh run writes', async () => {
  const { folder, files } = await photoFolder(3);
  await run(folder);
  for (const file of files) setTime(file, 1_700_000_000);
  await run(folder);
  await run(folder, { out: path.join(folder, 'fresh') });
  const [second, fresh] = ['thumbnails', 'fresh'].map((out) =>
    fs.readFileSync(path.join(folder, out, 'manifest.jsonl'), 'utf8'),
  );
  expect(second).toBe(fresh);
});

test('a tree that is moved whole with its output is unchanged', async () => {
  const folder = temporaryFolder();
  await writePhotos(path.join(folder, 'archive/photos/a'), 3);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'archive/photos/broken.jpg'));
  await run(path.join(folder, 'archive'));
  fs.renameSync(path.join(folder, 'archive'), path.join(folder, 'moved'));
  expect(await run(path.join(folder, 'moved'))).toMatchObject({
    unchanged: 3,
    known: 1,
    removed: 0,
    forks: 0,
  });
});

test('names are relative to the folder where the manifest stands, by whatever links it is reached', async () => {
  const { folder } = await photoFolder(2);
  fs.mkdirSync(path.join(folder, 'deep/real'), { recursive: true });
  fs.symlinkSync('deep/real', path.join(folder, 'thumbnails'));
  await run(folder);
  const real = path.join(folder, 'deep/real');
  const expected = ['../../photos/photo-1.jpg', '../../photos/photo-2.jpg'];
  expect(recordsIn(real).map(({ source }) => source)).toEqual(expected);
  expect(fs.existsSync(path.join(real, expected[0] ?? ''))).toBe(true);
  for (const out of ['deep/real', 'thumbnails'].map((name) => path.join(folder, name)))
    expect(await run(folder, { out })).toMatchObject({ unchanged: 2, identified: 0, removed: 0 });
  const manifest = path.join(folder, 'deep/link.jsonl');
  fs.symlinkSync('real/manifest.jsonl', manifest);
  expect(await run(folder, { manifest })).toMatchObject({ unchanged: 2, identified: 0, removed: 0 });
  // A link on the way to both, or to one of them, changes nothing.
  const link = path.join(temporaryFolder(), 'link');
  fs.symlinkSync(folder, link);
  expect(await run(link)).toMatchObject({ unchanged: 2, identified: 0, removed: 0 });
  expect(await run(link, { out: real })).toMatchObject({ unchanged: 2, identified: 0, removed: 0 });
  expect(await run(folder, { out: path.join(link, 'thumbnails') })).toMatchObject({
    unchanged: 2,
    removed: 0,
  });
  expect(recordsIn(real).map(({ source }) => source)).toEqual(expected);
  // A link that leads to where the manifest is not yet.
  const dangling = path.join(folder, 'dangling.jsonl');
  fs.symlinkSync('deep/new.jsonl', dangling);
  for (const unchanged of [0, 2])
    expect(await run(folder, { manifest: dangling })).toMatchObject({ unchanged, identified: 0, removed: 0 });
  expect(fs.readFileSync(path.join(folder, 'deep/new.jsonl'), 'utf8')).toContain('"../photos/photo-1.jpg"');
  // An output folder with a photo's name is none, by whatever link the root is reached.
  const out = path.join(link, 'photos/out.png');
  for (const unchanged of [0, 2])
    expect(await run(link, { out })).toMatchObject({ photos: 2, failed: 0, unchanged });
});

test('times in the past and in the future, and a clock that is set back, are times like others', async () => {
  const { folder, out, files } = await photoFolder(4);
  const times = [-86_400, 0, 1, 4_102_444_800];
  for (const [index, file] of files.entries()) setTime(file, times[index] ?? 0);
  await run(folder);
  expect(recordsIn(out).map((record) => record.sourceMtimeMs)).toEqual(times.map((time) => time * 1000));
  expect(await run(folder)).toMatchObject({ unchanged: 4, identified: 0, forks: 0 });
  // An older photo in the place of a newer one, as a restored backup has it.
  fs.writeFileSync(files[3] ?? '', await jpeg(77));
  setTime(files[3] ?? '', 1000);
  for (const file of files.slice(0, 3)) setTime(file, 500);
  const { events } = await thumbsJson(['photos'], { cwd: folder });
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'identified',
    'photo-2.jpg': 'identified',
    'photo-3.jpg': 'identified',
    'photo-4.jpg': 'done',
  });
});

test('a time that differs by a nanosecond is another time', async () => {
  const { folder, out } = await photoFolder(1);
  await run(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const [record] = recordsIn(out);
  const nanoseconds = BigInt(record?.sourceMtimeNs ?? 0);
  fs.writeFileSync(
    manifest,
    fs.readFileSync(manifest, 'utf8').replace(String(nanoseconds), String(nanoseconds + 1n)),
  );
  expect(await run(folder)).toMatchObject({ unchanged: 1, identified: 1 });
  expect(recordsIn(out)).toEqual([record]);
});

test('names that differ in letter case only are two photos', async () => {
  const { folder, out, files } = await photoFolder(2);
  const [first = '', second = ''] = files;
  fs.renameSync(first, path.join(folder, 'photos/Photo.JPG'));
  fs.renameSync(second, path.join(folder, 'photos/photo.jpg'));
  await run(folder);
  expect(recordsIn(out).map(({ source }) => source)).toEqual(['../photos/Photo.JPG', '../photos/photo.jpg']);
  expect(await run(folder)).toMatchObject({ unchanged: 2, forks: 0 });
  fs.rmSync(path.join(folder, 'photos/Photo.JPG'));
  fs.renameSync(path.join(folder, 'photos/photo.jpg'), path.join(folder, 'photos/PHOTO.jpg'));
  expect(await run(folder)).toMatchObject({ unchanged: 1, identified: 1, removed: 2 });
  expect(recordsIn(out).map(({ source }) => source)).toEqual(['../photos/PHOTO.jpg']);
});

test('known-bad photos are carried over and named apart, exit 1, until --retry-failed or they change', async () => {
  const { folder, out } = await photoFolder(1);
  for (const name of ['truncated.jpg', 'text-named.jpg', 'giant-header.jpg', 'zero-byte.jpg'])
    fs.copyFileSync(path.join(damagedImages, name), path.join(folder, 'photos', name));
  await run(folder);
  const manifest = fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
  const second = await run(folder);
  expect(second).toMatchObject({ failed: 4, known: 4, unchanged: 1, forks: 0 });
  expect(fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8')).toBe(manifest);
  const { code, stderr } = await thumbs(['photos'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr.split('\n').map((line) => line.replace(/: .*/, ''))).toEqual(
    [
      'Known from an earlier run, unchanged and not tried again (--retry-failed tries them):',
      'TOO_LARGE photos/giant-header.jpg',
      'UNSUPPORTED photos/text-named.jpg',
      'CORRUPT photos/truncated.jpg',
      'CORRUPT photos/zero-byte.jpg',
      '1 unchanged, 4 failed (2 CORRUPT, 1 TOO_LARGE, 1 UNSUPPORTED; 4 known from an earlier run)',
      'manifest thumbnails/manifest.jsonl',
      '',
    ].map((line) => line.replace(/: .*/, '')),
  );
  expect(await run(folder, { retryFailed: true })).toMatchObject({ failed: 4, known: 0, unchanged: 1 });
  // One is mended, one is touched, one is moved.
  fs.writeFileSync(path.join(folder, 'photos/truncated.jpg'), await jpeg(5));
  setTime(path.join(folder, 'photos/text-named.jpg'), 1_700_000_000);
  fs.renameSync(path.join(folder, 'photos/giant-header.jpg'), path.join(folder, 'photos/moved.jpg'));
  const { events } = await thumbsJson(['photos'], { cwd: folder });
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'unchanged',
    'truncated.jpg': 'done',
    'text-named.jpg': 'known UNSUPPORTED',
    'moved.jpg': 'known TOO_LARGE',
    'zero-byte.jpg': 'known CORRUPT',
  });
  expect(failuresIn(out).find(([name]) => name === 'moved.jpg')?.[2]).toMatch(
    /^\.\.\/photos\/moved\.jpg: 65500 x 65500 pixels/,
  );
  await expectSound(out);
});

test('a known failure’s words are shown on one line, whatever somebody wrote into the manifest', async () => {
  const { folder, out } = await photoFolder(0);
  fs.mkdirSync(path.join(folder, 'photos'), { recursive: true });
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await run(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, text.replace(/broken\.jpg: [^"]*/, 'broken.jpg: \\u001b[31mred\\nand more'));
  const { stderr } = await thumbs(['photos'], { cwd: folder });
  expect(stderr.split('\n')[1]).toBe('CORRUPT photos/broken.jpg: \\u001b[31mred\\u000aand more');
});

test('what was over a limit is tried again when the limit is raised, and not when it is lowered', async () => {
  const { folder, out } = await photoFolder(2);
  const limited: ReadonlyArray<readonly [ThumbsOptions, ThumbsOptions]> = [
    [{ maxPixels: 1000 }, { maxPixels: 500 }],
    [{ maxFileSize: 0.0001 }, { maxFileSize: 0.00005 }],
  ];
  for (const [limit, lower] of limited) {
    fs.rmSync(out, { recursive: true, force: true });
    expect(await run(folder, limit)).toMatchObject({ failures: { TOO_LARGE: 2 }, known: 0 });
    expect(await run(folder, lower)).toMatchObject({ failed: 2, known: 2, forks: 0 });
    expect(await run(folder)).toMatchObject({ made: 2, failed: 0 });
  }
  writeSlowImage(path.join(folder, 'photos/slow.avif'));
  const include = ['slow.avif'];
  expect(await run(folder, { include, timeout: 0.05 })).toMatchObject({ failures: { TIMEOUT: 1 }, known: 0 });
  expect(await run(folder, { include, timeout: 0.04 })).toMatchObject({ failed: 1, known: 1, forks: 0 });
  expect(await run(folder, { include })).toMatchObject({ made: 1, failed: 0 });
});

test('what died, could not be read or changed meanwhile is always tried again', async () => {
  const { folder, out, files } = await photoFolder(3);
  await run(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const [header = '', ...lines] = fs.readFileSync(manifest, 'utf8').trimEnd().split('\n');
  const codes = ['WORKER_DIED', 'UNREADABLE', 'CHANGED'];
  const failed = lines.map((line, index) => {
    const { thumbnails, sourceFormat, sourceWidth, sourceHeight, status, ...facts } = JSON.parse(line);
    return JSON.stringify({ ...facts, status: 'failed', error: { code: codes[index], message: 'x' } });
  });
  fs.writeFileSync(manifest, `${[header, ...failed].join('\n')}\n`);
  expect(await run(folder)).toMatchObject({ made: 3, failed: 0, known: 0 });
  expect(files).toHaveLength(3);
});

test('another box, or another version of the renderer, redoes all, known failures too; the way back costs nothing', async () => {
  const { folder, out } = await photoFolder(3);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await run(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const before = fs.readFileSync(manifest, 'utf8');
  expect(await run(folder, { size: 50 })).toMatchObject({ made: 3, failed: 1, known: 0, unchanged: 0 });
  await run(folder);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
  const digest: unknown = JSON.parse(before.slice(0, before.indexOf('\n'))).options;
  fs.writeFileSync(manifest, before.replace(String(digest), '0'.repeat(64)));
  expect(await run(folder)).toMatchObject({ made: 3, failed: 1, known: 0, unchanged: 0 });
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
});

test('what reads JPEGs is part of the options: libvips instead of our own reader redoes all', async () => {
  const { folder } = await photoFolder(3);
  expect(await run(folder)).toMatchObject({ made: 3 });
  vi.stubEnv('THUMBS_JPEG', 'libvips');
  expect(await run(folder)).toMatchObject({ made: 3, unchanged: 0 });
  expect(await run(folder)).toMatchObject({ made: 0, unchanged: 3 });
});

test('a run with other options that is stopped costs only what it has done', async () => {
  const { folder, out } = await photoFolder(200);
  await run(folder);
  const { child, finished } = await startRun(['photos', '-s', '50', '-w', '1'], { cwd: folder });
  child.kill('SIGINT');
  expect((await finished).code).toBe(130);
  const other = recordsIn(out).filter(({ options }) => options === undefined).length;
  expect(other).toBeGreaterThan(0);
  expect(other).toBeLessThan(200);
  expect(await run(folder)).toMatchObject({ made: other, unchanged: 200 - other });
  await expectSound(out);
});

test('a run that is killed goes on from what its manifest holds', async () => {
  const { folder, out } = await photoFolder(200);
  const { child, finished } = await startRun(['photos', '-w', '2'], { cwd: folder });
  child.kill('SIGKILL');
  await finished;
  const held = recordsIn(out).length;
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThan(200);
  const { code, events } = await thumbsJson(['photos'], { cwd: folder });
  expect(code).toBe(0);
  expect(events.at(-1)).toMatchObject({ made: 200 - held, unchanged: held });
  await expectSound(out);
});

test('a removed photo leaves the manifest when its folder is covered, and its thumbnail stays until --prune', async () => {
  const folder = temporaryFolder();
  await writePhotos(path.join(folder, 'photos/a'), 3);
  await writePhotos(path.join(folder, 'photos/b'), 2);
  const out = path.join(folder, 'thumbnails');
  for (const name of fs.readdirSync(path.join(folder, 'photos/b')))
    fs.renameSync(path.join(folder, 'photos/b', name), path.join(folder, 'photos/b', `b-${name}`));
  fs.writeFileSync(path.join(folder, 'photos/b/b-photo-1.jpg'), await jpeg(30));
  fs.writeFileSync(path.join(folder, 'photos/b/b-photo-2.jpg'), await jpeg(31));
  await run(folder);
  fs.rmSync(path.join(folder, 'photos/a/photo-1.jpg'));
  fs.rmSync(path.join(folder, 'photos/b/b-photo-1.jpg'));
  const runB = await thumbsJson(['photos/b'], { cwd: folder });
  expect(runB.events.at(-1)).toMatchObject({ photos: 1, unchanged: 1, removed: 1 });
  expect(recordsIn(out).map(({ source }) => path.basename(source))).toEqual([
    'photo-1.jpg',
    'photo-2.jpg',
    'photo-3.jpg',
    'b-photo-2.jpg',
  ]);
  expect(fs.readdirSync(out).filter((name) => name.endsWith('.png'))).toHaveLength(5);
  const { code, stderr } = await thumbs(['photos', '--prune'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^3 unchanged: /);
  expect(stderr).toMatch(/^1 photo left the manifest: /m);
  expect(stderr).toMatch(/^2 files pruned, [\d.]+ kB freed$/m);
  expect(fs.readdirSync(out).filter((name) => name.endsWith('.png'))).toHaveLength(3);
  await expectSound(out);
});

test('a stopped run prunes nothing', async () => {
  const { folder, out } = await photoFolder(200);
  const leftover = path.join(out, `${'0'.repeat(64)}.png`);
  fs.mkdirSync(out);
  fs.writeFileSync(leftover, 'x');
  const { child, finished } = await startRun(['photos', '-w', '1', '--prune'], { cwd: folder });
  child.kill('SIGINT');
  expect((await finished).code).toBe(130);
  expect(fs.existsSync(leftover)).toBe(true);
});

test('a byte of a thumbnail that is mutated is not seen by size; --force mends it', async () => {
  const { folder, out } = await photoFolder(2);
  await run(folder);
  mutate(thumbnailOf(out, 'photo-1.jpg'), 300);
  expect(await run(folder)).toMatchObject({ unchanged: 2, forks: 0 });
  await run(folder, { force: true });
  await expectSound(out);
});

test('a manifest with one byte of a record changed ends as it was, or is refused and left alone', async () => {
  const { folder, out } = await photoFolder(1);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await run(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const whole = fs.readFileSync(manifest);
  const expected = recordsIn(out).map(reliedUpon);
  const from = whole.indexOf('\n') + 1;
  const outcomes = { mended: 0, refused: 0, unseen: 0 };
  for (let at = from; at < whole.length - 1; at += 7) {
    fs.writeFileSync(manifest, whole);
    mutate(manifest, at);
    const damaged = fs.readFileSync(manifest);
    try {
      await run(folder);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'MANIFEST',
        message: expect.stringMatching(/line [23] is not a record/),
      });
      expect(fs.readFileSync(manifest)).toEqual(damaged);
      outcomes.refused += 1;
      continue;
    }
    if (fs.readFileSync(manifest).equals(whole)) {
      outcomes.mended += 1;
      continue;
    }
    // What only tells of a photo is compared with nothing; and a source that never was, elsewhere, stays on record.
    const records = recordsIn(out).filter(({ source }) => source.startsWith('../photos/'));
    expect(records.map(reliedUpon)).toEqual(expected);
    outcomes.unseen += 1;
  }
  expect(outcomes.mended).toBeGreaterThan(20);
  expect(outcomes.refused).toBeGreaterThan(20);
}, 300_000);

/** What a run relies upon of a record. */
function reliedUpon(record: ManifestRecord): unknown {
  const { source, status, sourceBytes, sourceMtimeMs, sourceMtimeNs } = record;
  const result =
    record.status === 'failed'
      ? record.error.code
      : record.thumbnails.map(({ file, bytes }) => [file, bytes]);
  return { source, status, sourceBytes, sourceMtimeMs, sourceMtimeNs, result };
}
