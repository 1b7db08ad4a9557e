import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const projectFolder = fileURLToPath(new URL('.', import.meta.url));

/** Test files below a folder of the project. */
function testsIn(folder: string): string[] {
  const absolute = path.join(projectFolder, folder);
  if (!fs.existsSync(absolute)) return [];
  const names = fs.readdirSync(absolute, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => path.join(absolute, name));
}

/** What watch mode reruns after a change in a room of src/, or in a file that all rooms share. */
function testsOf(room: string | undefined): string[] {
  if (room === undefined) return testsIn('test/unit');
  const folders = [`test/unit/${room}`, 'test/unit/run', `test/process/${room}`];
  return [...folders.flatMap(testsIn), path.join(projectFolder, 'test/unit/rooms.test.ts')];
}

export default defineConfig({
  resolve: {
    // The tests use the package as its users do: by its name, as built.
    alias: { 'thumbs-pipeline': path.join(projectFolder, 'dist/index.js') },
  },
  // Watch mode builds dist/ itself: that is no change to rerun for.
  server: { watch: { ignored: ['**/dist/**'] } },
  test: {
    globalSetup: 'test/support/global-setup.ts',
    server: { deps: { external: [/\/dist\//] } },
    unstubEnvs: true,
    // A loaded machine needs time for every process that a test starts.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests in `process` and `soak` wait for processes more than they compute.
    maxWorkers: availableParallelism() + 1,
    // By folders, because tests that start the command do not import what has changed.
    watchTriggerPatterns: [
      { pattern: /\/src\/(?:([^/]+)\/)?.*\.ts$/, testsToRun: (_, match) => testsOf(match[1]) },
    ],
    projects: [
      // In this process: no command, no fork.
      // Files share a worker, because loading src/ and sharp for each takes half of the time: no test may change a module's state.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          isolate: false,
          setupFiles: 'test/support/in-process/sharp-first.ts',
        },
      },
      // The real command, real consumers and signals.
      { extends: true, test: { name: 'process', include: ['test/process/**/*.test.ts'] } },
      // Faults by the dozen, damaged images by the hundred, measurements. `npm run test:soak` does more of each.
      // Its tests compute for some seconds each: on a loaded machine for minutes.
      {
        extends: true,
        test: { name: 'soak', include: ['test/soak/**/*.test.ts'], testTimeout: 240_000 },
      },
    ],
  },
});
