// For a dry run: which records, and so which thumbnails, would remain after the run.

import { ThumbnailSet } from '../files/thumbnails/thumbnail-name.js';
import type { Job, Unchanged } from '../job.js';
import type { Digests } from '../manifest/digests/digests.js';
import { matchRecord } from '../manifest/digests/matching.js';
import type { DoneRecord, ManifestRecord } from '../manifest/record.js';
import type { RecordIndex } from '../manifest/record-index.js';
import { SourceNames } from '../manifest/source-names.js';

/** The records after the run. */
export interface RemainingRecords {
  /** Sources that would have no record any more. */
  readonly removed: number;
  /** Sources that would have one. */
  readonly recorded: number;
  /** Of those removed, the photos with a thumbnail that were not merely moved, as far as is known before their content is read. */
  readonly left: number;
}

export class RemainingThumbnails {
  readonly thumbnails: ThumbnailSet = new ThumbnailSet();
  /** Those that records name now and may not name afterwards: they are known as thumbnails without being read. */
  readonly known: ThumbnailSet = new ThumbnailSet();
  readonly #records: RecordIndex | undefined;
  readonly #names: SourceNames;
  readonly #digests: Digests;
  /** By row of the records: 1 if the walk has found the source. */
  readonly #found: Uint8Array;
  #new = 0;
  #moved = 0;
  /** Sizes whose records are all kept, because content may find any of them. */
  readonly #keptSizes = new Set<number>();

  constructor(records: RecordIndex | undefined, manifest: string, digests: Digests) {
    this.#records = records;
    this.#names = new SourceNames(manifest);
    this.#digests = digests;
    this.#found = new Uint8Array(records?.size ?? 0);
  }

  /** Adds a photo that the walk has found. */
  add(item: Job | Unchanged): void {
    const source = this.#names.of(item.path);
    const row = this.#records?.positions.rowOf(source);
    if (row === undefined) this.#new += 1;
    else this.#found[row] = 1;
    if (item.type === 'job' && item.why === 'moved') this.#moved += 1;
    if (item.type === 'unchanged') {
      if (!item.isOnRecord) addTo(this.known, this.#records?.find(source));
      this.#keep(item.record);
      return;
    }
    const record = this.#records?.find(source);
    addTo(this.known, record);
    if (record?.status === 'done' && !isOther(item, record)) this.#keepWanted(record);
    const bytes = item.task === 'identify' ? item.facts?.sourceBytes : undefined;
    if (bytes === undefined || this.#keptSizes.has(bytes)) return;
    this.#keptSizes.add(bytes);
    for (const [record] of this.#records?.ofSize(bytes) ?? []) this.#keep(record);
  }

  /** Keeps those thumbnails of a record that the photo would get again. */
  #keepWanted(record: DoneRecord): void {
    if (this.#records === undefined) return;
    const { entries } = matchRecord(record, this.#records.header, this.#digests);
    for (const entry of entries) if (entry !== undefined) this.thumbnails.add(entry.file);
  }

  /** Keeps the records that the walk did not cover, and returns what the others come to. */
  finish(stays: (source: string) => boolean): RemainingRecords {
    let [removed, withThumbnail] = [0, 0];
    for (const [source, row] of this.#records?.positions.sources() ?? []) {
      if (this.#found[row] === 1) continue;
      const record = this.#records?.find(source);
      if (stays(source)) {
        this.#keep(record);
        continue;
      }
      removed += 1;
      if (record?.status === 'done') withThumbnail += 1;
      addTo(this.known, record);
    }
    const recorded = (this.#records?.size ?? 0) - removed + this.#new;
    return { removed, recorded, left: Math.max(0, withThumbnail - this.#moved) };
  }

  #keep(record: ManifestRecord | undefined): void {
    addTo(this.thumbnails, record);
  }
}

/** Whether the photo is another one than that of its record, as far as is known before its content is read. */
function isOther({ why, facts }: Job, { sourceBytes }: DoneRecord): boolean {
  return why === 'changed' || (why === 'force' && facts?.sourceBytes !== sourceBytes);
}

function addTo(thumbnails: ThumbnailSet, record: ManifestRecord | undefined): void {
  if (record?.status === 'done') for (const { file } of record.thumbnails) thumbnails.add(file);
}
