import fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Source } from '../../../src/files/source.js';
import { releaseBuffer } from '../../../src/files/source-buffers.js';
import { temporaryFolder } from '../../support/photos.js';

function fileWith(text: string): string {
  const file = path.join(temporaryFolder(), 'photo.jpg');
  fs.writeFileSync(file, text);
  return file;
}

test('a source has the bytes of one state of the file, with its size and time', async () => {
  const file = fileWith('some bytes');
  const source = await Source.open(file);
  expect((await source.read(100)).toString()).toBe('some bytes');
  const { mtimeNs } = fs.statSync(file, { bigint: true });
  expect(source.facts).toEqual({
    sourceBytes: 10,
    sourceMtimeMs: Number(mtimeNs / 1_000_000n),
    sourceMtimeNs: String(mtimeNs),
  });
  await source.close();
});

test('a released buffer is used again, cut to the next file’s size; buffers in use keep their bytes', async () => {
  const readText = async (text: string) => {
    const source = await Source.open(fileWith(text));
    const bytes = await source.read(100);
    await source.close();
    return bytes;
  };
  const first = await readText('a long text, the first');
  const second = await readText('another');
  expect([first, second].map(String)).toEqual(['a long text, the first', 'another']);
  releaseBuffer(first);
  const third = await readText('short');
  expect(third.buffer).toBe(first.buffer);
  expect([second, third].map(String)).toEqual(['another', 'short']);
});

const changes: Readonly<Record<string, (file: string) => void>> = {
  'is cut': (file) => fs.truncateSync(file, 3),
  grows: (file) => fs.appendFileSync(file, 'more'),
  // Soon after the file was made: within one tick of the file system's clock both writes would have one time.
  'is overwritten with as many bytes': (file) => fs.writeFileSync(file, 'SAME bytes', { flag: 'r+' }),
  'is truncated and written again': (file) => fs.writeFileSync(file, 'SAME bytes'),
};

const moments: Readonly<Record<string, (change: () => void) => Promise<void>>> = {
  'before it is read': async (change) => change(),
  'between two pieces of its bytes': (change) => afterRead(4, change),
  'after its last byte was read': (change) => afterRead(10, change),
};

/** Makes the next read of any file return `length` bytes, and calls `change` after it. */
async function afterRead(length: number, change: () => void): Promise<void> {
  const handle = await open('.');
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const { read } = prototype;
  const replacement = async function (this: FileHandle, buffer: Buffer, offset: number) {
    prototype.read = read;
    const result = await this.read(buffer, offset, length, offset);
    change();
    return result;
  };
  Object.assign(prototype, { read: replacement });
  onTestFinished(() => {
    prototype.read = read;
  });
}

for (const [what, change] of Object.entries(changes)) {
  for (const [when, at] of Object.entries(moments)) {
    test(`a file that ${what} ${when} is CHANGED`, async () => {
      const file = fileWith('some bytes');
      const source = await Source.open(file);
      await at(() => change(file));
      await expect(source.read(100)).rejects.toMatchObject({
        code: 'CHANGED',
        message: 'the file changed while it was read',
      });
      await source.close();
    });
  }
}

test('a file that grows is CHANGED although its time is set back', async () => {
  const file = fileWith('some bytes');
  fs.utimesSync(file, 1, 1);
  const source = await Source.open(file);
  fs.appendFileSync(file, 'more');
  fs.utimesSync(file, 1, 1);
  await expect(source.read(100)).rejects.toMatchObject({ code: 'CHANGED' });
  await source.close();
});

/**
 * Sets the clock to each of these milliseconds after the file's last write, one for each look at the clock; the last one stays. Calls
 * `afterLook` after each.
 */
function setAges(file: string, ages: readonly number[], afterLook = () => {}): { looks: number } {
  const clock = { looks: 0 };
  vi.spyOn(Date, 'now').mockImplementation(() => {
    const age = ages[Math.min(clock.looks, ages.length - 1)] ?? 0;
    const now = Math.floor(fs.statSync(file).mtimeMs) + age;
    clock.looks += 1;
    afterLook();
    return now;
  });
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  return clock;
}

test('a file is opened when its last write is 20 ms ago', async () => {
  const file = fileWith('some bytes');
  const clock = setAges(file, [0, 19, 20]);
  const source = await Source.open(file);
  expect(clock.looks).toBe(3);
  await source.close();
});

test('a file with a time in the future is opened at once', async () => {
  const file = fileWith('some bytes');
  const clock = setAges(file, [-1]);
  const source = await Source.open(file);
  expect(clock.looks).toBe(1);
  await source.close();
});

test('a file that is written to again and again is not read', async () => {
  const file = fileWith('some bytes');
  const clock = setAges(file, [5], () => fs.appendFileSync(file, 'more'));
  await expect(Source.open(file)).rejects.toMatchObject({
    code: 'CHANGED',
    message: 'the file is being written',
  });
  expect(clock.looks).toBe(15);
});

test('a file that is replaced or deleted after it was opened is read as it was', async () => {
  const file = fileWith('some bytes');
  const source = await Source.open(file);
  fs.rmSync(file);
  fs.writeFileSync(file, 'another file');
  expect((await source.read(100)).toString()).toBe('some bytes');
  await source.close();
});
