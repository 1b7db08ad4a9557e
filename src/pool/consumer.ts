// A consumer somewhere, as its slot sees it: in a forked process today, on another host tomorrow.
//
// Each transport implements these interfaces in a folder of its own, and `run/` chooses one. The slot supervises what it gets, and does
// not know which it is.

import type { ThumbsError } from '../errors.js';
import type { Deferred, Identified, Outcome, Part, Task, Usage, WorkOptions } from '../job.js';

/** One photo to do. */
export interface ConsumerJob {
  /** Unique for its slot. */
  readonly id: number;
  /** Absolute path of the source. */
  readonly path: string;
  readonly task: Task;
  /** Of the source, as the planner saw it; absent where that is not known, or the source is not sure to be on a disk of this machine. */
  readonly bytes?: number | undefined;
  /** Absent when everything is to be made. */
  readonly part?: Part;
  /** Whether no other image is worked on anywhere, so that this one may use more than a consumer's share of memory. */
  readonly exclusive: boolean;
}

/** A job's end as its consumer tells it: done, failed, identified, or deferred for lack of memory. */
export interface ConsumerResult {
  readonly id: number;
  readonly outcome: Outcome | Identified | Deferred;
  /** Resident memory afterwards, between two images, bytes. */
  readonly residentBytes: number;
}

/** How a consumer ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr, on one line, safe to show; empty when it wrote nothing. */
  readonly stderrTail: string;
}

/** What a slot can do with its consumer. Everything that is given to a consumer that has ended is dropped. */
export interface Consumer {
  /** Its process id, for reports; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Queues jobs. They are done one at a time, in this order. */
  assign(jobs: readonly ConsumerJob[]): void;
  /** Makes it finish every job it has, emit its sentinel and exit. */
  finish(): void;
  /** Makes it finish the job it works on, drop the others and exit without a sentinel. */
  retire(): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
  /** Resolves when it has ended; it is killed if it does not end by itself within a second. */
  close(): Promise<void>;
}

/** What a consumer tells its slot. Nothing is called before the consumer has been returned. */
export interface ConsumerListener {
  /** It works on a job now: the job's time runs, and the consumer's death is charged to it. */
  onStarted(id: number): void;
  onResult(result: ConsumerResult): void;
  /** No job can be finished any more (the output cannot be written). */
  onFatal(error: ThumbsError): void;
  /** The last message of a consumer that was told to retire. */
  onRetired(usage: Usage): void;
  /** The last message of a consumer that was told to finish. */
  onSentinel(usage: Usage): void;
  /** It has ended, for whatever reason, or could not be started. Called once, after every other call. */
  onExit(exit: Exit): void;
}

/** Starts a consumer. It never throws: a consumer that cannot be started exits. */
export type StartConsumer = (listener: ConsumerListener) => Consumer;

/** A way to have consumers: as forked processes, say, or on other hosts. */
export interface Transport {
  /** How the consumers of a run are started that do its jobs with these options. */
  startConsumers(work: WorkOptions): StartConsumer;
  /** Resident memory of consumers, bytes; one that has ended, or whose memory is not known here, is absent. */
  residentMemory(consumers: readonly Consumer[]): Promise<ReadonlyMap<Consumer, number>>;
}

/** How a process ended: `signal SIGSEGV`, `exit code 3`. */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

const EXTERNAL_SIGNALS: ReadonlySet<string | null> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);

/** Whether something else ended it (a person, the kernel's OOM killer), rather than a fault of its own. */
export function isExternalKill({ signal }: Exit): boolean {
  return EXTERNAL_SIGNALS.has(signal);
}
