// Results in, manifest out. The sink is done when it has counted N sentinels, and for no other reason.

import { type ImageErrorCode, unreachable } from '../../errors.js';
import { ThumbnailSet } from '../../files/thumbnails/thumbnail-name.js';
import { VERDICT_VERSION } from '../../image/renderer-version.js';
import type { FailedOutcome, Job, JobResult, PoolNotice, PoolOutput, Unchanged } from '../../job.js';
import {
  contentOf,
  DECODER_VERDICTS,
  type DoneFacts,
  type FailedRecord,
  messageFor,
  reasonOf,
  type ThumbnailEntry,
} from '../../manifest/record.js';
import { nameOf, recordedName, sourceName } from '../../manifest/source-names.js';
import type { ManifestStore } from '../../manifest/store.js';
import { eventPath } from '../../path-bytes.js';
import type { WalkProgress } from '../../producer/walk-progress.js';
import type { DoneEvent, FailedEvent, HostFigures, Progress, UnchangedEvent } from '../events.js';
import { HostTotals } from './host-totals.js';

/** What the sink has counted. */
export interface Totals {
  /** Photos of which something was made. */
  done: number;
  /** Thumbnails that were made, equal ones too. */
  thumbnails: number;
  unchanged: number;
  /** Of those unchanged, the ones that were found by their content. */
  identified: number;
  failed: number;
  /** Of those failed, the ones that were not tried again. */
  known: number;
  readonly failures: Partial<Record<ImageErrorCode, number>>;
  /** Photos that a consumer worked on. */
  worked: number;
  sourceBytes: number;
  sourcePixels: number;
  sentinels: number;
  /** Peak memory of all consumers, added up, bytes. */
  consumersMemoryBytes: number;
  consumersCpuMs: number;
}

/** Before the first result. */
export function noTotals(): Totals {
  return {
    done: 0,
    thumbnails: 0,
    unchanged: 0,
    identified: 0,
    failed: 0,
    known: 0,
    failures: {},
    worked: 0,
    sourceBytes: 0,
    sourcePixels: 0,
    sentinels: 0,
    consumersMemoryBytes: 0,
    consumersCpuMs: 0,
  };
}

export class Sink {
  readonly totals: Totals = noTotals();
  readonly #manifest: ManifestStore;
  readonly #walk: Readonly<WalkProgress>;
  readonly #plan: { readonly jobs: number };
  readonly #wanted: readonly string[];
  /** The thumbnails of the photos that were done. */
  readonly #thumbnails = new ThumbnailSet();
  readonly #hosts = new HostTotals();

  /**
   * @param plan How many of the photos that `walk` has found are jobs.
   * @param wanted Names of the variants, in the order in which records have them.
   */
  constructor(
    manifest: ManifestStore,
    walk: Readonly<WalkProgress>,
    plan: { readonly jobs: number },
    wanted: readonly string[],
  ) {
    this.#manifest = manifest;
    this.#walk = walk;
    this.#plan = plan;
    this.#wanted = wanted;
  }

  /** Different thumbnails so far. */
  get made(): number {
    return this.#thumbnails.size;
  }

  /** Photos finished. */
  get finished(): number {
    return this.totals.done + this.totals.unchanged + this.totals.failed;
  }

  /** What each host has done; empty where all consumers are on this one. */
  get hosts(): HostFigures[] {
    return this.#hosts.figures;
  }

  /**
   * An event for each photo and each notice, until N sentinels have come.
   * @param pool N is `slots` when the first sentinel comes.
   * @throws {Error} when `outputs` ends before that: results may be missing.
   */
  async *consume(
    outputs: AsyncIterable<PoolOutput | PoolNotice>,
    pool: { readonly slots: number },
  ): AsyncGenerator<DoneEvent | UnchangedEvent | FailedEvent | PoolNotice> {
    for await (const output of outputs) {
      switch (output.type) {
        case 'result':
          yield this.#onResult(output);
          break;
        case 'unchanged':
          yield this.#onUnchanged(output);
          break;
        case 'sentinel':
          this.totals.sentinels += 1;
          this.totals.consumersMemoryBytes += output.usage.peakMemoryBytes;
          this.totals.consumersCpuMs += output.usage.cpuMs;
          if (this.totals.sentinels === pool.slots) return;
          break;
        case 'host':
          this.#hosts.onNotice(output);
          yield output;
          break;
        case 'queue':
          yield output;
          break;
        default:
          unreachable(output);
      }
    }
    throw new Error(`the results ended after ${this.totals.sentinels} of ${pool.slots} sentinels`);
  }

