import { test } from 'vitest';
import { expectOneStateEach } from '../../support/changing-sources.js';

const RUNS = Number(process.env.CHANGING_RUNS ?? 4);

test('16 photos that change all the time are CHANGED, or one of their states, and never a mixture', {
  timeout: 60_000 + 10_000 * RUNS,
}, async () => {
  await expectOneStateEach(16, RUNS);
});
