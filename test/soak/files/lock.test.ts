import { test } from 'vitest';
import { expectOneWinner } from '../../support/processes/lock-processes.js';

const ROUNDS = Number(process.env.LOCK_ROUNDS ?? 1);

for (const found of ['no lock', 'a dead lock'] as const) {
  test(`of 20 processes that take the lock at once exactly one gets it, ${found} found`, {
    timeout: 60_000 * ROUNDS,
  }, async () => {
    for (let round = 0; round < ROUNDS; round += 1) await expectOneWinner(20, found);
  });
}
