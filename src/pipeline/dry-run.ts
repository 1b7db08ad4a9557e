// What a run would do, found out by the same walk and the same planner, without a consumer and without writing anything.

import fs from 'node:fs';
import { realFile } from '../files/replace-file.js';
import { ThumbnailSet } from '../files/thumbnail-folder.js';
import { findUnneeded, type PrunedEvent } from '../maintenance/prune.js';
import { realPlace } from '../manifest/reading.js';
import { type ManifestRecord, sourceName } from '../manifest/record.js';
import { RecordIndex } from '../manifest/record-index.js';
import { type ResolvedOptions, resolveOptions, type ThumbsOptions } from '../options.js';
import type { PlannedEvent, PlanSummaryEvent, UnreadableFolderEvent } from './events.js';
import { type Carried, digestOf, type Job, Planner, plannerOptions } from './planner.js';
import type { WalkProgress } from './producer.js';
import { findRoots, seenFrom, uncovered } from './roots.js';

/** What a dry run tells its caller; the last event is the summary. */
export type PlanEvent = PlannedEvent | UnreadableFolderEvent | PrunedEvent | PlanSummaryEvent;

/**
 * Tells what {@link createThumbnails} would do with the same arguments now: a `planned` event a photo, and a `pruned` event
 * for each file of the output folder that no record would name afterwards. It opens no photo, forks no process and writes
 * nothing.
 *
 * @throws {ThumbsError} `OPTION`, at once, when an option is not what it has to be.
 * While iterating: `OPTION` (a path that is not there), `OUTPUT` or `MANIFEST`.
 */
export function planThumbnails(paths: readonly string[], options?: ThumbsOptions): AsyncGenerator<PlanEvent> {
  return plan(resolveOptions(paths, options));
}

async function* plan(asked: ResolvedOptions): AsyncGenerator<PlanEvent> {
  const options = { ...asked, manifest: realFile(asked.manifest) };
  const roots = seenFrom(options.manifest, await findRoots(asked.paths, asked.out));
  const digest = digestOf(options);
  const records = RecordIndex.open(options.manifest, { options: digest });
  try {
    const planner = new Planner(records, plannerOptions(options, digest));
    const walked: WalkProgress = { found: 0, skippedLinks: 0, ended: false };
    const unreadable: UnreadableFolderEvent[] = [];
    const staying = new Staying(records, options.manifest, digest);
    const counts = { new: none(), changed: none(), compare: none(), unchanged: none(), 'known-bad': none() };
    const { produce, walkOptions } = await import('./producer.js');
    const walk = walkOptions(options, roots, walked, unreadable);
    const judge = (path: string) => planner.judge(path);
    for await (const item of produce({ ...walk, judge, consumers: 0, signal: options.signal }, walked)) {
      if (item.type === 'sentinel') continue;
      staying.note(item);
      const event = planned(item);
      add(counts[event.plan], event.bytes);
      yield event;
    }
    yield* unreadable;
    // After a walk that was stopped nothing is known of what it has not found, and a run would prune nothing.
    const stays = walked.ended ? uncovered(roots, unreadable, options.manifest) : () => true;
    const removed = staying.finish(stays);
    const unneeded = { files: 0, bytes: 0 };
    const place = fs.existsSync(options.out) ? realPlace(options) : options;
    for await (const event of walked.ended ? findUnneeded(place, staying.thumbnails) : []) {
      unneeded.files += 1;
      unneeded.bytes += event.bytes;
      yield event;
    }
    const { 'known-bad': knownBad, ...others } = counts;
    yield {
      type: 'plan',
      ...others,
      knownBad,
      removed,
      unneeded,
      unreadableFolders: unreadable.length,
      skippedLinks: walked.skippedLinks,
      walked: walked.ended,
    };
  } finally {
    records?.close();
  }
}

function none(): { photos: number; bytes: number } {
  return { photos: 0, bytes: 0 };
}

function add(counted: { photos: number; bytes: number }, bytes: number): void {
  counted.photos += 1;
  counted.bytes += bytes;
}

function planned(item: Job | Carried): PlannedEvent {
  const { type: _, path } = item;
  if (item.type === 'carried') {
    const plan = item.record.status === 'failed' ? 'known-bad' : 'unchanged';
    return { type: 'planned', path, plan, bytes: item.record.sourceBytes ?? 0 };
  }
  const { why, task, facts } = item;
  const plan = task === 'identify' ? 'compare' : why === 'new' ? 'new' : 'changed';
  return { type: 'planned', path, plan, why, bytes: facts?.sourceBytes ?? 0 };
}

/** Which records, and so which thumbnails, will still be there after the run. */
class Staying {
  readonly thumbnails = new ThumbnailSet();
  readonly #records: RecordIndex | undefined;
  readonly #manifest: string;
  readonly #digest: string;
  /** By row of the records: 1 if the walk has found the source. */
  readonly #found: Uint8Array;
  readonly #sizes = new Set<number>();

  constructor(records: RecordIndex | undefined, manifest: string, digest: string) {
    this.#records = records;
    this.#manifest = manifest;
    this.#digest = digest;
    this.#found = new Uint8Array(records?.size ?? 0);
  }

  note(item: Job | Carried): void {
    const source = sourceName(this.#manifest, item.path);
    const row = this.#records?.places.rowOf(source);
    if (row !== undefined) this.#found[row] = 1;
    if (item.type === 'carried') {
      this.#keep(item.record);
      return;
    }
    const record = this.#records?.find(source);
    if (record !== undefined && !this.#isToDiffer(item, record)) this.#keep(record);
    const bytes = item.task === 'identify' ? item.facts?.sourceBytes : undefined;
    if (bytes === undefined || this.#sizes.has(bytes)) return;
    // The content of any of them may be that of the photo.
    this.#sizes.add(bytes);
    for (const [record] of this.#records?.ofSize(bytes) ?? []) this.#keep(record);
  }

  /** Whether the photo gets another thumbnail than its record has, as far as can be told without making it. */
  #isToDiffer({ why, facts }: Job, record: ManifestRecord): boolean {
    if (why === 'changed' || this.#records?.optionsOf(record) !== this.#digest) return true;
    return why === 'force' && facts?.sourceBytes !== record.sourceBytes;
  }

  /** Keeps what the walk did not cover, and returns how many sources leave the manifest. */
  finish(stays: (source: string) => boolean): number {
    let removed = 0;
    for (const [source, row] of this.#records?.places.sources() ?? []) {
      if (this.#found[row] === 1) continue;
      if (stays(source)) this.#keep(this.#records?.find(source));
      else removed += 1;
    }
    return removed;
  }

  #keep(record: ManifestRecord | undefined): void {
    if (record?.status === 'done') for (const { file } of record.thumbnails) this.thumbnails.add(file);
  }
}
