import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createThumbnails, type SummaryEvent } from 'thumbs-pipeline';
import { expect, onTestFinished, test } from 'vitest';
import { thumbs, thumbsUnprivileged } from '../../support/command.js';
import { expectSound, failuresIn, recordsIn } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { jpeg, temporaryFolder, writePhotos } from '../../support/photos.js';

/** Runs the command over one photo that is well and whatever `prepare` adds; tells the failures. */
async function failuresOf(prepare: (photos: string) => unknown, args: readonly string[] = []) {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  const out = path.join(folder, 'out');
  fs.mkdirSync(photos);
  fs.writeFileSync(path.join(photos, 'well.jpg'), await jpeg(1));
  await prepare(photos);
  const { code, stderr } = await thumbs([photos, '-o', out, '-w', '2', ...args]);
  expect(recordsIn(out).filter(({ status }) => status === 'done')).toHaveLength(1);
  await expectSound(out);
  return { code, stderr, failures: failuresIn(out) };
}

const damaged: ReadonlyArray<readonly [name: string, code: string, cause: RegExp]> = [
  ['truncated.jpg', 'CORRUPT', /^the JPEG data is damaged: .*premature end/i],
  ['corrupt-entropy.jpg', 'CORRUPT', /^the JPEG data is damaged: /],
  ['header-only.jpg', 'CORRUPT', /^the JPEG data is damaged: /],
  ['truncated.png', 'CORRUPT', /^the PNG data is damaged: /],
  ['bad-crc.png', 'CORRUPT', /^the PNG data is damaged: /],
  ['truncated.webp', 'CORRUPT', /^the WEBP data is damaged: /],
  ['truncated.gif', 'CORRUPT', /^the GIF data is damaged: /],
  ['truncated.tif', 'CORRUPT', /^the TIFF data is damaged: /],
  ['truncated.avif', 'CORRUPT', /^the AVIF data is damaged: /],
  ['text-named.jpg', 'UNSUPPORTED', /^not a JPEG, PNG, WebP, GIF, TIFF or AVIF image; it looks like text$/],
  [
    'svg-named.jpg',
    'UNSUPPORTED',
    /^not a JPEG, PNG, WebP, GIF, TIFF or AVIF image; it looks like an SVG drawing$/,
  ],
  ['pdf-named.png', 'UNSUPPORTED', /^not a JPEG, .* image; it looks like a PDF document$/],
  ['heic-named.jpg', 'UNSUPPORTED', /^not a JPEG, .* image; it looks like an HEIC image/],
  ['zero-byte.jpg', 'CORRUPT', /^the file is empty$/],
  ['bomb.png', 'TOO_LARGE', /^20000 x 20000 pixels are more than the limit of 268402689$/],
  ['giant-header.jpg', 'TOO_LARGE', /^65500 x 65500 pixels are more than the limit of 268402689$/],
];

for (const [name, code, cause] of damaged) {
  test(`${name} is one record, ${code}, and the photo beside it is done`, async () => {
    const run = await failuresOf((photos) =>
      fs.copyFileSync(path.join(damagedImages, name), path.join(photos, name)),
    );
    expect(run.code).toBe(1);
    const message = expect.stringMatching(
      new RegExp(`^\\.\\./photos/${name}: ${cause.source.replace(/^\^/, '')}`, 'i'),
    );
    expect(run.failures).toEqual([[name, code, message]]);
    expect(run.stderr).toMatch(new RegExp(`^${code} .*${name}: `, 'm'));
  });
}

test('a folder, a named pipe and a socket under a photo name are reported, and what is in the folder is done', async () => {
  const server = net.createServer();
  onTestFinished(() => {
    server.close();
  });
  const run = await failuresOf(async (photos) => {
    fs.mkdirSync(path.join(photos, 'folder.jpg'));
    fs.renameSync(path.join(photos, 'well.jpg'), path.join(photos, 'folder.jpg', 'well.jpg'));
    execFileSync('mkfifo', [path.join(photos, 'pipe.jpg')]);
    await new Promise<void>((resolve) => server.listen(path.join(photos, 'socket.jpg'), resolve));
  });
  expect(run.failures).toEqual([
    ['folder.jpg', 'UNREADABLE', '../photos/folder.jpg: a folder, not a file'],
    ['pipe.jpg', 'UNREADABLE', '../photos/pipe.jpg: a named pipe, not a file'],
    ['socket.jpg', 'UNREADABLE', '../photos/socket.jpg: a socket, not a file'],
  ]);
});

