// What scripts/bundling.ts has made of the command, in dist/.

import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from '../../support/paths.js';

const IMPORT = /\bfrom "([^"]+)";$|^import "([^"]+)";$|\bimport\("([^"]+)"\)|\brequire\d*\("([^"]+)"\)/gm;

/** What a file imports. */
function importsOf(file: string): string[] {
  const found = [...fs.readFileSync(file, 'utf8').matchAll(IMPORT)];
  return found.map((match) => match.slice(1).find((specifier) => specifier !== undefined) ?? '');
}

test('the command consists of the files that it imports: the packages that it uses are in them', () => {
  const files = new Set([path.join(projectFolder, 'dist/cli/main.js')]);
  const others = new Set<string>();
  for (const file of files)
    for (const specifier of importsOf(file))
      if (specifier.startsWith('.')) files.add(path.resolve(path.dirname(file), specifier));
      else others.add(specifier.replace(/^node:/, ''));
  expect(files.size).toBeGreaterThan(10);
  const packages = [...others].filter((name) => !builtinModules.includes(name));
  // These have files of other kinds.
  expect(packages.filter((name) => !['sharp', 'libheif-js', 'hash-wasm'].includes(name))).toEqual([]);
});
