// Tests that need something that a machine may lack.

import { spawnSync } from 'node:child_process';
import { type TestFunction, test } from 'vitest';

/**
 * `test`, where what it needs is available. Elsewhere the test is skipped and says why; under CI (the environment variable) it fails,
 * because CI has everything.
 */
export function testWith(isAvailable: boolean, what: string): (name: string, fn: TestFunction) => void {
  if (isAvailable) return test;
  if (process.env.CI)
    return (name) =>
      test(name, () => {
        throw new Error(`This test needs ${what}`);
      });
  return (name) => {
    console.warn(`Skipped, because there is no ${what}: ${name}`);
    test.skip(name, () => {});
  };
}

/** {@link testWith} programs that must be installed. */
export function testWithPrograms(...programs: string[]): (name: string, fn: TestFunction) => void {
  const missing = programs.filter((program) => spawnSync(program, ['--version']).status !== 0);
  return testWith(missing.length === 0, missing.join(' and '));
}
