// The manifest on disk: appended to during a run, rewritten sorted at its end.
//
// Of several records of a source the last is valid, and an incomplete last line is ignored, so the file can be read after a crash at
// any byte.

import fs from 'node:fs';
import path from 'node:path';
import { emptyManifestError, manifestError } from '../errors.js';
import { createFolder } from '../files/create-folder.js';
import { replaceFile, replaceFileInSteps } from '../files/replace-file.js';
import { jsonLine } from '../printable.js';
import type { Steps } from '../steps.js';
import { type Digests, ownValue, UNKNOWN_DECODER, type VersionChange } from './digests/digests.js';
import { compactRecord } from './digests/matching.js';
import { copyLines, type LinePosition, LineReader } from './lines.js';
import { asManifestError, parseRecord, withManifestErrors } from './reading.js';
import { contentOf, type ManifestHeader, type ManifestRecord } from './record.js';
import { RecordIndex } from './record-index.js';
import { ownSplitName, RecordPositions } from './record-positions.js';
import { headerLine, headerOf, linesUnder, type Placement } from './rewriting.js';
import { MergedContents } from './shards/merged-contents.js';
import {
  countElsewhere,
  openSeeds,
  requireWhole,
  type ShardSeed,
  seededHeader,
  seedLines,
} from './shards/seeding.js';
import { nameOf, sortNames } from './source-names.js';

/** How a run writes to its manifest. */
export interface StoreOptions {
  /** Called before each write; it throws when another run has taken over a lock. @default nothing */
  readonly requireLocks?: () => void;
  /** Where thumbnails are to lie. @default where they do */
  readonly placement?: Placement;
}

/** What was found when the manifest was opened, before it was rewritten. */
type Before = Pick<RecordIndex, 'header' | 'outdated' | 'size' | 'elsewhere'>;

/** What the manifest loses when a run ends. */
export interface Removed {
  /** Sources that have no record any more. */
  readonly records: number;
  /** Of these, the photos that had a thumbnail, and whose content this run has not found under another name. */
  readonly photos: number;
}

/** An open manifest that one run writes to. */
export class ManifestStore {
  /** The records of earlier runs. */
  readonly records: RecordIndex;
  /** Of a shard: the photos of all shards, by their content, as they were merged before. */
  readonly merged: MergedContents | undefined;
  /** What the run makes anew because of other versions; undefined for nothing. */
  readonly anew: MadeAnew | undefined;
  /** Photos whose thumbnails were moved to another layout. */
  readonly moved: number;
  readonly #descriptor: number;
  readonly #appended = new RecordPositions();
  /** By row of the earlier records: 1 if the record was kept. */
  readonly #kept: Uint8Array;
  /** Undefined for a repair, which makes no record. */
  readonly #digests: Digests | undefined;
  readonly #requireLocks: () => void;
  #end: number;

  private constructor(
    records: RecordIndex,
    digests: Digests | undefined,
    { requireLocks = () => {} }: StoreOptions,
    before: Before | undefined,
    merged: MergedContents | undefined,
  ) {
    this.records = records;
    this.merged = merged;
    this.anew = digests && madeAnew(before ?? records, digests);
    this.moved = before?.elsewhere ?? 0;
    this.#digests = digests;
    this.#requireLocks = requireLocks;
    // An incomplete last line is removed, so that the next record does not continue it.
    if (fs.statSync(records.file).size > records.end) fs.truncateSync(records.file, records.end);
    this.#descriptor = fs.openSync(records.file, 'a');
    this.#end = records.end;
    this.#kept = new Uint8Array(records.size);
  }

  /**
   * Opens `file` under a run's digests, in steps of some hundred records, and creates it if necessary. Records made under other
   * options stay, with their own digest. If it is left, every record is kept; the header may be the new one.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read or written, is of another version, is something else, or a line is damaged. It
   * is then left unchanged.
   */
  static *openInSteps(file: string, digests: Digests, options: StoreOptions = {}): Steps<ManifestStore> {
    try {
      createFolder(path.dirname(file));
      const { placement } = options;
      const how = placement === undefined ? { digests } : { digests, layout: placement.layout };
      const found = yield* RecordIndex.openInSteps(file, how);
      const header = headerOf(digests.header(found?.header));
      const isAsWanted = found?.hasLfEndings === true && found.elsewhere === 0;
      if (isAsWanted && headerLine(found.header) === headerLine(header))
        return ManifestStore.#openRecords(file, found, digests, options);
      try {
        if (found !== undefined) requireWhole(found);
        yield* replaceFileInSteps(file, linesUnder(found, { header, digests, placement }));
        if (found !== undefined && found.elsewhere > 0) placement?.removeOld();
      } finally {
        found?.close();
      }
      const records = yield* RecordIndex.openInSteps(file, how);
      return ManifestStore.#openRecords(file, records, digests, options, found);
    } catch (error) {
      throw asManifestError(file, 'write', error);
    }
  }

