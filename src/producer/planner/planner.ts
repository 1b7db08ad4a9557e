// Compares each photo with what earlier runs recorded of it: unchanged, to be identified by its content, or to be made. It opens no
// photo and knows nothing of consumers.

import fs from 'node:fs';
import type { ImageErrorCode, Limits } from '../../errors.js';
import { type SourceFacts, sourceFacts } from '../../files/source.js';
import type { Identified, Job, Kept, Part, Unchanged, Why } from '../../job.js';
import type { HeaderDigests } from '../../manifest/digests/digests.js';
import { failureDigest } from '../../manifest/digests/matching.js';
import {
  contentOf,
  DECODER_VERDICTS,
  type DoneRecord,
  type FailedRecord,
  lacksTakenAt,
  type ManifestRecord,
  messageFor,
  reasonOf,
} from '../../manifest/record.js';
import type { RecordIndex } from '../../manifest/record-index.js';
import { recordedName, SourceNames } from '../../manifest/source-names.js';
import { systemPath } from '../../path-bytes.js';
import { type Wanted, WantedThumbnails } from './wanted-thumbnails.js';

export interface PlannerOptions extends Wanted {
  /** Absolute path of the manifest. */
  readonly manifest: string;
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

/** Where photos are found by their content. */
export type Contents = Pick<RecordIndex, 'hasSize' | 'findContent'>;

export class Planner {
  readonly #records: RecordIndex | undefined;
  readonly #contents: readonly Contents[];
  readonly #options: PlannerOptions;
  readonly #names: SourceNames;
  readonly #header: HeaderDigests;
  readonly #wanted: WantedThumbnails;
  #jobs = 0;

  /**
   * @param records The records of earlier runs; undefined when there is no manifest.
   * @param merged Of a shard: the photos of all shards, whose records are found under the header of `records`.
   */
  constructor(records: RecordIndex | undefined, options: PlannerOptions, merged?: Contents) {
    this.#records = records;
    this.#contents = [merged, records].filter((each) => each !== undefined);
    this.#options = options;
    this.#names = new SourceNames(options.manifest);
    this.#header = records?.header ?? options.digests.run;
    this.#wanted = new WantedThumbnails(this.#header, options);
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
    if (typeof result !== 'string' && 'record' in result)
      return { type: 'unchanged', path: file, by: 'state', ...result };
    this.#jobs += 1;
    const { why, ...parts } = typeof result === 'string' ? { why: result } : result;
    const task = IDENTIFIED.has(why) && !('part' in parts) ? 'identify' : 'make';
    return {
      type: 'job',
      path: file,
      task,
      why,
      ...(facts === undefined ? {} : { facts }),
      isLocal,
      ...parts,
    };
  }

  /**
   * What is to be done with a photo that was read: nothing, if its content is on record with everything that is wanted; else what is
   * missing is made.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read any more.
   */
  planIdentified(job: Job, identified: Identified): Job | Unchanged {
    const { path } = job;
    const { status: _, takenAt: foundAt, ...facts } = identified;
    const content = contentOf(facts);
    const known = content === undefined ? undefined : this.#findContent(facts.sourceBytes, content);
    const make: Job = { ...job, task: 'make' };
    if (known === undefined || content === undefined) return make;
    const name = recordedName(this.#names.of(path));
    if (known.status === 'failed') {
      if (!this.#isKnownFailure(known)) return make;
      const error = { ...known.error, message: messageFor(this.#names.of(path), reasonOf(known)) };
      const record = { ...name, status: known.status, error, ...facts, ...digestOf(known) };
      return { type: 'unchanged', path, record, by: 'content', isOnRecord: false };
    }
    const found = this.#wanted.find(known);
    if (found.kept.thumbnails.length === 0) return make;
    const part = this.#wanted.missingPart(found, content);
    if (part !== undefined) return { ...make, part, kept: found.kept };
    const { status, sourceFormat, sourceWidth, sourceHeight, takenAt = foundAt } = known;
    const { thumbnails, placeholder } = found.kept;
    const record: DoneRecord = {
      ...name,
      status,
      thumbnails,
      ...{ sourceFormat, sourceWidth, sourceHeight },
      ...facts,
      takenAt,
      ...(placeholder === undefined ? {} : { placeholder }),
    };
    return { type: 'unchanged', path, record, by: 'content', isOnRecord: false };
  }

  /** The record if it is still valid, else why it is not, and what of it is. */
  #compare(record: ManifestRecord | undefined, facts: SourceFacts | undefined): Comparison {
    if (record === undefined) return this.#mayBeKnown(facts) ? 'moved' : 'new';
    if (this.#options.force) return 'force';
    if (record.status === 'failed') return this.#compareFailed(record, facts);
    const isSame = isSameState(record, facts);
    if (isSame && record.redo !== true && this.#wanted.isAsWanted(record))
      return lacksTakenAt(record) ? 'incomplete' : { record, isOnRecord: true };
    const found = this.#wanted.find(record);
    if (found.standing !== 'current') return found.standing === 'outdated' ? 'versions' : 'options';
    if (record.redo === true) return 'redo';
    if (!isSame) return this.#mayBeKnown(facts) ? 'touched' : 'changed';
    const { thumbnails, placeholder } = found.kept;
    const part = this.#wanted.missingPart(found, contentOf(record) ?? '');
    if (part !== undefined) {
      const isIncomplete = part.variants.length === 0;
      const isUnmade = found.entries.some((entry) => entry === undefined);
      const why = isIncomplete ? 'incomplete' : isUnmade ? 'options' : 'thumbnail';
      // Without anything to keep the record is of no use.
      return thumbnails.length === 0 ? why : { why, part, kept: found.kept };
    }
    if (lacksTakenAt(record)) return 'incomplete';
    const { placeholder: _, takenAt, ...others } = record;
    const completed: DoneRecord = {
      ...others,
      thumbnails,
      ...(takenAt === undefined ? {} : { takenAt }),
      ...(placeholder === undefined ? {} : { placeholder }),
    };
    return { record: completed, isOnRecord: false };
  }

  #compareFailed(record: FailedRecord, facts: SourceFacts | undefined): Comparison {
    const { digests } = this.#options;
    const standing = digests.standingOfFailure(failureDigest(record, this.#header, digests));
    if (standing !== 'current') return standing === 'outdated' ? 'versions' : 'options';
    if (!isSameState(record, facts)) return this.#mayBeKnown(facts) ? 'touched' : 'changed';
    return this.#isKnownFailure(record) ? { record, isOnRecord: true } : 'retry';
  }

  #mayBeKnown(facts: SourceFacts | undefined): boolean {
    if (this.#options.force || facts === undefined) return false;
    return this.#contents.some((contents) => contents.hasSize(facts.sourceBytes));
  }

  #findContent(bytes: number, content: string): ManifestRecord | undefined {
    for (const contents of this.#contents) {
      const found = contents.findContent(bytes, content);
      if (found !== undefined) return found;
    }
    return undefined;
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

/** A valid record; why a photo is a job; or that, and what of it is to be made. */
type Comparison =
  | Pick<Unchanged, 'record' | 'isOnRecord'>
  | Why
  | { readonly why: Why; readonly part: Part; readonly kept: Kept };

function digestOf({ digest }: FailedRecord): Pick<FailedRecord, 'digest'> {
  return digest === undefined ? {} : { digest };
}
