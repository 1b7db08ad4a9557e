// Results in, manifest out. The sink is done when it has counted N sentinels, and for no other reason.

import path from 'node:path';
import { type ImageErrorCode, unreachable } from '../errors.js';
import type { FailedRecord } from '../manifest/record.js';
import type { ManifestStore } from '../manifest/store.js';
import { printable } from '../printable.js';
import type { DoneEvent, FailedEvent, Progress } from './events.js';
import type { WalkProgress } from './producer.js';
import type { JobResult, Output } from './seat.js';
import type { FailedOutcome } from './work.js';

/** What the sink has counted. */
export interface Totals {
  done: number;
  failed: number;
  readonly failures: Partial<Record<ImageErrorCode, number>>;
  sourceBytes: number;
  sourcePixels: number;
  sentinels: number;
  /** Peak memory of all consumers, added up, bytes. */
  consumersMemoryBytes: number;
  consumersCpuMs: number;
}

/** Takes what passes the dispatcher, writes it to the manifest and tells of it. */
export class Sink {
  readonly totals: Totals = {
    done: 0,
    failed: 0,
    failures: {},
    sourceBytes: 0,
    sourcePixels: 0,
    sentinels: 0,
    consumersMemoryBytes: 0,
    consumersCpuMs: 0,
  };
  readonly #manifest: ManifestStore;
  readonly #walk: Readonly<WalkProgress>;
  /** The thumbnails that photos of this run have: 32 bytes each, as a string because a Set compares those by value. */
  readonly #thumbnails = new Set<string>();

  constructor(manifest: ManifestStore, walk: Readonly<WalkProgress>) {
    this.#manifest = manifest;
    this.#walk = walk;
  }

  /** Different thumbnails so far. */
  get made(): number {
    return this.#thumbnails.size;
  }

  /**
   * An event for each result, until `consumers` sentinels have come.
   * @throws {Error} when `outputs` ends before that: results may be missing.
   */
  async *drain(outputs: AsyncIterable<Output>, consumers: number): AsyncGenerator<DoneEvent | FailedEvent> {
    for await (const output of outputs) {
      switch (output.type) {
        case 'result':
          yield this.#take(output);
          break;
        case 'sentinel':
          this.totals.sentinels += 1;
          this.totals.consumersMemoryBytes += output.usage.peakMemoryBytes;
          this.totals.consumersCpuMs += output.usage.cpuMs;
          if (this.totals.sentinels === consumers) return;
          break;
        default:
          unreachable(output);
      }
    }
    throw new Error(`the results ended after ${this.totals.sentinels} of ${consumers} sentinels`);
  }

  #take({ job, outcome, attempt }: JobResult): DoneEvent | FailedEvent {
    const source = sourceName(this.#manifest.file, job.path);
    if (outcome.status === 'failed') {
      const record = failedRecord(source, outcome);
      this.#manifest.append(record);
      this.totals.failed += 1;
      this.totals.failures[outcome.code] = (this.totals.failures[outcome.code] ?? 0) + 1;
      const { reason } = outcome;
      return { type: 'failed', path: job.path, reason, attempt, record, progress: this.#progress() };
    }
    const record = { source, ...outcome };
    this.#manifest.append(record);
    this.totals.done += 1;
    this.totals.sourceBytes += outcome.sourceBytes;
    this.totals.sourcePixels += outcome.sourceWidth * outcome.sourceHeight;
    for (const { file } of outcome.thumbnails) {
      this.#thumbnails.add(Buffer.from(path.parse(file).name, 'hex').toString('latin1'));
    }
    return { type: 'done', path: job.path, record, progress: this.#progress() };
  }

  #progress(): Progress {
    const { done, failed } = this.totals;
    return { finished: done + failed, failed, found: this.#walk.found, walked: this.#walk.ended };
  }
}

/** A source's name in the manifest: relative to the manifest's folder, with `/`, so that a tree can be moved whole. */
export function sourceName(manifest: string, file: string): string {
  const relative = path.relative(path.dirname(manifest), file);
  return path.sep === '/' ? relative : relative.replaceAll(path.sep, '/');
}

function failedRecord(source: string, { code, reason, status, ...facts }: FailedOutcome): FailedRecord {
  return { source, status, error: { code, message: `${printable(source)}: ${reason}` }, ...facts };
}