  #onResult({ job, outcome, attempt }: JobResult): DoneEvent | UnchangedEvent | FailedEvent {
    const { path } = job;
    this.#hosts.onPhoto(attempt.host);
    const source = sourceName(this.#manifest.file, path);
    this.totals.worked += 1;
    if (outcome.status === 'failed') {
      const earlier = isForMore(job) ? this.#manifest.records.find(source) : undefined;
      if (earlier !== undefined)
        return this.#onUnchanged({ type: 'unchanged', path, record: earlier, by: 'state', isOnRecord: true });
      const record = failedRecord(source, outcome);
      // What the photo has stays, unless the photo is at fault.
      const hasEarlier = job.kept !== undefined && this.#manifest.records.find(source) !== undefined;
      if (hasEarlier && !AT_FAULT.has(outcome.code)) this.#manifest.keep(source);
      else this.#manifest.append(record);
      const { stack } = outcome;
      return {
        ...this.#onFailed(path, record),
        attempt: stack === undefined ? attempt : { ...attempt, stack },
      };
    }
    const record = { ...recordedName(source), ...completed(job, outcome, this.#wanted) };
    this.#manifest.append(record);
    this.totals.done += 1;
    this.totals.thumbnails += outcome.thumbnails.length;
    this.totals.sourceBytes += outcome.sourceBytes;
    this.totals.sourcePixels += outcome.sourceWidth * outcome.sourceHeight;
    for (const { file } of outcome.thumbnails) this.#thumbnails.add(file);
    return { type: 'done', ...eventPath(path), record, progress: this.#progress() };
  }

  #onUnchanged({ path, record, by, isOnRecord }: Unchanged): UnchangedEvent | FailedEvent {
    const identified = by === 'content';
    if (identified) this.totals.worked += 1;
    if (isOnRecord) this.#manifest.keep(nameOf(record));
    else this.#manifest.append(record);
    if (record.status === 'failed') {
      this.totals.known += 1;
      return this.#onFailed(path, record, true);
    }
    this.totals.unchanged += 1;
    if (identified) this.totals.identified += 1;
    return { type: 'unchanged', ...eventPath(path), identified, record, progress: this.#progress() };
  }

  #onFailed(path: string, record: FailedRecord, known = false): FailedEvent {
    const { code } = record.error;
    this.totals.failed += 1;
    this.totals.failures[code] = (this.totals.failures[code] ?? 0) + 1;
    return {
      type: 'failed',
      ...eventPath(path),
      reason: reasonOf(record),
      known,
      record,
      progress: this.#progress(),
    };
  }

  #progress(): Progress {
    const { failed, worked } = this.totals;
    const { found, ended } = this.#walk;
    const { jobs } = this.#plan;
    const hosts = this.#hosts.recentFigures;
    const progress = { finished: this.finished, failed, worked, found, jobs, walked: ended };
    return hosts === undefined ? progress : { ...progress, hosts };
  }
}

/** Codes of a photo that no other run and no other machine would make a thumbnail of. */
const AT_FAULT: ReadonlySet<string> = new Set<ImageErrorCode>(['CORRUPT', 'UNSUPPORTED', 'TOO_LARGE']);

/** Whether the photo has its thumbnails, and was read only for what its record lacks: what fails then costs none of them. */
function isForMore({ why }: Job): boolean {
  return why === 'incomplete';
}

/** What was made of a photo, with what it had: if a part was to be made, and the content was that which the part was planned for. */
function completed({ part, kept }: Job, outcome: DoneFacts, wanted: readonly string[]): DoneFacts {
  if (part === undefined || kept === undefined || part.content !== contentOf(outcome)) return outcome;
  const { status, thumbnails: made, placeholder = kept.placeholder, ...facts } = outcome;
  const all: readonly ThumbnailEntry[] = [...made, ...kept.thumbnails];
  const thumbnails = wanted.flatMap((variant) => all.find((entry) => entry.variant === variant) ?? []);
  return { status, thumbnails, ...facts, ...(placeholder === undefined ? {} : { placeholder }) };
}

function failedRecord(source: string, outcome: FailedOutcome): FailedRecord {
  const { code, reason, limit, needs, status, stack: _, ...facts } = outcome;
  const error = {
    code,
    message: messageFor(source, reason),
    ...(limit === undefined ? {} : { limit }),
    ...(needs === undefined ? {} : { needs }),
    ...(DECODER_VERDICTS.has(code) ? { verdicts: VERDICT_VERSION } : {}),
  };
  return { ...recordedName(source), status, error, ...facts };
}
