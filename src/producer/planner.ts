// Compares each photo with what earlier runs recorded of it: unchanged, to be identified by its content, or to be made. It opens no
// photo and knows nothing of consumers.

import fs from 'node:fs';
import type { ImageErrorCode, Limits } from '../errors.js';
import { type SourceFacts, sourceFacts } from '../files/source.js';
import { thumbnailSize } from '../files/thumbnail-folder.js';
import type { Identified, Job, Unchanged, Why } from '../job.js';
import type { Digests } from '../manifest/digests.js';
import {
  contentOf,
  DECODER_VERDICTS,
  type DoneFacts,
  type FailedRecord,
  lacksTakenAt,
  type ManifestRecord,
  messageFor,
  reasonOf,
} from '../manifest/record.js';
import type { RecordIndex } from '../manifest/record-index.js';
import { recordedName, SourceNames } from '../manifest/source-names.js';
import { systemPath } from '../path-bytes.js';

export interface PlannerOptions {
  /** Absolute path of the manifest. */
  readonly manifest: string;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** The digests of the run's options. */
  readonly digests: Digests;
  /** The version of the decoders' verdicts: an image that a decoder of another one has refused is tried again. */
  readonly verdicts: number;
  /** Whether a decoder of this run lacks what a record names as needed. Once it is there, an image refused for it is tried again. */
  readonly lacks: (needs: string) => boolean;
  readonly force: boolean;
  readonly retryFailed: boolean;
  /** The limits of this run: an image that exceeded a lower one is tried again. */
  readonly limits: Required<Limits>;
}

/** Failures that repeat as long as neither the image nor the limits change. */
const REPEATABLE: ReadonlySet<string> = new Set<ImageErrorCode>([
  'CORRUPT',
  'UNSUPPORTED',
  'TOO_LARGE',
  'TIMEOUT',
]);

/** Why a photo is only read, at first. */
const IDENTIFIED: ReadonlySet<Why> = new Set<Why>(['moved', 'touched', 'incomplete']);

/** Whether the file is as it was when the record was written: the same size, and the same time to the nanosecond. */
function isSameState(record: ManifestRecord, facts: SourceFacts | undefined): boolean {
  return (
    facts !== undefined &&
    facts.sourceBytes === record.sourceBytes &&
    facts.sourceMtimeMs === record.sourceMtimeMs &&
    facts.sourceMtimeNs === record.sourceMtimeNs
  );
}

/** By `stat`; undefined when it fails, or the file is no regular one. */
function factsOf(file: string): SourceFacts | undefined {
  try {
    const state = fs.statSync(systemPath(file), { bigint: true, throwIfNoEntry: false });
    return state?.isFile() ? sourceFacts(state) : undefined;
  } catch {
    return undefined; // The consumer that opens the file gets the same error and reports it.
  }
}

export class Planner {
  readonly #records: RecordIndex | undefined;
  readonly #options: PlannerOptions;
  readonly #names: SourceNames;
  #jobs = 0;

  /** @param records The records of earlier runs; undefined when there is no manifest. */
  constructor(records: RecordIndex | undefined, options: PlannerOptions) {
    this.#records = records;
    this.#options = options;
    this.#names = new SourceNames(options.manifest);
  }

  /** Photos that became jobs so far. */
  get jobs(): number {
    return this.#jobs;
  }

  /** Whether every photo will be a job, because no record counts. */
  get hasNoHistory(): boolean {
    return this.#options.force || this.#records === undefined || this.#records.size === 0;
  }

