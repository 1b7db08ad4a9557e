// One run on one host: takes its photos from the queue, has them done by the local pool, and answers with what came of them.

import { Readable } from 'node:stream';
import { causeOf } from '../../../errors.js';
import type { Identified, Job, JobResult, Sentinel, Usage } from '../../../job.js';
import { printable } from '../../../printable.js';
import type { Transport } from '../../consumer.js';
import { Pool } from '../../local/pool.js';
import { memoryLimits } from '../../memory-limits.js';
import type { BatchResult, PhotoResult, QueuedPhoto, RunEntry } from '../messages.js';
import { readBatch } from '../schemas.js';
import { queueKey } from '../server/keys.js';
import type { QueueServer } from '../server/queue-server.js';
import { SteadyWorker } from '../server/steady-worker.js';
import type { Places } from './places.js';

export interface JoinedRunOptions {
  readonly server: QueueServer;
  readonly run: Pick<RunEntry, 'id' | 'work' | 'timeoutMs' | 'retries'>;
  readonly places: Places;
  /** The id of this host. */
  readonly host: string;
  readonly consumers: number;
  /** Bytes, for all consumers of this run together. */
  readonly maxMemory: number;
  readonly transport: Transport;
  /** Called with what was refused, on one line. */
  readonly onRefused: (message: string) => void;
  /** Called when no photo can be done here any more, with why. */
  readonly onFailure: (error: Error) => void;
}

/** Photos that this host was asked to do or has, a consumer: one that is worked on, and one behind it. */
const IN_HAND = 2;

/** Milliseconds, before one has been done. */
const USUAL_PHOTO_MS = 20;

/** For each photo that is done while a question and its answer are on their way, so many more: answers do not come evenly. */
const ON_THE_WAY = 2;

/** Batches that one consumer may have in hand, however far away the server is. */
const MOST_BATCHES = 64;

/** Milliseconds for which photos wait for a host that has none, after which its worker is made anew. */
const IDLE_MS = 5000;

/** A photo that was read and not decoded, as the pool passes it on: the run plans it. */
interface Answer {
  readonly type: 'identified';
  readonly job: Job;
  readonly identified: Identified;
}

type Finish = (result: PhotoResult | undefined) => void;

export class JoinedRun {
  readonly consumers: number;
  readonly #options: JoinedRunOptions;
  readonly #pool: Pool<Answer>;
  /** What the local pool is given: jobs, then its sentinels. */
  readonly #produced = new Readable({ objectMode: true, read: () => {} });
  /** By the job: the photo, and what takes its result. */
  readonly #inHand = new Map<Job, { readonly photo: QueuedPhoto; readonly finish: Finish }>();
  readonly #usages: Usage[] = [];
  /** Resolves when every slot has passed its sentinel on, or none can, or this is closed. */
  readonly #ended: Promise<void>;
  #onClosed: () => void = () => {};
  #worker: SteadyWorker | undefined;
  #isLeaving = false;
  /** Since when photos wait although this host has none. */
  #idleSince: number | undefined;
  /** Milliseconds of a photo, and photos of a batch; of the last ones. */
  #photoMs = USUAL_PHOTO_MS;
  #batchPhotos = 1;
  #photos = 0;

