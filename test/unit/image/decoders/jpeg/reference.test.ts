// Our own JPEG reader against the one of before, with small pictures whose sides are no multiples of a block, and some of a megabyte
// and more; the soak tests compare large pictures of all kinds.

import { testAgainstReference } from '../../../../support/images/jpeg/reference/differential.js';

testAgainstReference([
  { width: 331, height: 219 },
  { width: 1237, height: 43 },
  // Chroma of a single column.
  { width: 16, height: 60, only: /^scene, 4:2:[02]$/ },
  {
    width: 1203,
    height: 811,
    only: /^(noise|flat|tiles|squares|text), .* codes$|quality 92|4:2:2, restart interval 204/,
  },
]);
