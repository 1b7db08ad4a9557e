// Our own JPEG reader against libvips, with pictures of the size of a photo; the unit tests do the same with small ones.

import { testAgainstLibvips } from '../../../../support/images/jpeg/differential.js';

await testAgainstLibvips({
  combine: true,
  lake: { width: 808, height: 616 },
  flower: { width: 824, height: 600 },
  grey: { width: 792, height: 600 },
  squares: { width: 640, height: 480 },
  odd: [
    { width: 801, height: 603 },
    { width: 407, height: 609 },
    { width: 804, height: 604 },
  ],
  largeOdd: [
    { width: 1601, height: 1203 },
    { width: 3871, height: 2593 },
  ],
  long: [
    { width: 12_000, height: 17 },
    { width: 17, height: 3000 },
  ],
});