  /**
   * {@link openInSteps} for a shard, whose manifest begins with its own records, and with those that the merged manifest has of its photos.
   * What the merged one names is left in its place, too, if thumbnails are moved to another layout.
   * @throws {ThumbsError} `MANIFEST`, also for the merged one, which is only read.
   */
  static *openShardInSteps(
    file: string,
    seed: ShardSeed,
    digests: Digests,
    options: StoreOptions = {},
  ): Steps<ManifestStore> {
    try {
      createFolder(path.dirname(file));
      const { placement } = options;
      const how = placement === undefined ? { digests } : { digests, layout: placement.layout };
      const seeds = yield* openSeeds(file, seed, how);
      const { own, merged, isSeeded } = seeds;
      const layout = placement?.layout;
      const header = seededHeader(digests, seeds);
      const contents = merged && new MergedContents(merged, { header, digests, layout });
      let store: ManifestStore | undefined;
      try {
        const isAsWanted = isSeeded && own?.hasLfEndings === true && own.elsewhere === 0;
        if (isAsWanted && headerLine(own.header) === headerLine(header)) {
          store = ManifestStore.#openRecords(file, own, digests, options, undefined, contents);
          return store;
        }
        let elsewhere: number;
        try {
          elsewhere = countElsewhere(seeds, layout);
          yield* replaceFileInSteps(file, seedLines(seeds, { header, digests, placement }));
        } finally {
          own?.close();
        }
        const records = yield* RecordIndex.openInSteps(file, how);
        const earlier = (own ?? merged)?.header;
        const before = records && earlier && { ...foundIn(records), header: earlier, elsewhere };
        store = ManifestStore.#openRecords(file, records, digests, options, before, contents);
        return store;
      } finally {
        if (store === undefined) contents?.close();
      }
    } catch (error) {
      throw asManifestError(file, 'write', error);
    }
  }

  /**
   * Opens an existing manifest for repair, in steps of some hundred records: under its own digests, and without its damaged lines. One of
   * version 1 is rewritten by the next run, not before.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read or written, is of another version, or is something else.
   */
  static *openDamagedInSteps(file: string, options: StoreOptions = {}): Steps<ManifestStore> {
    try {
      const records = yield* RecordIndex.openInSteps(file, { dropDamaged: true });
      return ManifestStore.#openRecords(file, records, undefined, options);
    } catch (error) {
      throw asManifestError(file, 'write', error);
    }
  }

