import { expect, test } from 'vitest';
import { runForkedPool } from '../../support/processes/forked-pool.js';

test('a run in which no consumer makes progress ends, instead of waiting for ever', async () => {
  // The consumer is dead and a process of its own still holds its channel: neither a result nor its exit can come.
  await expect(
    runForkedPool(['haunt-a', 'b'], { timeoutMs: 500, idleTimeoutMs: 500, stallMs: 1000 }),
  ).rejects.toMatchObject({
    code: 'CONSUMER',
    message: expect.stringMatching(
      /^Stalled: no consumer sent anything for 1\.5 s; waiting for consumer \d+: .*haunt-a$/,
    ),
  });
});
