// Before all tests: builds what processes run, and encodes the photos that tests copy. In watch mode it builds again before each rerun,
// so that a change in src/ needs no build by hand.

import fs from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundle, bundleScripts, compileAssembly } from '../../scripts/bundling.js';
import { builtFolder, projectFolder } from './paths.js';
import { makeCorpus } from './photos.js';

export default async function setup(project: TestProject): Promise<void> {
  await build();
  compileAssembly();
  await makeCorpus();
  project.onTestsRerun(build);
}

async function build(): Promise<void> {
  const fixtures = path.join(projectFolder, 'test/fixtures');
  const entries = fs
    .readdirSync(fixtures)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(fixtures, name));
  await Promise.all([bundle(), bundleScripts(entries, path.join(builtFolder, 'fixtures'))]);
}
