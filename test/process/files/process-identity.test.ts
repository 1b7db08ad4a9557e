import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../../src/files/process-identity.js';
import { until } from '../../support/processes/processes.js';

test('a zombie is not alive', async () => {
  // It ends when its parent has become a program that waits for no child.
  const child = '(until grep -q sleep /proc/$$/comm; do :; done)';
  const parent = spawn('bash', ['-c', `${child} & echo $!; exec sleep 60`]);
  onTestFinished(() => {
    parent.kill();
  });
  const zombie = Number(
    await new Promise((resolve) => parent.stdout.on('data', (text) => resolve(String(text)))),
  );
  await until(() => !isAlive(zombie));
  expect(fs.existsSync(`/proc/${zombie}`)).toBe(true);
});
