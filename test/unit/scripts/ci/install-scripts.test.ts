import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ALLOWED, installScriptFaults } from '../../../../scripts/ci/install-scripts.js';
import { projectFolder } from '../../../support/paths.js';

const lock = JSON.parse(fs.readFileSync(path.join(projectFolder, 'package-lock.json'), 'utf8'));

test('every package with an install script is allowed to have one, and no other', () => {
  expect(installScriptFaults(lock)).toEqual([]);
});

test('a package with an install script that is not allowed is named, wherever it lies and whatever it is installed as', () => {
  const packages = {
    ...lock.packages,
    'node_modules/sharp/node_modules/@evil/miner': { version: '1.0.0', hasInstallScript: true },
    'node_modules/esbuild-too': { name: 'other', version: '1.0.0', hasInstallScript: true },
  };
  expect(installScriptFaults({ packages }).map((fault) => fault.split(' ')[0])).toEqual([
    '@evil/miner',
    'other',
  ]);
});

test('an allowance that no package needs is named', () => {
  expect(installScriptFaults(lock, { ...ALLOWED, gone: 'compiles' })).toEqual([
    'gone is in ALLOWED of scripts/ci/install-scripts.ts and has no install script',
  ]);
});
