// The options digests of one run: a record's says under which options and versions its thumbnails were made.

import { createHash } from 'node:crypto';
import type { DoneRecord, FailedRecord } from './record.js';

/** What decides a record's digest. */
export type DigestFacts =
  | Pick<DoneRecord, 'status' | 'sourceFormat' | 'options'>
  | Pick<FailedRecord, 'status' | 'options'>;

/**
 * A decoder that has options or a version of its own gives its photos a digest of their own, so that a new one makes no other photo again.
 */
export interface Digests {
  /** The header's: of every photo whose decoder adds nothing, and of those that failed. */
  readonly common: string;
  /** The digest of a photo that has this record, if it were made now. */
  of(record: DigestFacts): string;
}

/** `parts`, in their order, as one digest of 64 hex digits. */
export function optionsDigest(parts: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** One digest for all photos. */
export function oneDigest(digest: string): Digests {
  return { common: digest, of: () => digest };
}
