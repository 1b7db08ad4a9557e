// What the documents say, where it can be compared.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { photoExtensions } from '../../src/image/decoders/index.js';
import { defaultDecoding } from '../../src/options/options.js';
import { projectFolder } from '../support/paths.js';

function read(file: string): string {
  return fs.readFileSync(path.join(projectFolder, file), 'utf8');
}

test('the README names every extension of a photo, and no other', () => {
  const [, list = ''] =
    /Photos are files ending in ([\w\s,]+), in any letter case/.exec(read('README.md')) ?? [];
  expect(list.split(/,\s+|\s+or\s+/).sort()).toEqual([...photoExtensions(defaultDecoding)].sort());
});

test('.ci/run has the two set-up lines of the README, word for word, and nothing that hides their failure', () => {
  const [, ...setUp] = /^ {4}(npm ci .*)\n {4}(npm ci .*)$/m.exec(read('README.md')) ?? [];
  const lines = read('.ci/run').split('\n');
  expect(setUp).toHaveLength(2);
  expect(lines.filter((line) => line.includes('npm ci'))).toEqual(setUp);
  expect(lines).toContain('set -euo pipefail');
  expect(lines.indexOf('npx --no -- tsx scripts/ci/check-packages.ts')).toBe(
    lines.indexOf(setUp[0] ?? '') + 1,
  );
});

test('every link of a document that is installed with the package leads to a file that is installed too', () => {
  const installed = ['README.md', 'LICENSE', ...JSON.parse(read('package.json')).files];
  const isInstalled = (file: string) =>
    installed.some((name) => file === name || file.startsWith(`${name}/`));
  const folder = (name: string) =>
    fs.readdirSync(path.join(projectFolder, name)).map((file) => `${name}/${file}`);
  const documents = [...installed, ...folder('docs')].filter((name) => name.endsWith('.md'));
  const links = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\(([^)#]+)/g)]
      .filter(([, target = '']) => !/^\w+:/.test(target))
      .map(([, target = '']) => ({ document, file: path.posix.join(path.posix.dirname(document), target) })),
  );
  expect(links.length).toBeGreaterThan(8);
  expect(
    links.filter(({ file }) => !isInstalled(file) || !fs.existsSync(path.join(projectFolder, file))),
  ).toEqual([]);
});