  /**
   * The plan for a file, after a `stat` of it. Rejects with a {@link ThumbsError}, `MANIFEST`, when the manifest cannot be read any more.
   * @param isLocal Whether `stat` is sure to answer soon: then the plan is returned at once.
   */
  plan(file: string, isLocal: boolean): Promise<Job | Unchanged> | Job | Unchanged {
    if (isLocal) return this.#planAtOnce(file);
    return new Promise((resolve, reject) => {
      // By callback, because the promise of `fs/promises` takes twice the time. The error of `stat` is dropped: the consumer that opens the
      // file gets the same one and reports it.
      fs.stat(systemPath(file), { bigint: true }, (_, state) => {
        try {
          resolve(this.planFor(file, state?.isFile() ? sourceFacts(state) : undefined, false));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #planAtOnce(file: string): Promise<Job | Unchanged> | Job | Unchanged {
    try {
      return this.planFor(file, factsOf(file), true);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The plan for a file in this state. Without `facts` it is no regular file, or `stat` failed.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read any more.
   */
  planFor(file: string, facts: SourceFacts | undefined, isLocal: boolean): Job | Unchanged {
    const result = this.#compare(this.#records?.find(this.#names.of(file)), facts);
    if (typeof result !== 'string') return { type: 'unchanged', path: file, record: result, by: 'state' };
    this.#jobs += 1;
    const task = IDENTIFIED.has(result) ? 'identify' : 'make';
    return { type: 'job', path: file, task, why: result, ...(facts === undefined ? {} : { facts }), isLocal };
  }

  /**
   * The record of a photo whose content another record has; undefined when none has, or its thumbnail is missing.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read any more.
   */
  findByContent(file: string, identified: Identified): ManifestRecord | undefined {
    const { status: _, takenAt: foundAt, ...facts } = identified;
    const content = contentOf(facts);
    const known = content === undefined ? undefined : this.#records?.findContent(facts.sourceBytes, content);
    if (known === undefined || !this.#isValid(known)) return undefined;
    const source = this.#names.of(file);
    if (known.status === 'failed') {
      const error = { ...known.error, message: messageFor(source, reasonOf(known)) };
      return { ...recordedName(source), status: 'failed', error, ...facts };
    }
    const { status, thumbnails, sourceFormat, sourceWidth, sourceHeight, takenAt = foundAt } = known;
    const image = { sourceFormat, sourceWidth, sourceHeight };
    const options = known.options === undefined ? {} : { options: known.options };
    return {
      ...recordedName(source),
      status,
      thumbnails,
      ...image,
      ...facts,
      takenAt,
      ...pictureOf(known),
      ...options,
    };
  }

  /** The record if it is still valid, else why it is not. */
  #compare(record: ManifestRecord | undefined, facts: SourceFacts | undefined): ManifestRecord | Why {
    if (record === undefined) return this.#mayBeKnown(facts) ? 'moved' : 'new';
    if (this.#options.force) return 'force';
    if (this.#records?.digestOf(record) !== this.#options.digests.of(record)) return 'options';
    if (record.redo === true) return 'redo';
    if (!isSameState(record, facts)) return this.#mayBeKnown(facts) ? 'touched' : 'changed';
    if (this.#isValid(record)) return lacksTakenAt(record) ? 'incomplete' : record;
    return record.status === 'failed' ? 'retry' : 'thumbnail';
  }

  #mayBeKnown(facts: SourceFacts | undefined): boolean {
    return !this.hasNoHistory && facts !== undefined && this.#records?.hasSize(facts.sourceBytes) === true;
  }

  #isValid(record: ManifestRecord): boolean {
    if (record.status === 'failed') return this.#isKnownFailure(record);
    return record.thumbnails.every(({ file, bytes }) => thumbnailSize(this.#options.out, file) === bytes);
  }

  #isKnownFailure({ error }: FailedRecord): boolean {
    const { retryFailed, limits, verdicts, lacks } = this.#options;
    if (retryFailed || !REPEATABLE.has(error.code)) return false;
    if (error.needs !== undefined && !lacks(error.needs)) return false;
    if (DECODER_VERDICTS.has(error.code) && (error.verdicts ?? 1) !== verdicts) return false;
    // A limit that there is no more (`memoryShareBytes`, for an image that was never tried alone) refuses nothing now.
    const now: Readonly<Record<string, number>> = { ...limits };
    return Object.entries(error.limit ?? {}).every(
      ([name, exceeded]) => (now[name] ?? Number.POSITIVE_INFINITY) <= exceeded,
    );
  }
}

/** Of which picture the thumbnails were made, if it was not the full one. */
function pictureOf(record: DoneFacts): Partial<Pick<DoneFacts, 'from' | 'fromWidth' | 'fromHeight'>> {
  const { from, fromWidth, fromHeight } = record;
  return {
    ...(from === undefined ? {} : { from }),
    ...(fromWidth === undefined ? {} : { fromWidth }),
    ...(fromHeight === undefined ? {} : { fromHeight }),
  };
}
