import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // The tests use the package as its users do: by its name, as built.
    alias: { 'thumbs-pipeline': fileURLToPath(new URL('dist/index.js', import.meta.url)) },
  },
  test: {
    unstubEnvs: true,
    include: ['test/**/*.test.ts'],
    // Every test starts real processes; a loaded two-core machine needs room.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