  constructor(options: JoinedRunOptions) {
    const { run, places, consumers, maxMemory, transport } = options;
    this.consumers = consumers;
    this.#options = options;
    const memory = memoryLimits(maxMemory, consumers);
    const work = { ...run.work, out: places.out, maxMemory: memory.hard };
    this.#pool = new Pool<Answer>({
      consumers,
      startConsumer: transport.startConsumers(work),
      residentMemory: transport.residentMemory,
      timeoutMs: run.timeoutMs,
      retries: run.retries,
      memory,
      planIdentified: (job, identified) => ({ type: 'identified', job, identified }),
    });
    this.#pool.prefork(consumers);
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    this.#ended = Promise.race([this.#takeOutputs(), closed]);
  }

  /** Photos that were done here. */
  get photos(): number {
    return this.#photos;
  }

  /** Consumers that did not exit in order. */
  get crashes(): number {
    return this.#pool.crashes;
  }

  /** Begins to take jobs. */
  takeJobs(): void {
    const { server, run } = this.#options;
    this.#worker = new SteadyWorker(run.id, server.newClient(), this.#concurrency(), (data) =>
      this.#answer(data),
    );
  }

  /** Takes nothing more, and passes on the sentinels: everything is done. Returns what each slot has used. {@link close} it then. */
  async end(): Promise<readonly Usage[]> {
    const { consumers } = this.#options;
    this.#isLeaving = true;
    for (let sent = 0; sent < consumers; sent += 1)
      this.#produced.push({ type: 'sentinel' } satisfies Sentinel);
    await this.#ended;
    return this.#usages;
  }

  /** Takes nothing more, begins nothing more, and gives back what it has not begun; running images have `graceMs`. */
  async leave(graceMs: number): Promise<readonly Usage[]> {
    this.#isLeaving = true;
    this.#pool.drain(graceMs);
    await this.#ended;
    await this.#worker?.finish();
    return this.#usages;
  }

  /** Ends at once. */
  async close(): Promise<void> {
    this.#isLeaving = true;
    await this.#pool.close();
    this.#giveBack();
    this.#onClosed();
    await this.#worker?.end();
  }

  /** To be called every second. */
  async tick(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || this.#isLeaving) return;
    const { server, run } = this.#options;
    const waiting =
      this.#inHand.size > 0 ? 0 : await server.ask((client) => client.llen(queueKey(run.id, 'wait')));
    const now = performance.now();
    const isIdle = (waiting ?? 0) > 0 && this.#inHand.size === 0;
    this.#idleSince = isIdle ? (this.#idleSince ?? now) : undefined;
    if (this.#idleSince === undefined || now - this.#idleSince < IDLE_MS || this.#isLeaving) return;
    // It has not come back after its connection was lost.
    this.#idleSince = undefined;
    this.takeJobs();
    void worker.retire();
  }

  /** Batches that are asked for at a time: enough to keep the consumers busy while an answer is on its way. */
  #concurrency(): number {
    const { server, consumers } = this.#options;
    const onTheWay = (ON_THE_WAY * consumers * server.roundTripMs) / Math.max(this.#photoMs, 1);
    const batches = Math.ceil((IN_HAND * consumers + onTheWay) / this.#batchPhotos);
    return Math.min(Math.max(batches, IN_HAND), MOST_BATCHES * consumers);
  }

  async #answer(data: unknown): Promise<BatchResult> {
    const { host, onRefused } = this.#options;
    const batch = readBatch(data);
    if (batch === undefined) onRefused('A job was refused: it is not a job of thumbs');
    const photos = batch?.photos ?? [];
    if (photos.length > 0) this.#batchPhotos += (photos.length - this.#batchPhotos) / 8;
    const results = await Promise.all(photos.map((photo) => this.#do(photo)));
    return { host, results: results.filter((result) => result !== undefined) };
  }

  async #do(photo: QueuedPhoto): Promise<PhotoResult | undefined> {
    const { places, onRefused } = this.#options;
    const placed = await places.place(photo);
    if ('refused' in placed) {
      onRefused(`A job was refused: ${printable(photo.path)}: ${placed.refused}`);
      return undefined;
    }
    if ('unseen' in placed) return { id: photo.id, unseen: placed.unseen };
    if (this.#isLeaving) return undefined;
    const { task, facts, part } = photo;
    const job: Job = {
      type: 'job',
      path: placed.path,
      task,
      why: 'new',
      ...(facts === undefined ? {} : { facts }),
      isLocal: placed.isLocal,
      ...(part === undefined ? {} : { part }),
    };
    return new Promise((finish) => {
      this.#inHand.set(job, { photo, finish });
      this.#produced.push(job);
    });
  }

  async #takeOutputs(): Promise<void> {
    try {
      for await (const output of this.#pool.outputs(this.#produced)) {
        if (output.type === 'result') this.#onResult(output);
        else if (output.type === 'identified') this.#onIdentified(output);
        else if (output.type === 'sentinel') this.#usages.push(output.usage);
        if (this.#usages.length === this.consumers) return;
      }
    } catch (error) {
      this.#options.onFailure(error instanceof Error ? error : new Error(causeOf(error)));
    } finally {
      this.#giveBack();
    }
  }

  #onResult({ job, outcome, attempt }: JobResult): void {
    this.#photoMs += (1000 * attempt.seconds - this.#photoMs) / 8;
    this.#photos += 1;
    if (this.#worker !== undefined) this.#worker.concurrency = this.#concurrency();
    const found = this.#takeInHand(job);
    found?.finish({ id: found.photo.id, outcome, attempt });
  }

  #onIdentified({ job, identified }: Answer): void {
    const found = this.#takeInHand(job);
    found?.finish({ id: found.photo.id, outcome: identified, attempt: { pid: 0, tries: 1, seconds: 0 } });
  }

  #takeInHand(job: Job): { readonly photo: QueuedPhoto; readonly finish: Finish } | undefined {
    const found = this.#inHand.get(job);
    this.#inHand.delete(job);
    return found;
  }

  /** What was not finished here is in no answer, and given out again. */
  #giveBack(): void {
    this.#isLeaving = true;
    for (const { finish } of this.#inHand.values()) finish(undefined);
    this.#inHand.clear();
  }
}
