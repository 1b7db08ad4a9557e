// Manifests of earlier versions of thumbs, of sharp and of decoders, by the real command.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { setTime } from '../../support/file-changes.js';
import { expectSound, outcomesOf, recordsIn } from '../../support/output.js';
import { damagedImages, projectFolder, sampleImages } from '../../support/paths.js';
import { temporaryFolder } from '../../support/photos.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';

const VERSION_1 = path.join(projectFolder, 'test/fixtures/manifests/version-1.jsonl');

/** The photos of the held manifest of version 1, in `photos` of a new folder, as they were then. */
function photosOfVersion1(): { folder: string; out: string; manifest: string } {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  fs.mkdirSync(photos);
  const names = ['alpha.png', 'alpha.webp', 'cmyk.jpg', 'embedded-thumbnail.heic', 'raw.cr3'];
  const files = [
    ...names.map((name) => path.join(sampleImages, name)),
    path.join(damagedImages, 'truncated.jpg'),
  ];
  for (const file of files) {
    const copy = path.join(photos, path.basename(file));
    fs.copyFileSync(file, copy);
    setTime(copy, 1_700_000_000);
  }
  const out = path.join(folder, 'thumbnails');
  return { folder, out, manifest: path.join(out, 'manifest.jsonl') };
}

/** The same, with the thumbnails and the manifest of version 1; and the manifest that a run of today writes. */
async function outputOfVersion1(): Promise<ReturnType<typeof photosOfVersion1> & { today: string }> {
  const place = photosOfVersion1();
  await thumbs(['photos'], { cwd: place.folder });
  const today = fs.readFileSync(place.manifest, 'utf8');
  fs.copyFileSync(VERSION_1, place.manifest);
  return { ...place, today };
}

interface Header {
  version: number;
  readonly decoders: Record<string, string>;
  readonly versions: Record<string, string>;
}

/** Writes the header as an earlier version of something would have written it. */
function changeHeader(manifest: string, change: (header: Header) => void): void {
  const [first = '', ...lines] = fs.readFileSync(manifest, 'utf8').split('\n');
  const header: Header = JSON.parse(first);
  change(header);
  fs.writeFileSync(manifest, [JSON.stringify(header), ...lines].join('\n'));
}

/** A decoder's digest with other versions. */
function ofOtherVersions(digest: string): string {
  return digest.slice(0, 32) + '0'.repeat(32);
}

function makeOlder(manifest: string, formats?: readonly string[]): void {
  changeHeader(manifest, (header) => {
    for (const format of formats ?? Object.keys(header.decoders))
      header.decoders[format] = ofOtherVersions(header.decoders[format] ?? '');
    header.versions[formats === undefined ? 'sharp' : 'heic libheif-js'] =
      formats === undefined ? '0.30.0' : '1.0.0';
  });
}

