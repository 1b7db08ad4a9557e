// Where the tests find the project's files.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder: string = fileURLToPath(new URL('../..', import.meta.url));
export const command: string = path.join(projectFolder, 'bin/thumbs.js');
export const sampleImages: string = path.join(projectFolder, 'sample-images');
export const damagedImages: string = path.join(projectFolder, 'test/fixtures/images');
export const oddImages: string = path.join(projectFolder, 'test/fixtures/odd-images');

/** What the global setup makes once for all tests. It is not committed. */
export const builtFolder: string = path.join(projectFolder, 'test/.built');

/** The WebAssembly of the JPEG reader that new ones are compared with. */
export const referenceModule: string = path.join(builtFolder, 'reference.wasm');

/** A fixture of TypeScript, as plain JavaScript for a process of its own. */
export function builtFixture(name: string): string {
  return path.join(builtFolder, 'fixtures', `${name}.js`);
}
