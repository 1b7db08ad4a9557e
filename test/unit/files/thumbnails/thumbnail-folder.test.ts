import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { publish } from '../../../../src/files/thumbnails/thumbnail-folder.js';
import { temporaryFolder } from '../../../support/photos.js';

const bytes = Buffer.from('the bytes of a thumbnail');
const name = `${createHash('sha256').update(bytes).digest('hex')}.png`;

test('a thumbnail is published under its name and leaves no temporary file', () => {
  const folder = temporaryFolder();
  publish(folder, name, bytes);
  expect(fs.readdirSync(folder)).toEqual([name]);
  expect(fs.readFileSync(path.join(folder, name))).toEqual(bytes);
});

test('a thumbnail that exists already keeps its file', () => {
  const folder = temporaryFolder();
  publish(folder, name, bytes);
  const { ino, mtimeMs } = fs.statSync(path.join(folder, name));
  publish(folder, name, bytes);
  expect(fs.statSync(path.join(folder, name))).toMatchObject({ ino, mtimeMs });
});

test('a file of another length under the name is replaced', () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, name), 'cut');
  publish(folder, name, bytes);
  expect(fs.readdirSync(folder)).toEqual([name]);
  expect(fs.readFileSync(path.join(folder, name))).toEqual(bytes);
});

test('a file of the same length with other bytes under the name is replaced', () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, name), 'THE bytes of a thumbnail');
  publish(folder, name, bytes);
  expect(fs.readFileSync(path.join(folder, name))).toEqual(bytes);
});

test('a missing output folder, or a folder under the thumbnail’s name, is an output error with the path', () => {
  const folder = temporaryFolder();
  const gone = path.join(folder, 'gone');
  expect(() => publish(gone, name, bytes)).toThrow(
    expect.objectContaining({
      code: 'OUTPUT',
      message: `Cannot write to ${gone}/${name}: no such file or directory (ENOENT)`,
    }),
  );
  fs.mkdirSync(path.join(folder, name));
  expect(() => publish(folder, name, bytes)).toThrow(expect.objectContaining({ code: 'OUTPUT' }));
  expect(fs.readdirSync(folder)).toEqual([name]);
});