test('a manifest of version 1 is carried over: no thumbnail is made, and it becomes that of a run of today', async () => {
  const { folder, out, manifest, today } = await outputOfVersion1();
  const { code, events, stderr } = await thumbsJson(['photos'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).not.toContain('anew');
  expect(events.at(-1)).toMatchObject({ made: 0, unchanged: 5, known: 1 });
  expect(fs.readFileSync(manifest, 'utf8')).toBe(today);
  await expectSound(out);
});

test('a variant beside that of version 1 is made alone, and another size makes all anew', async () => {
  const { folder } = await outputOfVersion1();
  const added = await thumbsJson(['photos', '-s', '200', '-s', '90,format=webp'], { cwd: folder });
  expect(added.events.at(-1)).toMatchObject({ made: 5, done: 5 });
  const other = await outputOfVersion1();
  const { events, stderr } = await thumbsJson(['photos', '-s', '90'], { cwd: other.folder });
  expect(events.at(-1)).toMatchObject({ made: 5, unchanged: 0 });
  expect(stderr).not.toContain('anew');
});

test('a manifest of version 1 serves verify, prune, find and the dry run as it is', async () => {
  const { folder, manifest } = await outputOfVersion1();
  const before = fs.readFileSync(manifest);
  const verified = await thumbs(['verify'], { cwd: folder });
  expect([verified.code, verified.stderr]).toEqual([0, expect.stringContaining('5 thumbnails verified')]);
  expect((await thumbs(['prune'], { cwd: folder })).stderr).toContain('0 files pruned');
  const found = await thumbs(['find', 'raw.cr3'], { cwd: folder });
  expect(fs.existsSync(path.join(folder, found.stdout.trim()))).toBe(true);
  const planned = await thumbs(['photos', '--dry-run'], { cwd: folder });
  expect(planned.stderr).toMatch(/ 5 unchanged/);
  expect(fs.readFileSync(manifest)).toEqual(before);
});

test('verify --repair of a manifest of version 1 makes again what is damaged, and nothing else', async () => {
  const { folder, out } = await outputOfVersion1();
  const [record] = recordsIn(out);
  if (record?.status !== 'done') throw new Error('Expected a thumbnail');
  fs.appendFileSync(path.join(out, record.thumbnails[0]?.file ?? ''), 'x');
  await thumbs(['verify', '--repair'], { cwd: folder });
  const { events } = await thumbsJson(['photos'], { cwd: folder });
  expect(events.at(-1)).toMatchObject({ made: 1, unchanged: 4 });
  await expectSound(out);
});

test('a newer sharp makes all anew, and the run says so first', async () => {
  const { folder, out, manifest, today } = await outputOfVersion1();
  fs.writeFileSync(manifest, today);
  makeOlder(manifest);
  const dry = await thumbs(['photos', '--dry-run'], { cwd: folder });
  expect(dry.stderr.split('\n')[0]).toMatch(/^5 of 6 anew: sharp 0\.30\.0 -> \d/);
  const run = await thumbs(['photos', '-v'], { cwd: folder });
  expect(run.stderr.split('\n')[0]).toMatch(
    /^5 of 6 anew: sharp 0\.30\.0 -> \d+\.\d+\.\d+ \(--keep-versions/,
  );
  expect(run.stderr).toContain('5 thumbnails made');
  expect(fs.readFileSync(manifest, 'utf8')).toBe(today);
  await expectSound(out);
});

test('--keep-versions makes only what is new or changed, and the next run still knows the versions', async () => {
  const { folder, manifest, today } = await outputOfVersion1();
  fs.writeFileSync(manifest, today);
  makeOlder(manifest);
  fs.copyFileSync(path.join(sampleImages, 'flower.jpg'), path.join(folder, 'photos', 'new.jpg'));
  const kept = await thumbs(['photos', '--keep-versions'], { cwd: folder });
  expect(kept.stderr).toContain('1 thumbnail made, 5 unchanged');
  expect(kept.stderr).not.toContain('anew');
  const again = await thumbs(['photos', '--keep-versions'], { cwd: folder });
  expect(again.stderr).toContain('6 unchanged');
  const { stderr } = await thumbs(['photos'], { cwd: folder });
  expect(stderr.split('\n')[0]).toMatch(/^5 of 7 anew: sharp 0\.30\.0 -> /);
  expect(stderr).toContain('5 thumbnails made, 1 unchanged');
});

test('a newer decoder makes anew what it decodes, and nothing else', async () => {
  const { folder, manifest, today } = await outputOfVersion1();
  fs.writeFileSync(manifest, today);
  makeOlder(manifest, ['heic']);
  const { events, stderr } = await thumbsJson(['photos'], { cwd: folder });
  expect(stderr.split('\n')[0]).toMatch(/^1 of 6 anew: heic libheif-js 1\.0\.0 -> /);
  const made = Object.entries(outcomesOf(events)).filter(([, outcome]) => outcome === 'done');
  expect(made).toEqual([['embedded-thumbnail.heic', 'done']]);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(today);
});

test('a manifest of a version that is not known is refused and left unchanged', async () => {
  const { folder, manifest } = await outputOfVersion1();
  changeHeader(manifest, (header) => {
    header.version = 3;
  });
  const before = fs.readFileSync(manifest);
  const { code, stderr } = await thumbs(['photos'], { cwd: folder });
  expect([code, stderr]).toEqual([3, expect.stringContaining('version 3, newer than 2')]);
  expect(fs.readFileSync(manifest)).toEqual(before);
});
