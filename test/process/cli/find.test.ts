// What `thumbs find` prints, and its exit codes.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { FoundEvent, NotFoundEvent } from '../../../src/maintenance/find.js';
import type { ThumbsOptions } from '../../../src/options/options.js';
import { bytePhotos, recordedAs, testWithByteNames } from '../../support/byte-names.js';
import { runFolder } from '../../support/in-process/run.js';
import { recordsIn, thumbnailsIn } from '../../support/output.js';
import { command, damagedImages } from '../../support/paths.js';
import { makeTree, photoFolder } from '../../support/photos.js';
import { eventsOf, thumbs, thumbsJson } from '../../support/processes/command.js';
import { start, startInRemovedFolder } from '../../support/processes/processes.js';
import { testWithPrograms } from '../../support/requirements.js';

type FindEvent = FoundEvent | NotFoundEvent;

/** `photo-1.jpg` twice, `photo-2.jpg` once and a damaged one, after a run for two variants. */
async function finishedRun(options: ThumbsOptions = {}) {
  const { folder, out, files } = photoFolder(3);
  fs.mkdirSync(path.join(folder, 'photos/trip'));
  fs.renameSync(files[2] ?? '', path.join(folder, 'photos/trip/photo-1.jpg'));
  fs.copyFileSync(path.join(damagedImages, 'zero-byte.jpg'), path.join(folder, 'photos/empty.jpg'));
  await runFolder(folder, { size: ['100', '50,format=webp,name=small'], ...options });
  return { folder, out };
}

/** The thumbnails of a photo as its record has them, by their paths from the folder above `thumbnails`. */
function recordedFiles(out: string, source: string): string[] {
  const record = recordsIn(out).find((each) => each.source === source);
  return record?.status === 'done' ? record.thumbnails.map(({ file }) => `thumbnails/${file}`) : [];
}

const SECOND = '../photos/photo-2.jpg';

