// Compares the records of a manifest with the files of its output folder, and counts what is found.

import { lstatSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { foreignUntil } from '../files/folder-marker.js';
import { ThumbnailSet } from '../files/thumbnails/thumbnail-name.js';
import { addNamed, presentManifests } from '../manifest/folder-manifests.js';
import type { DoneRecord, ThumbnailEntry } from '../manifest/record.js';
import type { RecordIndex } from '../manifest/record-index.js';
import { sourcePath } from '../manifest/source-names.js';
import type { ResolvedPlace } from '../options/options.js';
import type { Checked } from './check-files.js';
import type { FindingEvent, VerifiedEvent } from './findings.js';

/** Names in the output folder. */
export interface FolderListing {
  readonly thumbnails: readonly string[];
  /** Stale temporary files. */
  readonly stale: readonly string[];
  /** Files that this program did not write. */
  readonly foreign: readonly string[];
}

/** Comparing is synchronous: after so many records the event loop has a turn, in which a signal is noticed. */
const RECORDS_A_TURN = 1000;

export class Comparison {
  readonly #place: ResolvedPlace;
  readonly #records: RecordIndex;
  readonly #found = { missing: 0, damaged: 0, record: 0, foreign: 0, unneeded: 0 };
  readonly #totals = {
    thumbnails: 0,
    bytes: 0,
    failed: 0,
    unneededBytes: 0,
    repaired: 0,
    damagedOfOthers: 0,
  };
  readonly #named = new ThumbnailSet();
  /** Absolute paths of the sources whose thumbnail is missing or damaged, by the thumbnail. */
  readonly #affected = new Map<string, string[]>();
  /** The other manifests of the folder, with the thumbnails that each names. */
  readonly #others: ReadonlyArray<{ readonly manifest: string; readonly named: ThumbnailSet }>;
  readonly #missingManifests: readonly string[];
  /** Those of the others that name a damaged thumbnail. */
  readonly #damagedManifests = new Set<string>();
  readonly #foreignUntilMs: number;

  constructor(place: ResolvedPlace, records: RecordIndex) {
    this.#place = place;
    this.#records = records;
    this.#foreignUntilMs = foreignUntil(place.out);
    const { present, missing } = presentManifests(place);
    this.#missingManifests = missing;
    this.#others = present.map((manifest) => {
      const named = new ThumbnailSet();
      addNamed(named, manifest);
      return { manifest, named };
    });
  }

  /** The files that are no thumbnails. */
  *others({ foreign, stale }: FolderListing): Generator<FindingEvent> {
    for (const file of foreign) yield this.#finding('foreign', file, 'not a file of thumbs');
    for (const file of stale) {
      const stats = lstatSync(path.join(this.#place.out, file), { throwIfNoEntry: false });
      this.#totals.unneededBytes += stats?.size ?? 0;
      yield this.#finding('unneeded', file, 'a stale temporary file');
    }
  }

  /** The records that are wrong. `redo` is called with each record that is wrong, or whose thumbnail is damaged. */
  async *records(
    checked: ReadonlyMap<string, Checked>,
    redo: ((record: DoneRecord) => void) | undefined,
    isStopped: () => boolean,
  ): AsyncGenerator<FindingEvent> {
    const { damagedLines } = this.#records;
    if (redo !== undefined) this.#totals.repaired += damagedLines.length;
    for (const number of damagedLines) {
      const finding = this.#finding('record', '', `line ${number} is not a record`);
      yield { ...finding, path: this.#place.manifest };
    }
    let compared = 0;
    for (const record of this.#records.all()) {
      compared += 1;
      if (compared % RECORDS_A_TURN === 0) await setImmediate();
      if (isStopped()) return;
      if (record.status === 'failed') {
        this.#totals.failed += 1;
        continue;
      }
      const findings = [...this.#wrongEntries(record, checked)];
      yield* findings;
      const isDamaged = record.thumbnails.some(({ file }) => checked.get(file)?.status === 'damaged');
      if (redo === undefined || (findings.length === 0 && !isDamaged)) continue;
      redo(record);
      this.#totals.repaired += 1;
    }
  }

  *#wrongEntries(record: DoneRecord, checked: ReadonlyMap<string, Checked>): Generator<FindingEvent> {
    const source = sourcePath(this.#place.manifest, record.source);
    for (const entry of record.thumbnails) {
      this.#named.add(entry.file);
      const file = checked.get(entry.file);
      if (file?.status === 'sound') {
        const reason = difference(entry, file);
        if (reason !== undefined) yield this.#finding('record', entry.file, reason, [source]);
        continue;
      }
      const sources = this.#affected.get(entry.file);
      if (sources === undefined) this.#affected.set(entry.file, [source]);
      else sources.push(source);
    }
  }

  /** The thumbnails that are damaged, missing, or named by no record. To be called after {@link records}. */
  *thumbnails(checked: ReadonlyMap<string, Checked>): Generator<FindingEvent> {
    // The threads have reported them in no order.
    for (const [file, each] of [...checked].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!this.#named.has(file)) {
        yield* this.#notNamed(each);
        continue;
      }
      this.#count(each);
      if (each.status === 'damaged')
        yield this.#finding('damaged', file, each.reason, this.#affected.get(file));
    }
    for (const [file, sources] of this.#affected)
      if (!checked.has(file)) yield this.#finding('missing', file, 'it does not exist', sources);
  }

  /** A file that no record of this manifest names. */
  *#notNamed(each: Checked): Generator<FindingEvent> {
    const other = this.#others.find(({ named }) => named.has(each.file));
    if (other === undefined) {
      yield this.#unnamed(each);
      return;
    }
    this.#count(each);
    if (each.status === 'damaged') {
      this.#totals.damagedOfOthers += 1;
      this.#damagedManifests.add(other.manifest);
      yield { ...this.#finding('damaged', each.file, each.reason), manifest: other.manifest };
    }
  }

  /** As `prune` sees it: only a file whose bytes have the SHA-256 of its name is one of ours. */
  #unnamed(each: Checked): FindingEvent {
    const { file, bytes, isOwn } = each;
    const { mtimeMs = 0 } = lstatSync(path.join(this.#place.out, file), { throwIfNoEntry: false }) ?? {};
    if (!isOwn || mtimeMs <= this.#foreignUntilMs)
      return this.#finding('foreign', file, 'not a file of thumbs, whatever its name says');
    this.#count(each);
    this.#totals.unneededBytes += bytes;
    return this.#finding('unneeded', file, 'no record names it');
  }

  /** Counts a thumbnail of this program. */
  #count({ bytes }: Checked): void {
    this.#totals.thumbnails += 1;
    this.#totals.bytes += bytes;
  }

  summary(seconds: number): VerifiedEvent {
    const { record: wrongRecords, ...found } = this.#found;
    return {
      type: 'verified',
      ...this.#totals,
      ...found,
      wrongRecords,
      sources: this.#records.size,
      missingManifests: this.#missingManifests,
      damagedManifests: [...this.#damagedManifests],
      seconds,
    };
  }

  #finding(
    finding: FindingEvent['finding'],
    file: string,
    reason: string,
    sources: readonly string[] = [],
  ): FindingEvent {
    this.#found[finding] += 1;
    return { type: 'finding', finding, path: path.join(this.#place.out, file), reason, sources };
  }
}

/** How a record differs from its file, if it does. */
function difference(entry: ThumbnailEntry, file: Checked & { status: 'sound' }): string | undefined {
  const recorded = `${entry.width} x ${entry.height} pixels and ${entry.bytes} bytes`;
  const actual = `${file.width} x ${file.height} pixels and ${file.bytes} bytes`;
  return recorded === actual ? undefined : `the record says ${recorded}, the file has ${actual}`;
}
