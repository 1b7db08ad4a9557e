// Compares each photo with what earlier runs noted of it: carried over as it is, identified by its content, or made anew.
// It opens no photo and knows nothing of processes.

import fs from 'node:fs';
import path from 'node:path';
import type { ImageErrorCode, Limits } from '../errors.js';
import { type SourceFacts, sourceFacts } from '../files/read-source.js';
import { thumbnailSize } from '../files/thumbnail-folder.js';
import { rendererVersion } from '../image/renderer.js';
import {
  type FailedRecord,
  type ManifestRecord,
  messageFor,
  optionsDigest,
  reasonOf,
  sourceName,
} from '../manifest/record.js';
import type { RecordIndex } from '../manifest/record-index.js';
import type { ResolvedOptions } from '../options.js';
import { memoryLimits } from './memory.js';
import type { Identified } from './work.js';

/** What a consumer is to do: make the thumbnail, or read the photo and tell what its content is. */
export type Task = 'make' | 'identify';

/** Why a photo is not carried over. */
export type Why =
  /** No record of this path. */
  | 'new'
  /** No record of this path, but one of a photo of the same size: the content decides. */
  | 'moved'
  /** The time differs, or the size to that of another photo on record: the content decides. */
  | 'touched'
  /** Size or time differ. */
  | 'changed'
  /** Its record was made under other options, or by another version of the renderer. */
  | 'options'
  /** The thumbnail is gone, or has another size. */
  | 'thumbnail'
  /** The thumbnail was found damaged by a verification that was to repair. */
  | 'redo'
  /** It failed, and is to be tried again. */
  | 'retry'
  /** Everything is to be done anew. */
  | 'force';

/** One photo to be done. */
export interface Job {
  readonly type: 'job';
  /** Absolute path of the source. */
  readonly path: string;
  readonly task: Task;
  readonly why: Why;
  /** The file as the planner saw it; absent when it is none, or cannot be looked at. */
  readonly facts?: SourceFacts;
}

/** One photo that is finished without being decoded. */
export interface Carried {
  readonly type: 'carried';
  /** Absolute path of the source. */
  readonly path: string;
  /** What the manifest is to say: of `by: 'state'` what it says already. */
  readonly record: ManifestRecord;
  /** Whether it was known by path, size and time, or by its content. */
  readonly by: 'state' | 'content';
}

/** What the planner needs to know. */
export interface PlannerOptions {
  /** Absolute path of the manifest. */
  readonly manifest: string;
  /** Absolute path of the output folder. */
  readonly out: string;
  /** The digest of the run's options. */
  readonly digest: string;
  readonly force: boolean;
  readonly retryFailed: boolean;
  /** What images may take now: a failure by a lower limit is tried again. */
  readonly limits: Required<Limits>;
}

/** Failures that are the image's own: it will fail again while neither it nor the limits change. */
const KNOWN_BAD: ReadonlySet<string> = new Set<ImageErrorCode>([
  'CORRUPT',
  'UNSUPPORTED',
  'TOO_LARGE',
  'TIMEOUT',
]);

/** The digest of every option that changes pixels, and of the renderer's versions. */
export function digestOf({ box, jpegReader }: ResolvedOptions): string {
  return optionsDigest({ box, jpegReader, renderer: rendererVersion() });
}

/** What the planner of a run needs to know. */
export function plannerOptions(options: ResolvedOptions, digest: string): PlannerOptions {
  const { manifest, out, force, retryFailed, maxPixels, maxBytes, timeoutMs, maxMemory, workers } = options;
  const { hard, alone } = memoryLimits(maxMemory, workers);
  const limits = { maxPixels, maxBytes, timeoutMs, maxMemoryBytes: alone, memoryShareBytes: hard };
  return { manifest, out, digest, force, retryFailed, limits };
}

/** Whether the file is as it was when the record was made: of the same size, and of the same time to the nanosecond. */
function isSameState(record: ManifestRecord, facts: SourceFacts | undefined): boolean {
  return (
    facts !== undefined &&
    facts.sourceBytes === record.sourceBytes &&
    facts.sourceMtimeMs === record.sourceMtimeMs &&
    facts.sourceMtimeNs === record.sourceMtimeNs
  );
}

export class Planner {
  readonly #records: RecordIndex | undefined;
  readonly #options: PlannerOptions;
  #jobs = 0;
  #folder = '';
  #folderName = '';