/** The lines of a text that ends with a line break. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

test('a photo is found by its path, whatever leads to it, by its path in the manifest, and by a name that it alone has', async () => {
  const { folder, out } = await finishedRun();
  makeTree(folder, ['folder-link -> photos', 'file-link.jpg -> photos/photo-2.jpg']);
  const names = [
    'photos/photo-2.jpg',
    './photos//trip/../photo-2.jpg',
    path.join(folder, 'photos/photo-2.jpg'),
    'folder-link/photo-2.jpg',
    'file-link.jpg',
    SECOND,
    'photo-2.jpg',
  ];
  const { code, stdout, stderr } = await thumbs(['find', ...names], { cwd: folder });
  const files = recordedFiles(out, SECOND);
  expect(files).toHaveLength(2);
  expect([code, linesOf(stdout), stderr]).toEqual([0, names.flatMap(() => files), '']);
});

test('a file name that is a path from here is that photo, although others have the name; thumbnails elsewhere have absolute paths', async () => {
  const { folder, out } = await finishedRun();
  const { code, stdout } = await thumbs(['find', 'photo-1.jpg', '-o', '../../thumbnails'], {
    cwd: path.join(folder, 'photos/trip'),
  });
  const files = recordedFiles(out, '../photos/trip/photo-1.jpg');
  expect([code, linesOf(stdout)]).toEqual([0, files.map((file) => path.join(folder, file))]);
});

test('a photo that does not exist any more is found while it is on record', async () => {
  const { folder, out } = await finishedRun();
  fs.rmSync(path.join(folder, 'photos/photo-2.jpg'));
  const { code, stdout } = await thumbs(['find', 'photos/photo-2.jpg'], { cwd: folder });
  expect([code, linesOf(stdout)]).toEqual([0, recordedFiles(out, SECOND)]);
});

test('photos that are ambiguous, unknown or failed are named with the reason, exit 1, and the others are printed', async () => {
  const { folder, out } = await finishedRun();
  const names = ['photo-1.jpg', 'photos/gone.jpg', 'gone.jpg', 'photos', 'empty.jpg', 'photo-2.jpg'];
  const { code, stdout, stderr } = await thumbs(['find', ...names], { cwd: folder });
  expect([code, linesOf(stdout), linesOf(stderr)]).toEqual([
    1,
    recordedFiles(out, SECOND),
    [
      'thumbs: photo-1.jpg: 2 photos have this name: ../photos/photo-1.jpg, ../photos/trip/photo-1.jpg',
      'thumbs: photos/gone.jpg: it is not in the manifest',
      'thumbs: gone.jpg: it is not in the manifest',
      'thumbs: photos: it is not in the manifest',
      'thumbs: empty.jpg: it failed: the file is empty',
    ],
  ]);
});

test('--variant prints that thumbnail alone; an unknown one is named with those that there are, exit 1', async () => {
  const { folder, out } = await finishedRun();
  const find = (variant: string) => thumbs(['find', 'photo-2.jpg', '--variant', variant], { cwd: folder });
  const small = recordedFiles(out, SECOND).filter((file) => file.endsWith('.webp'));
  expect(await find('small')).toMatchObject({ code: 0, stdout: `${small.join()}\n`, stderr: '' });
  expect(await find('large')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'thumbs: photo-2.jpg: it has no variant large, only 100x100, small\n',
  });
});

test('-0 ends each path with NUL, so that a folder with a line break in its name costs none', async () => {
  const out = 'two\nlines';
  const { folder } = photoFolder(2);
  await runFolder(folder, { out: path.join(folder, out) });
  const { code, stdout } = await thumbs(['find', 'photo-1.jpg', 'photo-2.jpg', '-0', '-o', out], {
    cwd: folder,
  });
  expect([code, stdout.endsWith('\0')]).toEqual([0, true]);
  const found = stdout.slice(0, -1).split('\0');
  expect(found.sort()).toEqual(
    thumbnailsIn(path.join(folder, out))
      .map((file) => `${out}/${file}`)
      .sort(),
  );
});

test('--json has an event for each photo, with absolute paths and sizes; what is not found is on stderr as well', async () => {
  const { folder, out } = await finishedRun();
  const { code, stderr, events } = await thumbsJson<FindEvent>(['find', 'photos/photo-2.jpg', 'gone.jpg'], {
    cwd: folder,
  });
  const files = recordedFiles(out, SECOND).map((file) => path.join(folder, file));
  expect([code, stderr]).toEqual([1, 'thumbs: gone.jpg: it is not in the manifest\n']);
  expect(events).toEqual([
    {
      type: 'found',
      photo: 'photos/photo-2.jpg',
      source: SECOND,
      thumbnails: [
        { path: files[0], variant: '100x100', width: 100, height: 75, bytes: sizeOf(files[0]) },
        { path: files[1], variant: 'small', width: 50, height: 38, bytes: sizeOf(files[1]) },
      ],
    },
    { type: 'not-found', photo: 'gone.jpg', reason: 'it is not in the manifest' },
  ]);
});

function sizeOf(file = ''): number {
  return fs.statSync(file).size;
}

test('it takes the manifest of -m and the folder of -o; without a manifest it is one line and exit 3', async () => {
  const { folder } = photoFolder(1);
  const place = { out: path.join(folder, 'out'), manifest: path.join(folder, 'kept/all.jsonl') };
  await runFolder(folder, place);
  const find = (...args: string[]) => thumbs(['find', 'photo-1.jpg', '-o', 'out', ...args], { cwd: folder });
  const [file] = thumbnailsIn(place.out);
  expect(await find('-m', 'kept/all.jsonl')).toMatchObject({ code: 0, stdout: `out/${file}\n` });
  const error = `Cannot read the manifest ${folder}/out/manifest.jsonl: no such file or directory (ENOENT)`;
  expect(await find()).toMatchObject({ code: 3, stdout: '', stderr: `thumbs: ${error}\n` });
  expect(eventsOf((await find('--json')).stdout)).toEqual([
    { type: 'error', code: 'MANIFEST', message: error },
  ]);
});

for (const layout of ['flat', 'sharded'] as const) {
  test(`every path that it prints of a ${layout} folder exists, and all thumbnails of the run are among them`, async () => {
    const { folder, out } = await finishedRun({ layout });
    const photos = ['photos/photo-1.jpg', 'photos/photo-2.jpg', 'photos/trip/photo-1.jpg'];
    const { code, stdout } = await thumbs(['find', ...photos], { cwd: folder });
    const files = thumbnailsIn(out).map((file) => `thumbnails/${file}`);
    expect(files).toHaveLength(6);
    expect(files.every((file) => file.includes('/', 'thumbnails/'.length) === (layout === 'sharded'))).toBe(
      true,
    );
    expect([code, linesOf(stdout).sort()]).toEqual([0, files.sort()]);
  });
}

test('names with control characters are escaped in messages: each is one line', async () => {
  const { folder, files } = photoFolder(2);
  for (const [index, inner] of ['\u001b[31mred', 'two\nlines'].entries()) {
    fs.mkdirSync(path.join(folder, 'photos', inner));
    fs.renameSync(files[index] ?? '', path.join(folder, 'photos', inner, 'same.jpg'));
  }
  await runFolder(folder);
  const { code, stderr } = await thumbs(['find', 'same.jpg', 'gone\u001b[31m\n.jpg'], { cwd: folder });
  expect([code, linesOf(stderr)]).toEqual([
    1,
    [
      String.raw`thumbs: same.jpg: 2 photos have this name: ../photos/\u001b[31mred/same.jpg, ../photos/two\u000alines/same.jpg`,
      String.raw`thumbs: gone\u001b[31m\u000a.jpg: it is not in the manifest`,
    ],
  ]);
});

test('a reason that the manifest has is escaped as well', async () => {
  const { folder, out } = await finishedRun();
  const manifest = path.join(out, 'manifest.jsonl');
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, text.replace(/empty\.jpg: [^"]*/, 'empty.jpg: \\u001b[31mred\\nand more'));
  const { code, stderr } = await thumbs(['find', 'empty.jpg'], { cwd: folder });
  expect([code, linesOf(stderr)]).toEqual([
    1,
    [String.raw`thumbs: empty.jpg: it failed: \u001b[31mred\u000aand more`],
  ]);
});

