// What is read of a source: a RAW file's needed parts, any other file whole.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { xxhash128 } from 'hash-wasm';
import { expect, onTestFinished, test } from 'vitest';
import { type Loaded, load, prefetch } from '../../../src/consumer/loading.js';
import { workOn } from '../../../src/consumer/work.js';
import type { WorkOptions } from '../../../src/job.js';
import { families } from '../../support/images/raw/families.js';
import { rawContents, rawFile } from '../../support/images/raw/files.js';
import { giant } from '../../support/images/raw/hostile.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';
import { insideBox } from '../../support/variants.js';
import { workOptions } from '../../support/work-options.js';

const SIZE = 60_000_000;

function optionsFor(folder: string, more: Partial<WorkOptions> = {}): WorkOptions {
  return workOptions(folder, { variants: [insideBox(200)], maxBytes: 1e6, ...more });
}

/** A file of 60 MB, a made RAW file at its beginning, and nothing on the disk behind it. */
async function largeRaw(folder: string, extension: string): Promise<string> {
  const file = path.join(folder, `photo.${extension}`);
  fs.writeFileSync(file, await rawFile(extension));
  fs.truncateSync(file, SIZE);
  return file;
}

/** Every read of a file from now on: its offset and the bytes that it gave. */
async function readsFromNowOn(): Promise<Array<{ offset: number; bytes: number }>> {
  const handle = await open('.');
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const { read } = prototype;
  const reads: Array<{ offset: number; bytes: number }> = [];
  const replacement = async function (this: FileHandle, ...args: [Buffer, number, number, number]) {
    const result = await Reflect.apply(read, this, args);
    reads.push({ offset: args[3], bytes: result.bytesRead });
    return result;
  };
  Object.assign(prototype, { read: replacement });
  onTestFinished(() => {
    prototype.read = read;
  });
  return reads;
}

function requireLoaded(loaded: Awaited<ReturnType<typeof prefetch>>): Loaded {
  if (loaded?.status !== 'loaded') throw new Error(`Expected a loaded source, got ${JSON.stringify(loaded)}`);
  return loaded;
}

for (const extension of Object.keys(families))
  test(`of a 60-MB ${extension} a few hundred kB are read in a few reads, and its thumbnail is made of them`, async () => {
    const folder = temporaryFolder();
    const file = await largeRaw(folder, extension);
    const options = optionsFor(folder);
    const reads = await readsFromNowOn();
    const loaded = requireLoaded(await prefetch({ path: file, task: 'make' }, options));
    expect(reads.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(300_000);
    expect(reads.length).toBeLessThan(12);
    const outcome = await workOn({ task: 'make', exclusive: false }, loaded, options);
    expect(outcome).toMatchObject({
      status: 'done',
      sourceFormat: 'raw',
      thumbnails: [{ from: 'preview' }],
      sourceBytes: SIZE,
    });
  });

test('sourcePartialXxh128 is XXH128 of the size and of the first, the middle and the last 64 KiB', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'photo.nef');
  const bytes = Buffer.concat([await rawFile('nef'), Buffer.alloc(300_001, 'sensor')]);
  fs.writeFileSync(file, bytes);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(bytes.length));
  const middle = Math.floor((bytes.length - 65_536) / 2);
  const parts = [bytes.subarray(0, 65_536), bytes.subarray(middle, middle + 65_536), bytes.subarray(-65_536)];
  const identified = await load({ path: file, task: 'identify' }, optionsFor(folder));
  expect(identified).toMatchObject({
    status: 'identified',
    sourceBytes: bytes.length,
    sourcePartialXxh128: await xxhash128(Buffer.concat([size, ...parts])),
  });
});

test('a RAW file has the same content whether it is read in parts or whole, by another name', async () => {
  const folder = temporaryFolder();
  const options = optionsFor(folder);
  for (const extension of ['nef', 'cr3', 'raf']) {
    for (const behind of [0, 400_000]) {
      const bytes = Buffer.concat([await rawFile(extension), Buffer.alloc(behind, 'sensor')]);
      const [inParts, whole] = [path.join(folder, `a.${extension}`), path.join(folder, 'a.tif')];
      for (const file of [inParts, whole]) fs.writeFileSync(file, bytes);
      const outcomes = [];
      for (const file of [inParts, whole]) {
        const loaded = requireLoaded(await load({ path: file, task: 'make' }, options));
        expect(Buffer.isBuffer(loaded.image)).toBe(file === whole);
        const {
          sourceMtimeMs: _,
          sourceMtimeNs: __,
          ...outcome
        } = (await workOn({ task: 'make', exclusive: false }, loaded, options)) as {
          sourceMtimeMs?: number;
          sourceMtimeNs?: string;
          sourcePartialXxh128?: string;
        };
        outcomes.push(outcome);
      }
      expect(outcomes[0]).toEqual(outcomes[1]);
      expect(outcomes[0]?.sourcePartialXxh128).toMatch(/^[0-9a-f]{32}$/);
    }
  }
});

test('a RAW file without a usable preview is UNSUPPORTED, with its reason and its content', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'photo.dng');
  const bytes = await rawFile('dng');
  fs.writeFileSync(file, bytes.subarray(0, bytes.indexOf('ffd8ffdb', 0, 'hex')));
  expect(await load({ path: file, task: 'make' }, optionsFor(folder))).toMatchObject({
    status: 'failed',
    code: 'UNSUPPORTED',
    reason: 'a RAW file with no usable preview',
    sourcePartialXxh128: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
});

