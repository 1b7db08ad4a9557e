// What tests expect of the list of formats, whatever is in it.

import { decoders } from '../../src/image/decoders/index.js';

/** The message for a file that no decoder recognizes. `test/unit/image/decoders/index.test.ts` has it as a user reads it. */
export function unsupportedMessage(looksLike?: string): string {
  const names = Object.values(decoders).map(({ name }) => name);
  const guess = looksLike === undefined ? '' : `; it looks like ${looksLike}`;
  return `not a ${names.slice(0, -1).join(', ')} or ${names.at(-1)} image${guess}`;
}