testWithPrograms('script')(
  'on a terminal a path is text that is safe there; in a pipe it is the path itself',
  async () => {
    const out = '\u001b[31mred';
    const { folder } = photoFolder(1);
    await runFolder(folder, { out: path.join(folder, out) });
    const args = ['find', 'photo-1.jpg', '-o', out];
    const [file] = thumbnailsIn(path.join(folder, out));
    expect((await thumbs(args, { cwd: folder })).stdout).toBe(`${out}/${file}\n`);
    const line = '"$NODE" "$COMMAND" find photo-1.jpg -o "$OUT"';
    const env = { NODE: process.execPath, COMMAND: command, OUT: out };
    const { stdout } = await start('script', ['-qec', line, '/dev/null'], { cwd: folder, env }).finished;
    expect(stdout).toBe(`${String.raw`\u001b[31mred`}/${file}\r\n`);
  },
);

testWithByteNames(
  'photos whose names are not UTF-8 are found by their bytes, and shown without half a character',
  async () => {
    const names = ['caf\xe9/a.jpg', 'caf\xe8/a.jpg', '\xc4.jpg'];
    const { folder, out } = await bytePhotos(names);
    await runFolder(folder);
    const script = String.raw`cd "$0" && "$NODE" "$COMMAND" find "$@" photos/caf*/a.jpg "$(printf '\304').jpg" photos/br*ken.jpg a.jpg`;
    const env = { NODE: process.execPath, COMMAND: command };
    const find = (...args: string[]) => start('sh', ['-c', script, folder, ...args], { env }).finished;
    const { code, stdout, stderr } = await find('--json');
    const events = eventsOf<FindEvent>(stdout);
    const sources = [names[1], names[0], names[2]].map((name) => recordedAs(`../photos/${name}`));
    const files = sources.map(({ source, sourceNameBase64 }) => {
      const found = recordsIn(out).find((record) => record.sourceNameBase64 === sourceNameBase64);
      const [first] = found?.status === 'done' ? found.thumbnails : [];
      return { source, file: path.join(out, first?.file ?? 'none') };
    });
    expect(code).toBe(1);
    expect(events.flatMap((event) => (event.type === 'found' ? [event] : []))).toMatchObject(
      files.map(({ source, file }) => ({ source, thumbnails: [{ path: file }] })),
    );
    expect(events.every(({ photo }) => photo.isWellFormed())).toBe(true);
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(/^thumbs: photos\/br\ufffdken\.jpg: it failed: not a JPEG/),
      'thumbs: a.jpg: 2 photos have this name: ../photos/caf\ufffd/a.jpg, ../photos/caf\ufffd/a.jpg',
    ]);
    expect(linesOf((await find()).stdout)).toEqual(files.map(({ file }) => path.relative(folder, file)));
  },
);

test('in a folder that was removed an absolute path is found, and a relative one is no fault of the program', async () => {
  const { folder, out } = await finishedRun();
  const find = (photo: string) => {
    const gone = fs.mkdtempSync(path.join(folder, 'gone-'));
    const args = [command, 'find', photo, '-o', out, '-m', path.join(out, 'manifest.jsonl')];
    return startInRemovedFolder(gone, process.execPath, args).finished;
  };
  const files = recordedFiles(out, SECOND).map((file) => path.join(folder, file));
  const absolute = await find(path.join(folder, 'photos/photo-2.jpg'));
  expect([absolute.code, linesOf(absolute.stdout)]).toEqual([0, files]);
  const relative = await find('photos/photo-2.jpg');
  expect([relative.code, linesOf(relative.stderr)]).toEqual([
    expect.toBeOneOf([1, 2]),
    [expect.stringMatching(/^thumbs: .*photos\/photo-2\.jpg/)],
  ]);
});
