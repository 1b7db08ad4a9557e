// Which jobs are given out several at a time, so that there are fewer messages.

import type { Job } from '../job.js';

/** Bytes of a source whose image takes little longer than the messages about it. */
const SMALL_BYTES = 1 << 16;

export function isSmall({ facts }: Pick<Job, 'facts'>): boolean {
  return facts !== undefined && facts.sourceBytes <= SMALL_BYTES;
}
