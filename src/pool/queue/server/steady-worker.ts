// BullMQ's Worker, which takes jobs from a run's queue, with what it needs to go on for ever.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Job as QueueJob, Worker } from 'bullmq';
import { PREFIX, queueName } from './keys.js';
import type { Client } from './queue-server.js';
import { within } from './within.js';

/**
 * A host that has vanished loses its jobs after so many milliseconds, and the next check gives them to others: `LOCK_MS` and at most twice
 * `CHECK_MS` after its last sign of life. BullMQ renews locks in half that time.
 */
const LOCK_MS = 10_000;
const CHECK_MS = 5000;

/**
 * Seconds for which an idle worker asks to be woken. A server wakes one worker for a job, and that may be one that has just been killed: the
 * others find the job when their time is over.
 */
const BLOCK_SECONDS = 1;

/** Milliseconds after an error of the server. BullMQ 6.7 tries again at once, 11,000 times a second while the server lacks memory. */
const PAUSE_MS = 500;

/** The answer becomes the job's return value. */
export type AnswerJob = (data: unknown) => Promise<unknown>;

export class SteadyWorker extends Worker<unknown, unknown> {
  readonly #client: Client;

  /**
   * @param client Its own: it is closed with the worker.
   * @param answer Undefined for a worker that takes no job and only watches for hosts that have vanished.
   */
  constructor(run: string, client: Client, concurrency: number, answer?: AnswerJob) {
    super(queueName(run), answer === undefined ? null : ({ data }: QueueJob<unknown>) => answer(data), {
      connection: client,
      prefix: PREFIX,
      concurrency,
      autorun: answer !== undefined,
      lockDuration: LOCK_MS,
      stalledInterval: CHECK_MS,
      // The run's own process does it, which lives as long as the run.
      skipStalledCheck: answer !== undefined,
      // The hosts that have had a photo say nothing about the photo.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: BLOCK_SECONDS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      skipVersionCheck: true,
    });
    this.#client = client;
    // The server is watched by `QueueServer`; errors of single jobs are noticed by the run, which gives them out again.
    this.on('error', () => {});
    if (answer === undefined) this.startStalledCheckTimer().catch(() => {});
  }

  protected override async moveToActive(token: string, name?: string): Promise<QueueJob<unknown, unknown>> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      if (this.closing === undefined) await sleep(PAUSE_MS);
      throw error;
    }
  }

  /** Closes at once, whatever it has. BullMQ's own `close` waits for a server that is away. */
  async end(): Promise<void> {
    await within(END_MS, this.close(true));
    // After `close` without force, `close(true)` does nothing more: the timer by which locks are renewed would keep the process.
    await within(END_MS, this.lockManager.close());
    this.#client.disconnect();
  }

  /** Takes no further job, and closes when those that it has are answered, however long that takes. */
  async retire(): Promise<void> {
    await this.close().catch(() => {});
    this.#client.disconnect();
  }

  /** Closes when its jobs have been answered, which the caller has seen to, and the server knows it. */
  async finish(): Promise<void> {
    await within(FINISH_MS, this.close());
    await this.end();
  }
}

const END_MS = 1000;
const FINISH_MS = 2000;
