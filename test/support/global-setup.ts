// Before all tests: builds what processes run, and encodes the photos that tests copy. In watch mode it builds again before each rerun,
// so that a change in src/ needs no build by hand.
// Vitest calls it for each project, and always for the root, before the first test: the work is done for the root only.

import fs from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundle, bundleScripts, compileAssembly, compileReader } from '../../scripts/bundling.js';
import { builtFolder, projectFolder, referenceModule } from './paths.js';
import { makeCorpus } from './photos.js';

export default async function setup(project: TestProject): Promise<void> {
  if (!project.isRootProject()) return;
  await build();
  compileReader();
  compileAssembly(
    'test/support/images/jpeg/reference/assembly',
    path.relative(projectFolder, referenceModule),
  );
  await makeCorpus();
  project.onTestsRerun(rebuild);
}

/** Watch mode goes on after an error in src/, which esbuild prints: the next change may repair it. */
async function rebuild(): Promise<void> {
  await build().catch(() =>
    console.error('The build has failed: the command that tests start is the one before.'),
  );
}

async function build(): Promise<void> {
  const fixtures = path.join(projectFolder, 'test/fixtures');
  const entries = fs
    .readdirSync(fixtures)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(fixtures, name));
  await Promise.all([bundle(), bundleScripts(entries, path.join(builtFolder, 'fixtures'))]);
}
