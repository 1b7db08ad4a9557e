import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { publish } from '../../src/files/thumbnail-folder.js';
import { temporaryFolder } from '../helpers.js';

const bytes = Buffer.from('the bytes of a thumbnail');
const sha256 = createHash('sha256').update(bytes).digest('hex');

test('a thumbnail appears under its name, and no temporary file stays', () => {
  const folder = temporaryFolder();
  publish(folder, sha256, bytes);
  expect(fs.readdirSync(folder)).toEqual([`${sha256}.png`]);
  expect(fs.readFileSync(path.join(folder, `${sha256}.png`))).toEqual(bytes);
});

test('a name that exists is a duplicate and keeps its file', () => {
  const folder = temporaryFolder();
  publish(folder, sha256, bytes);
  const { ino, mtimeMs } = fs.statSync(path.join(folder, `${sha256}.png`));
  publish(folder, sha256, bytes);
  expect(fs.statSync(path.join(folder, `${sha256}.png`))).toMatchObject({ ino, mtimeMs });
});

test('a file of another length under the name is damaged, and replaced whole', () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, `${sha256}.png`), 'cut');
  publish(folder, sha256, bytes);
  expect(fs.readdirSync(folder)).toEqual([`${sha256}.png`]);
  expect(fs.readFileSync(path.join(folder, `${sha256}.png`))).toEqual(bytes);
});

test('a file of the same length and other bytes under the name is damaged, and replaced whole', () => {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, `${sha256}.png`), 'THE bytes of a thumbnail');
  publish(folder, sha256, bytes);
  expect(fs.readFileSync(path.join(folder, `${sha256}.png`))).toEqual(bytes);
});

test('a folder that is gone, or a folder under the name, is an output error that names it', () => {
  const folder = temporaryFolder();
  const gone = path.join(folder, 'gone');
  expect(() => publish(gone, sha256, bytes)).toThrow(
    expect.objectContaining({
      code: 'OUTPUT',
      message: `Cannot write to ${gone}/${sha256}.png: no such file or directory (ENOENT)`,
    }),
  );
  fs.mkdirSync(path.join(folder, `${sha256}.png`));
  expect(() => publish(folder, sha256, bytes)).toThrow(expect.objectContaining({ code: 'OUTPUT' }));
  expect(fs.readdirSync(folder)).toEqual([`${sha256}.png`]);
});
