// Reads a manifest from its header to its end, for an index of its records.

import { damagedLineError } from '../../errors.js';
import type { Steps } from '../../steps.js';
import { type Digests, oneDigest } from '../digests.js';
import { readBlocks } from '../lines.js';
import type { HeaderLine } from '../reading.js';
import { RecordPositions, type SplitName } from '../record-positions.js';
import { compareNames } from '../source-names.js';
import { type RecordFacts, RecordLines } from './record-lines.js';

/** How a manifest is read. */
export interface LoadOptions {
  /** Only records under these options digests can be found by content. @default the header's */
  readonly digests?: Digests;
  /** Whether lines that are no records are skipped instead of refused. @default false */
  readonly dropDamaged?: boolean;
}

/** In place of the size of a source whose record is not to be found by content. */
export const NOT_FOUND_BY_CONTENT: number = -1;

export interface LoadedRecords {
  readonly positions: RecordPositions;
  /** By row: bytes of the source, or {@link NOT_FOUND_BY_CONTENT}. */
  readonly sizes: readonly number[];
  /** Bytes up to the end of the last complete line. */
  readonly end: number;
  /** Numbers of the lines that were skipped; the header is line 1. */
  readonly damagedLines: readonly number[];
  /** Whether the lines are sorted, and each source has one. */
  readonly isSorted: boolean;
}

/**
 * A step for each block of the file but the first: a small manifest is read at once.
 * @throws {ThumbsError} `MANIFEST`: a line is damaged. System errors of reading.
 */
export function* loadRecords(
  file: string,
  descriptor: number,
  { header, length: headerLength }: HeaderLine,
  { digests = oneDigest(header.options), dropDamaged = false }: LoadOptions,
): Steps<LoadedRecords> {
  const positions = new RecordPositions();
  const sizes: number[] = [];
  const damagedLines: number[] = [];
  const isCurrent = ({ made, redo }: RecordFacts) =>
    (made.options ?? header.options) === digests.of(made) && !redo;
  const lines = new RecordLines();
  let [end, number, isSorted] = [headerLength, 1, true];
  let last: SplitName | undefined;
  for (const block of readBlocks(descriptor, headerLength)) {
    if (number > 1) yield;
    for (const { offset, length, facts } of lines.of(block)) {
      number += 1;
      end = offset + length + 1;
      if (facts === undefined) {
        if (!dropDamaged) throw damagedLineError(file, number);
        damagedLines.push(number);
        continue;
      }
      isSorted &&= last === undefined || compareSplit(last, facts.split) < 0;
      last = facts.split;
      const row = positions.set(facts.split, { offset, length });
      sizes[row] = isCurrent(facts) ? (facts.contentBytes ?? NOT_FOUND_BY_CONTENT) : NOT_FOUND_BY_CONTENT;
    }
  }
  return { positions, sizes, end, damagedLines, isSorted };
}

/** {@link compareNames} of whole names. */
function compareSplit(one: SplitName, other: SplitName): number {
  if (one.folder === other.folder) return compareNames(one.name, other.name);
  return compareNames(one.folder + one.name, other.folder + other.name);
}
