import { test } from 'vitest';
import { expectOneStateEach } from '../../support/changing-sources.js';

test('photos that change all the time are CHANGED, or one of their states, and never a mixture', async () => {
  await expectOneStateEach(4, 1);
});
