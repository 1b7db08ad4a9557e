// Our own JPEG reader against the one of before, with large pictures: up to eight megabytes of entropy-coded data. The unit tests do the
// same with small ones.

import { testAgainstReference } from '../../../../support/images/jpeg/reference/differential.js';

testAgainstReference([{ width: 1603, height: 1205 }]);