test('a JPEG under a RAW name is read whole, and is a JPEG', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'photo.nef');
  fs.writeFileSync(file, await jpeg(1));
  const options = optionsFor(folder);
  const loaded = requireLoaded(await load({ path: file, task: 'make' }, options));
  const outcome = await workOn({ task: 'make', exclusive: false }, loaded, options);
  expect(outcome).toMatchObject({ status: 'done', sourceFormat: 'jpeg', sourceXxh128: expect.any(String) });
});

test('the limit of bytes is for what is read: a RAW file may have more, its preview may not', async () => {
  const folder = temporaryFolder();
  const file = await largeRaw(folder, 'arw');
  const job = { path: file, task: 'make' } as const;
  expect(await load(job, optionsFor(folder, { maxBytes: 10_000 }))).toMatchObject({ status: 'loaded' });
  expect(await load(job, optionsFor(folder, { maxBytes: 1000 }))).toMatchObject({
    status: 'failed',
    code: 'TOO_LARGE',
    limit: { maxBytes: 1000 },
  });
});

test('a preview of more than 32 MB is not read ahead, but when its job runs', async () => {
  const folder = temporaryFolder();
  const contents = await rawContents();
  const large = Buffer.concat([giant(contents.medium), Buffer.alloc(33_000_000)]);
  const file = path.join(folder, 'photo.iiq');
  fs.writeFileSync(file, families.iiq?.({ ...contents, medium: large }) ?? '');
  const options = optionsFor(folder, { maxBytes: 1e9 });
  expect(await prefetch({ path: file, task: 'make' }, options)).toBeUndefined();
  expect(await load({ path: file, task: 'make' }, options)).toMatchObject({ status: 'loaded' });
});

test('an empty file under a RAW name is CORRUPT, and a folder is UNREADABLE', async () => {
  const folder = temporaryFolder();
  const [empty, inner] = [path.join(folder, 'empty.cr2'), path.join(folder, 'folder.cr2')];
  fs.writeFileSync(empty, '');
  fs.mkdirSync(inner);
  const outcome = (file: string) => load({ path: file, task: 'make' }, optionsFor(folder));
  expect(await outcome(empty)).toMatchObject({ code: 'CORRUPT', reason: 'the file is empty' });
  expect(await outcome(inner)).toMatchObject({ code: 'UNREADABLE' });
});

test('a RAW file that changes between two of its reads is CHANGED, whatever was found in it', async () => {
  const folder = temporaryFolder();
  const file = await largeRaw(folder, 'nef');
  const handle = await open('.');
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const { read } = prototype;
  onTestFinished(() => {
    prototype.read = read;
  });
  for (const change of [() => fs.appendFileSync(file, 'more'), () => fs.truncateSync(file, 1000)]) {
    let reads = 0;
    const replacement = async function (this: FileHandle, ...args: [Buffer, number, number, number]) {
      const result = await Reflect.apply(read, this, args);
      reads += 1;
      if (reads === 2) change();
      return result;
    };
    fs.utimesSync(file, 1, 1);
    Object.assign(prototype, { read: replacement });
    const outcome = await load({ path: file, task: 'make' }, optionsFor(folder));
    expect(outcome).toMatchObject({ code: 'CHANGED', reason: 'the file changed while it was read' });
    prototype.read = read;
  }
});

test('a small source is read at once when its job runs, and not before', async () => {
  const file = path.join(temporaryFolder(), 'photo.jpg');
  fs.writeFileSync(file, await jpeg(1));
  fs.utimesSync(file, 1, 1);
  const bytes = fs.statSync(file).size;
  const options = optionsFor(path.dirname(file));
  const job = { path: file, task: 'make', bytes } as const;
  // After a slow read, of whatever test, some sources are prefetched.
  while ((await prefetch(job, options)) !== undefined);
  const reads = await readsFromNowOn();
  expect(await prefetch(job, options)).toBeUndefined();
  const loaded = requireLoaded(await load(job, options));
  expect(reads).toEqual([]);
  expect(loaded).toEqual(requireLoaded(await load({ path: file, task: 'make' }, options)));
  expect(reads).toHaveLength(1);
});

test('what is wrong with a small source is what it would be with a large one', async () => {
  const folder = temporaryFolder();
  const inFolder = (name: string) => path.join(folder, name);
  for (const name of ['empty.jpg', 'large.jpg', 'new.jpg']) fs.writeFileSync(inFolder(name), '');
  fs.truncateSync(inFolder('large.jpg'), 1001);
  for (const name of ['empty.jpg', 'large.jpg']) fs.utimesSync(inFolder(name), 1, 1);
  fs.mkdirSync(inFolder('folder.jpg'));
  execFileSync('mkfifo', [inFolder('pipe.jpg')]);
  const options = optionsFor(folder, { maxBytes: 1000 });
  const codes: string[] = [];
  for (const name of ['empty.jpg', 'large.jpg', 'missing.jpg', 'folder.jpg', 'pipe.jpg']) {
    const job = { path: inFolder(name), task: 'make' } as const;
    const outcome = await load({ ...job, bytes: 10 }, options);
    expect(outcome).toEqual(await load(job, options));
    codes.push('code' in outcome ? outcome.code : outcome.status);
  }
  expect(codes).toEqual(['CORRUPT', 'TOO_LARGE', 'UNREADABLE', 'UNREADABLE', 'UNREADABLE']);
});

test('a small source that was written just now is read when any further write would show', async () => {
  const file = path.join(temporaryFolder(), 'photo.jpg');
  const options = optionsFor(path.dirname(file));
  fs.writeFileSync(file, 'some bytes');
  const loading = load({ path: file, task: 'make', bytes: 10 }, options);
  fs.writeFileSync(file, 'SAME BYTES');
  expect(requireLoaded(await loading).image.toString()).toBe('SAME BYTES');
});
