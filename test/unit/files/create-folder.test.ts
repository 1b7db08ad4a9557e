import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createFolder } from '../../../src/files/create-folder.js';
import { openStore } from '../../support/manifests.js';
import { projectFolder } from '../../support/paths.js';
import { makeTree, temporaryFolder } from '../../support/photos.js';
import { testWith } from '../../support/requirements.js';

/** The code of the system error that `act` throws; undefined when it throws none. */
function codeOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

for (const name of ['a', 'a/b/c', 'there', 'there/a', 'link', 'link/a/b', 'there/../a', 'a/b/'])
  test(`${name} is created, or exists already`, () => {
    const folder = makeTree(temporaryFolder(), ['there/photo.jpg', 'link -> there']);
    createFolder(path.join(folder, name));
    expect(fs.statSync(path.join(folder, name)).isDirectory()).toBe(true);
    expect(fs.existsSync(path.join(folder, 'there/photo.jpg'))).toBe(true);
  });

for (const [name, code] of [
  ['file', 'EEXIST'],
  ['file/a', 'ENOTDIR'],
  ['file/a/b', 'ENOTDIR'],
  ['dangling', 'ENOENT'],
  ['dangling/a/b', 'ENOENT'],
  ['loop', 'ELOOP'],
  [`${'x'.repeat(300)}/a`, 'ENAMETOOLONG'],
] as const)
  test(`${name.slice(0, 20)} cannot be created: ${code}, and nothing changes`, () => {
    const folder = makeTree(temporaryFolder(), ['file', 'dangling -> nowhere', 'loop -> loop']);
    expect(codeOf(() => createFolder(path.join(folder, name)))).toBe(code);
    expect(fs.readdirSync(folder).sort()).toEqual(['dangling', 'file', 'loop']);
  });

const testWithProc = testWith(fs.existsSync('/proc/self'), '/proc');

testWithProc('a folder that exists and answers ENOENT ends it', () => {
  expect(codeOf(() => createFolder('/proc/xx'))).toBe('ENOENT');
  expect(codeOf(() => createFolder('/proc/xx/a/b'))).toBe('ENOENT');
  expect(() => openStore('/proc/xx/m.jsonl')).toThrow(/no such file or directory \(ENOENT\)/);
});

test('no file of src/ uses the mkdir of Node.js with `recursive`', () => {
  const source = path.join(projectFolder, 'src');
  const files = fs.readdirSync(source, { recursive: true, encoding: 'utf8' });
  const text = (name: string) => fs.readFileSync(path.join(source, name), 'utf8');
  expect(files.filter((name) => name.endsWith('.ts') && /mkdir\w*\([^;]*recursive/.test(text(name)))).toEqual(
    [],
  );
});
