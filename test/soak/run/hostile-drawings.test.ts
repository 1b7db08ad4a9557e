// SVG drawings that take seconds or much memory.

import sharp from 'sharp';
import { test } from 'vitest';
import { drawing, referenceBomb } from '../../support/images/drawings.js';
import { expectOutcomes } from '../../support/processes/expected-outcomes.js';

test('a drawing that takes too much memory or refers to too much is one record, and the photo beside it is done', async () => {
  const picture = await sharp({ create: { width: 15_000, height: 15_000, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const held = `<image width="40" height="30" xlink:href="data:image/png;base64,${picture.toString('base64')}"/>`;
  const overMemory = /^TOO_LARGE its consumer had \d+ MB of memory/;
  await expectOutcomes(
    {
      'references.svg': [
        referenceBomb(7, 10),
        'UNSUPPORTED SVG images with as many references are not supported',
      ],
      'elements.svg': [drawing('<rect/>'.repeat(400_000)), overMemory],
      // librsvg leaves out a picture of so many pixels.
      'picture.svg': [drawing(held), 'done 40 x 30'],
    },
    ['--svg', '-w', '1', '--max-memory', '400'],
  );
});
