// Reads a manifest from its header to its end, for an index of its records.

import { damagedLineError } from '../../errors.js';
import { isInLayout } from '../../files/thumbnails/thumbnail-name.js';
import type { Layout } from '../../options/options.js';
import type { Steps } from '../../steps.js';
import { type Digests, ownValue, type Standing, UNKNOWN_DECODER } from '../digests/digests.js';
import { standingOf } from '../digests/matching.js';
import { readBlocks } from '../lines.js';
import type { HeaderLine } from '../reading.js';
import type { ManifestHeader } from '../record.js';
import { RecordPositions, type SplitName } from '../record-positions.js';
import { compareNames } from '../source-names.js';
import { type RecordFacts, RecordLines } from './record-lines.js';

/** How a manifest is read. */
export interface LoadOptions {
  /** Of a run: only records that have something of what it wants can be found by content. @default all can */
  readonly digests?: Digests;
  /** Where thumbnails are to lie. @default anywhere */
  readonly layout?: Layout;
  /** Whether a source's record is one that is needed; the others are as if they were not there. @default each is */
  readonly isWanted?: (source: string) => boolean;
  /** Whether lines that are no records are skipped instead of refused. @default false */
  readonly dropDamaged?: boolean;
}

/** In place of the size of a source whose record is not to be found by content. */
export const NOT_FOUND_BY_CONTENT: number = -1;

/** Sources whose thumbnails the run would keep if they had been made by its versions. */
export interface Outdated {
  readonly sources: number;
  readonly formats: ReadonlySet<string>;
}

export interface LoadedRecords {
  readonly positions: RecordPositions;
  /** By row: bytes of the source, or {@link NOT_FOUND_BY_CONTENT}. */
  readonly sizes: readonly number[];
  /** Thumbnails that other versions would make otherwise: sources, and their formats. */
  readonly outdated: Outdated;
  /** Sources with a thumbnail that lies elsewhere than the layout has it. */
  readonly elsewhere: number;
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
  { digests, layout, isWanted, dropDamaged = false }: LoadOptions,
): Steps<LoadedRecords> {
  const positions = new RecordPositions();
  const sizes: number[] = [];
  const damagedLines: number[] = [];
  const standings = new Standings(header, digests);
  // By row: a later record of a source replaces an earlier one.
  const outdatedFormats: Array<string | undefined> = [];
  const elsewhere: boolean[] = [];
  const lines = new RecordLines(header, layout);
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
      if (isWanted?.(facts.split.folder + facts.split.name) === false) {
        isSorted = false;
        continue;
      }
      isSorted &&= last === undefined || compareSplit(last, facts.split) < 0;
      last = facts.split;
      const row = positions.set(facts.split, { offset, length });
      elsewhere[row] = layout !== undefined && liesElsewhere(facts, layout);
      const standing = standings.of(facts);
      const isFound = standing === 'current' && !facts.redo;
      sizes[row] = isFound ? (facts.contentBytes ?? NOT_FOUND_BY_CONTENT) : NOT_FOUND_BY_CONTENT;
      outdatedFormats[row] = standing === 'outdated' ? formatOf(facts) : undefined;
    }
  }
  const formats = outdatedFormats.filter((format) => format !== undefined);
  const outdated = { sources: formats.length, formats: new Set(formats) };
  return {
    positions,
    sizes,
    outdated,
    elsewhere: elsewhere.filter(Boolean).length,
    end,
    damagedLines,
    isSorted,
  };
}

/** A record that was not parsed has its thumbnails where they are expected. */
function liesElsewhere({ made }: RecordFacts, layout: Layout): boolean {
  if (typeof made === 'string' || made.status !== 'done') return false;
  return made.thumbnails.some(({ file }) => !isInLayout(file, layout));
}

function formatOf({ made }: RecordFacts): string {
  if (typeof made === 'string') return made;
  return made.status === 'done' ? made.sourceFormat : '';
}

/** How records compare with what a run wants. */
class Standings {
  readonly #header: ManifestHeader;
  readonly #digests: Digests | undefined;
  /** Of records that have all of the header's variants by its digests, by their format. */
  readonly #ofFormat = new Map<string, Standing>();

  constructor(header: ManifestHeader, digests: Digests | undefined) {
    this.#header = header;
    this.#digests = digests;
  }

  of({ made }: RecordFacts): Standing {
    if (this.#digests === undefined) return 'current';
    if (typeof made !== 'string') return standingOf(made, this.#header, this.#digests);
    const known = this.#ofFormat.get(made) ?? this.#find(made, this.#digests);
    this.#ofFormat.set(made, known);
    return known;
  }

  #find(format: string, digests: Digests): Standing {
    const { variants, decoders } = this.#header;
    const wanted = new Set(digests.wanted.map((name) => digests.ofVariant(name)));
    const hasAny = Object.values(variants).some((digest) => wanted.has(digest));
    return hasAny ? digests.standing(format, ownValue(decoders, format) ?? UNKNOWN_DECODER) : 'other';
  }
}

/** {@link compareNames} of whole names. */
function compareSplit(one: SplitName, other: SplitName): number {
  if (one.folder === other.folder) return compareNames(one.name, other.name);
  return compareNames(one.folder + one.name, other.folder + other.name);
}
