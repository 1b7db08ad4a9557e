// What `npm pack` puts into the package.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { packageFaults, packedFiles } from '../../../../scripts/ci/package-contents.js';
import { projectFolder } from '../../../support/paths.js';
import { makeTree, temporaryFolder } from '../../../support/photos.js';
import { testWithPrograms } from '../../../support/requirements.js';

const testWithNpm = testWithPrograms('npm');

testWithNpm('the package has what it should, nothing else, and no path of this machine', () => {
  expect(packageFaults(projectFolder, packedFiles(projectFolder))).toEqual([]);
});

testWithNpm(
  'a file that has no place in the package, a kind that is missing, and a path of the machine are named',
  () => {
    const folder = makeTree(temporaryFolder(), [
      'bin/thumbs.js',
      'bench.md',
      'dist/index.js',
      'dist/chunks/index.d.ts',
      'dist/index.js.map',
      'dist/.env',
      'docs/manifest.md',
      'docs/bench.svg',
      'docs/gallery.webp',
      'dist/gallery/gallery.css',
      'docs/photo.jpg',
      'test/unit/a.test.ts',
    ]);
    fs.copyFileSync(path.join(projectFolder, 'package.json'), path.join(folder, 'package.json'));
    fs.writeFileSync(path.join(folder, 'dist/index.js'), `// ${folder}/src/index.ts`);
    expect(packageFaults(folder, packedFiles(folder)).sort()).toEqual([
      `dist/index.js contains the path ${folder}`,
      'the package would contain dist/.env',
      'the package would contain dist/index.js.map',
      'the package would contain docs/photo.jpg',
      expect.stringMatching(/^the package would contain no file like .*wasm/),
    ]);
  },
);
