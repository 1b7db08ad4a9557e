// Our own JPEG reader against libvips, with pictures as small as the comparison allows.

import { testAgainstLibvips } from '../../../../support/images/jpeg/differential.js';

await testAgainstLibvips({
  combine: false,
  lake: { width: 296, height: 216 },
  // Smaller pictures with colours this strong fall below 45 dB: libvips spreads chroma in another way.
  flower: { width: 568, height: 408 },
  grey: { width: 200, height: 152 },
  squares: { width: 160, height: 120 },
  odd: [
    { width: 401, height: 303 },
    { width: 207, height: 309 },
    { width: 308, height: 204 },
  ],
  largeOdd: [{ width: 601, height: 403 }],
  long: [
    { width: 2000, height: 17 },
    { width: 17, height: 1000 },
  ],
});
