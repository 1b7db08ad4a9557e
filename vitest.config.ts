import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The folder of test/<project>/ that mirrors a folder of src/. */
const MIRRORED = /src\/(.*)\/[^/]+\.ts$/;

export default defineConfig({
  resolve: {
    // The tests use the package as its users do: by its name, as built.
    alias: { 'thumbs-pipeline': fileURLToPath(new URL('dist/index.js', import.meta.url)) },
  },
  // Vite does not watch the folder that it would build to, and dist/ is not its own.
  build: { outDir: 'test/.built/vite' },
  test: {
    globalSetup: 'test/support/global-setup.ts',
    unstubEnvs: true,
    // A loaded machine needs time for every process that a test starts.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests in `process` and `soak` wait for processes more than they compute.
    maxWorkers: availableParallelism() + 1,
    // In watch mode: tests that start the command do not import what has changed.
    watchTriggerPatterns: [
      { pattern: MIRRORED, testsToRun: (_, match) => [`test/process/${match[1]?.split('/')[0]}`] },
    ],
    projects: [
      // In this process: no command, no fork.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      // The real command, real consumers and signals.
      { extends: true, test: { name: 'process', include: ['test/process/**/*.test.ts'] } },
      // Faults by the dozen, damaged images by the hundred, measurements. `npm run test:soak` does more of each.
      { extends: true, test: { name: 'soak', include: ['test/soak/**/*.test.ts'] } },
    ],
  },
});
