import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Source } from '../../../src/files/source.js';
import { releaseBuffer } from '../../../src/files/source-buffers.js';
import { temporaryFolder } from '../../support/photos.js';

function fileWith(text: string): string {
  const file = path.join(temporaryFolder(), 'photo.jpg');
  fs.writeFileSync(file, text);
  return file;
}

test('the bytes of one state, with its size and time', async () => {
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

test('a buffer that was given back is used again, and holds no more than the next file; others stay as they are', async () => {
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
  // At once after it was written: within one tick of the file system's clock both writes would have one time.
  'is written over with as many bytes': (file) => fs.writeFileSync(file, 'SAME bytes', { flag: 'r+' }),
};

for (const [what, change] of Object.entries(changes)) {
  test(`a file that ${what} after it was opened has changed`, async () => {
    const file = fileWith('some bytes');
    const source = await Source.open(file);
    change(file);
    await expect(source.read(100)).rejects.toMatchObject({
      code: 'CHANGED',
      message: 'the file changed while it was read',
    });
    await source.close();
  });
}

test('a file that somebody writes to all the time is not read', async () => {
  const file = fileWith('some bytes');
  const writing = setInterval(() => fs.appendFileSync(file, 'more'), 3);
  onTestFinished(() => clearInterval(writing));
  await expect(Source.open(file)).rejects.toMatchObject({
    code: 'CHANGED',
    message: 'the file is being written',
  });
});

test('a file that is replaced or deleted after it was opened is read as it was', async () => {
  const file = fileWith('some bytes');
  const source = await Source.open(file);
  fs.rmSync(file);
  fs.writeFileSync(file, 'another file');
  expect((await source.read(100)).toString()).toBe('some bytes');
  await source.close();
});