  /** @param records What earlier runs noted; undefined when there is nothing. */
  constructor(records: RecordIndex | undefined, options: PlannerOptions) {
    this.#records = records;
    this.#options = options;
  }

  /** Photos that became jobs so far. */
  get jobs(): number {
    return this.#jobs;
  }

  /** Whether every photo will be a job, because nothing is known of any. */
  get isIgnorant(): boolean {
    return this.#options.force || this.#records === undefined || this.#records.size === 0;
  }

  /**
   * What becomes of a file, by a look at it. By callback, because the promise of `fs/promises` takes twice the time.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read any more.
   */
  judge(file: string): Promise<Job | Carried> {
    return new Promise((resolve, reject) => {
      // Why a file cannot be looked at, the consumer that opens it finds out and reports.
      fs.stat(file, { bigint: true }, (_, state) => {
        try {
          resolve(this.decide(file, state?.isFile() ? sourceFacts(state) : undefined));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /**
   * What becomes of a file that is as `facts` say; without them, of what is no file, or cannot be looked at.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read any more.
   */
  decide(file: string, facts: SourceFacts | undefined): Job | Carried {
    const verdict = this.#verdict(this.#records?.find(this.#sourceOf(file)), facts);
    if (typeof verdict !== 'string') return { type: 'carried', path: file, record: verdict, by: 'state' };
    this.#jobs += 1;
    const task = verdict === 'moved' || verdict === 'touched' ? 'identify' : 'make';
    return { type: 'job', path: file, task, why: verdict, ...(facts === undefined ? {} : { facts }) };
  }

  /**
   * The record of a photo whose content another record knows; undefined when none does, or its thumbnail is gone.
   * @throws {ThumbsError} `MANIFEST`: it cannot be read any more.
   */
  recognize(file: string, identified: Identified): ManifestRecord | undefined {
    const { status: _, ...facts } = identified;
    const known = this.#records?.findContent(facts.sourceBytes, facts.sourceXxh128);
    if (known === undefined || !this.#stillHolds(known)) return undefined;
    const source = this.#sourceOf(file);
    if (known.status === 'failed') {
      const error = { ...known.error, message: messageFor(source, reasonOf(known)) };
      return { source, status: 'failed', error, ...facts };
    }
    const { status, thumbnails, sourceFormat, sourceWidth, sourceHeight } = known;
    return { source, status, thumbnails, sourceFormat, sourceWidth, sourceHeight, ...facts };
  }

  /** The record when it still holds, else why it does not. */
  #verdict(record: ManifestRecord | undefined, facts: SourceFacts | undefined): ManifestRecord | Why {
    if (record === undefined) return this.#mayBeKnown(facts) ? 'moved' : 'new';
    if (this.#options.force) return 'force';
    if (this.#records?.optionsOf(record) !== this.#options.digest) return 'options';
    if (record.redo === true) return 'redo';
    if (!isSameState(record, facts)) return this.#mayBeKnown(facts) ? 'touched' : 'changed';
    if (this.#stillHolds(record)) return record;
    return record.status === 'failed' ? 'retry' : 'thumbnail';
  }

  /** Photos of one folder come one after the other, and have its name in common. */
  #sourceOf(file: string): string {
    const folder = path.dirname(file);
    if (folder !== this.#folder) {
      this.#folder = folder;
      this.#folderName = sourceName(this.#options.manifest, folder);
    }
    const name = path.basename(file);
    return this.#folderName === '' ? name : `${this.#folderName}/${name}`;
  }

  #mayBeKnown(facts: SourceFacts | undefined): boolean {
    return !this.isIgnorant && facts !== undefined && this.#records?.hasSize(facts.sourceBytes) === true;
  }

  #stillHolds(record: ManifestRecord): boolean {
    if (record.status === 'failed') return this.#isKnownBad(record);
    return record.thumbnails.every(({ file, bytes }) => thumbnailSize(this.#options.out, file) === bytes);
  }

  #isKnownBad({ error }: FailedRecord): boolean {
    const { retryFailed, limits } = this.#options;
    if (retryFailed || !KNOWN_BAD.has(error.code)) return false;
    const then: Readonly<Record<string, number>> = { ...error.limit };
    return Object.entries(limits).every(([name, now]) => now <= (then[name] ?? Number.POSITIVE_INFINITY));
  }
}