test('limits refuse by pixels and by bytes, with the figures', async () => {
  const large = await jpeg(2, 800, 600);
  const run = await failuresOf(
    (photos) => fs.writeFileSync(path.join(photos, 'large.jpg'), large),
    ['--max-pixels', '400000'],
  );
  expect(run.failures).toEqual([
    ['large.jpg', 'TOO_LARGE', '../photos/large.jpg: 800 x 600 pixels are more than the limit of 400000'],
  ]);
  const small = await jpeg(1);
  const limit = (small.length + large.length) / 2 / 1e6;
  const second = await failuresOf(
    (photos) => fs.writeFileSync(path.join(photos, 'large.jpg'), large),
    ['--max-file-size', String(limit)],
  );
  expect(second.failures).toEqual([
    [
      'large.jpg',
      'TOO_LARGE',
      `../photos/large.jpg: ${large.length} bytes are more than the limit of ${Math.floor(limit * 1e6)}`,
    ],
  ]);
});

test('a file that vanishes between the walk and the reading is one record', async () => {
  const folder = temporaryFolder();
  const out = path.join(folder, 'out');
  const files = await writePhotos(path.join(folder, 'photos'), 6);
  const done: string[] = [];
  let summary: SummaryEvent | undefined;
  for await (const event of createThumbnails([path.join(folder, 'photos')], { out, workers: 1 })) {
    if (event.type === 'summary') summary = event;
    if (event.type !== 'done') continue;
    // One is done, and at most two more are in flight: the walk knows the others, and nobody has read them.
    if (done.length === 0) for (const file of files) if (file !== event.path) fs.rmSync(file);
    done.push(path.basename(event.path));
  }
  expect(summary?.photos).toBe(6);
  const gone = files.map((file) => path.basename(file)).filter((name) => !done.includes(name));
  expect(gone.length).toBeGreaterThanOrEqual(3);
  expect(failuresIn(out)).toEqual(
    gone.map((name) => [name, 'UNREADABLE', `../photos/${name}: no such file or directory (ENOENT)`]),
  );
});

test('an unreadable file is one record; an unreadable folder is reported and the rest is walked', async () => {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  fs.mkdirSync(path.join(photos, 'locked'), { recursive: true });
  for (const name of ['well.jpg', 'secret.jpg', 'locked/inside.jpg'])
    fs.writeFileSync(path.join(photos, name), await jpeg(4));
  fs.chmodSync(path.join(photos, 'secret.jpg'), 0);
  fs.chmodSync(path.join(photos, 'locked'), 0);
  const out = path.join(folder, 'out');
  const { code, stderr } = await thumbsUnprivileged([photos, '-o', out]);
  fs.chmodSync(path.join(photos, 'locked'), 0o755);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^UNREADABLE FOLDER .*locked: permission denied \(EACCES\)$/m);
  expect(failuresIn(out)).toEqual([
    ['secret.jpg', 'UNREADABLE', '../photos/secret.jpg: permission denied (EACCES)'],
  ]);
  expect(recordsIn(out)).toHaveLength(2);
});

test('an output folder that cannot be written, or is a file, ends the run with exit 3 before a consumer is forked', async () => {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  fs.mkdirSync(photos);
  fs.writeFileSync(path.join(photos, 'a.jpg'), await jpeg(5));
  fs.writeFileSync(path.join(folder, 'file'), 'mine');
  const { code, stderr } = await thumbs([photos, '-o', path.join(folder, 'file')]);
  expect([code, stderr]).toEqual([
    3,
    `thumbs: Cannot write to ${folder}/file: there is a file where the folder should be\n`,
  ]);
  expect(fs.readFileSync(path.join(folder, 'file'), 'utf8')).toBe('mine');
  fs.mkdirSync(path.join(folder, 'locked'), { mode: 0o555 });
  const locked = await thumbsUnprivileged([photos, '-o', path.join(folder, 'locked')]);
  expect(locked.code).toBe(3);
  expect(locked.stderr).toBe(`thumbs: Cannot write to ${folder}/locked: permission denied (EACCES)\n`);
});
