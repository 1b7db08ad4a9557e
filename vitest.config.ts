import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Every test starts real processes; a loaded two-core machine needs room.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