  static #openRecords(
    file: string,
    records: RecordIndex | undefined,
    digests: Digests | undefined,
    options: StoreOptions,
    before?: Before,
    contents?: MergedContents,
  ): ManifestStore {
    if (records === undefined) throw emptyManifestError(file);
    try {
      return new ManifestStore(records, digests, options, before, contents);
    } catch (error) {
      records.close();
      throw error;
    }
  }

  get file(): string {
    return this.records.file;
  }

  /**
   * Adds a record in place of an earlier one of the same source. Its thumbnails that have no digests of their own were made by the run's, as
   * was its failure.
   */
  append(record: ManifestRecord): void {
    const bytes = Buffer.from(`${jsonLine(this.#written(record))}\n`);
    this.#requireLocks();
    withManifestErrors(this.file, 'write', () => fs.writeFileSync(this.#descriptor, bytes));
    this.#appended.set(ownSplitName(nameOf(record)), { offset: this.#end, length: bytes.length - 1 });
    this.#end += bytes.length;
  }

  #written(record: ManifestRecord): ManifestRecord {
    const { header } = this.records;
    const digests = this.#digests;
    if (digests === undefined) return record;
    const made = (variant: string, format: string) => ({
      digest: digests.ofVariant(variant),
      decoder: ownValue(digests.run.decoders, format) ?? UNKNOWN_DECODER,
    });
    if (record.status === 'done') return compactRecord(record, header, made);
    return compactRecord({ digest: digests.run.failures, ...record }, header, made);
  }

  /** Whether this run has written or kept a record of a source. */
  hasRecord(source: string): boolean {
    const row = this.records.positions.rowOf(source);
    return this.#appended.rowOf(source) !== undefined || (row !== undefined && this.#kept[row] === 1);
  }

  /** Keeps the earlier record of a source. */
  keep(source: string): void {
    const row = this.records.positions.rowOf(source);
    if (row !== undefined) this.#kept[row] = 1;
  }

  /**
   * Rewrites the file atomically, sorted by source ({@link sortNames}): with every record that was appended or kept, and those
   * earlier ones for which `stays` holds. A file that would not change is left alone.
   * @param onRemoval Called before the first record is removed, with what is about to be.
   * @param isComplete Whether the run has reached all photos, which a shard's manifest then says.
   * @throws {ThumbsError} `MANIFEST`; the file then has what was appended. `LOCKED`: the lock was lost.
   */
  finish(
    stays: (source: string) => boolean,
    onRemoval: (removed: Removed) => void = () => {},
    isComplete = false,
  ): Removed {
    const { positions } = this.records;
    const header = this.#finishedHeader(isComplete);
    const isSorted = this.records.isSorted && header.shard?.complete === this.records.header.shard?.complete;
    const sources: string[] = [];
    const removed: string[] = [];
    for (const [source, row] of positions.sources()) {
      if (this.#appended.rowOf(source) !== undefined) continue;
      if (this.#kept[row] === 1 || stays(source)) sources.push(source);
      else removed.push(source);
    }
    for (const [source] of this.#appended.sources()) sources.push(source);
    const photos = withManifestErrors(this.file, 'read', () => this.#photosGone(removed));
    const amounts = { records: removed.length, photos };
    this.#requireLocks();
    withManifestErrors(this.file, 'write', () => {
      this.#checkFile();
      if (isSorted && this.#appended.size === 0 && removed.length === 0) return;
      if (removed.length > 0) onRemoval(amounts);
      replaceFile(this.file, this.#lines(header, sortNames(sources)));
    });
    return amounts;
  }

  /** How many of these sources had a thumbnail, and are not among the appended ones by their content. */
  #photosGone(removed: readonly string[]): number {
    const gone = new Map<string, number>();
    for (const source of removed) {
      const record = this.records.find(source);
      const content = record?.status === 'done' ? contentOf(record) : undefined;
      if (content !== undefined) gone.set(content, (gone.get(content) ?? 0) + 1);
    }
    if (gone.size > 0) for (const record of this.#appendedRecords()) gone.delete(contentOf(record) ?? '');
    return [...gone.values()].reduce((sum, photos) => sum + photos, 0);
  }

  *#appendedRecords(): Generator<ManifestRecord> {
    // The descriptor of `#appended` cannot read.
    const reader = new LineReader(this.records.descriptor);
    for (const [, row] of this.#appended.sources()) {
      const record = parseRecord(reader.read(this.#appended.at(row)), this.records.header);
      if (record !== undefined) yield record;
    }
  }

  close(): void {
    fs.closeSync(this.#descriptor);
    this.records.close();
    this.merged?.close();
  }

  /** A manifest that was removed or replaced during the run is not written again: thumbnails may have been removed with it. */
  #checkFile(): void {
    const present = fs.statSync(this.file, { throwIfNoEntry: false });
    const own = fs.fstatSync(this.#descriptor);
    if (present?.ino === own.ino && present.dev === own.dev) return;
    throw manifestError(this.file, `it was ${present === undefined ? 'removed' : 'replaced'} during the run`);
  }

  #finishedHeader(isComplete: boolean): ManifestHeader {
    const { header, damagedLines } = this.records;
    if (header.shard === undefined) return header;
    const { complete: _, ...shard } = header.shard;
    // A repair of damaged lines leaves photos without a record.
    const staysComplete = header.shard.complete === true && damagedLines.length === 0;
    return { ...header, shard: isComplete || staysComplete ? { ...shard, complete: true } : shard };
  }

  *#lines(header: ManifestHeader, sources: readonly string[]): Generator<string | Buffer> {
    yield `${headerLine(header)}\n`;
    yield* copyLines(this.records.descriptor, this.#positionsOf(sources));
  }

  *#positionsOf(sources: readonly string[]): Generator<LinePosition> {
    for (const source of sources) {
      const appended = this.#appended.rowOf(source);
      if (appended !== undefined) yield this.#appended.at(appended);
      else yield this.records.positions.at(this.records.positions.rowOf(source) ?? 0);
    }
  }
}

function foundIn({ outdated, size }: RecordIndex): Pick<Before, 'outdated' | 'size'> {
  return { outdated, size };
}

/** What a run makes anew because of other versions. */
export interface MadeAnew {
  /** Photos whose thumbnails it would keep otherwise. */
  readonly photos: number;
  /** Photos on record. */
  readonly of: number;
  readonly changes: readonly VersionChange[];
}

/** Undefined when nothing is. */
export function madeAnew(
  { header, outdated, size }: Pick<RecordIndex, 'header' | 'outdated' | 'size'>,
  digests: Digests,
): MadeAnew | undefined {
  if (outdated.sources === 0) return undefined;
  return { photos: outdated.sources, of: size, changes: digests.changesSince(header, outdated.formats) };
}
