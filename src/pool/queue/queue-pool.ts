// The pool of a run whose consumers are on several hosts, with a queue server between them.
//
//     add -> batches -> server -> host: local pool -> server -> results, each photo's first one
//
// BullMQ gives a job to a host at least once. Photos have ids of their own here: whichever host answers first has done it. What the server
// has lost, for whatever reason, is found by comparing (`#compare`) and given out again.
//
// Sentinels: when all photos are done, the hosts that are joined then are N slots together. Each host passes those of its slots on, and the
// main process emits those of a host that is lost.

import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { queueError } from '../../errors.js';
import { isInside } from '../../files/real-path.js';
import {
  type Identified,
  type Job,
  NO_USAGE,
  type Outcome,
  type PoolNotice,
  type PoolOutput,
  type Sentinel,
  type Unchanged,
} from '../../job.js';
import type { QueueUrl } from '../../options/queue-url.js';
import { systemPath } from '../../path-bytes.js';
import { printable } from '../../printable.js';
import { type JobPool, type PoolSetup, UNCHANGED_AHEAD } from '../job-pool.js';
import { forkedProcesses } from '../process/forked-consumer.js';
import { Batching } from './batching.js';
import { DueSentinels } from './due-sentinels.js';
import { JoinedRun } from './host/joined-run.js';
import { ownPlaces } from './host/places.js';
import { type Host, HostList } from './host-list.js';
import { type GivenPhoto, InFlight } from './in-flight.js';
import { type BatchResult, type PhotoResult, PROTOCOL, type QueuedPhoto, type RunEntry } from './messages.js';
import { oneAtATime } from './one-at-a-time.js';
import { readBatchResult } from './schemas.js';
import { ASK_MS, QueueServer } from './server/queue-server.js';
import { RunQueue } from './server/run-queue.js';
import { AwakeTime, readHosts, removeLeftOvers, removeRun, writeRun } from './server/run-registry.js';
import { Waiting } from './waiting.js';

export interface QueueOptions extends QueueUrl {
  /** Milliseconds that the run may wait for the server, or for a host. */
  readonly timeoutMs: number;
  /** Small photos in a batch; benches try others. */
  readonly batchPhotos?: number;
}

/** Photos that the server may have, at least, and for each consumer. */
const WINDOW = { least: 1024, perConsumer: 64 } as const;

/** Milliseconds between two comparisons of what the server has with what it was given. */
const COMPARE_MS = 2000;

/** Milliseconds after an answer without any result. */
const AGAIN_MS = 500;

/** How often entries are read and written while sentinels are due, milliseconds. */
const ENDING_MS = 50;

/** Clocks of file systems differ so much in what they keep of a time (FAT), milliseconds. */
const MTIME_PRECISION_MS = 2000;

type State = RunEntry['state'];

export function queuePool(options: QueueOptions, setup: PoolSetup): JobPool {
  return new QueuePool(options, setup);
}

class QueuePool implements JobPool {
  readonly #options: QueueOptions;
  readonly #setup: PoolSetup;
  readonly #id: string = randomUUID();
  readonly #localId: string = randomUUID();
  readonly #localName: string = os.hostname();
  readonly #server: QueueServer;
  readonly #hosts = new HostList(os.hostname());
  readonly #inFlight: InFlight;
  readonly #outputs = new Readable({ objectMode: true, read: () => {} });
  readonly #awake = new AwakeTime();
  readonly #batching: Batching;
  readonly #waiting: Waiting;
  readonly #sentinels = new DueSentinels((usage) => this.#outputs.push({ type: 'sentinel', usage }));
  readonly #dismissed: Record<string, string> = {};
  #queue: RunQueue | undefined;
  /** This host's own consumers, if it has any for this run. */
  #local: JoinedRun | undefined;
  #starting: Promise<void> | undefined;
  /** Photos that came before the server was connected. */
  #early: GivenPhoto[] = [];
  #tickTimer: NodeJS.Timeout | undefined;
  #state: State = 'working';
  #graceMs = 0;
  #beat = 0;
  #comparedAt = performance.now();
  /** Results that the sink has not taken. */
  #untaken = 0;
  /** Why the server does not take batches. */
  #problem: string | undefined;
  #notify: () => void = () => {};
  /** N, when no further host can join. */
  #finalSlots: number | undefined;
  #isOver = false;
  #closing: Promise<void> | undefined;
  readonly #onError = (error: Error) => this.#fail(error);
  readonly #look = oneAtATime(() => this.#lookAround());
  readonly #tick = () => void this.#look().catch(this.#onError);

  constructor(options: QueueOptions, setup: PoolSetup) {
    this.#options = options;
    this.#setup = setup;
    this.#server = new QueueServer(options);
    this.#inFlight = new InFlight(`b-${this.#id.slice(0, 8)}`);
    this.#batching = new Batching((photos) => this.#send(photos), options.batchPhotos);
    this.#waiting = new Waiting(options.timeoutMs, {
      onChange: (waitsFor) =>
        this.#say(waitsFor === undefined ? { type: 'queue' } : { type: 'queue', waitsFor }),
      onTooLong: (waitsFor) => this.#onTooLong(waitsFor),
    });
    // An error may come before anybody iterates; it is thrown then.
    this.#outputs.on('error', () => {});
  }

  get slots(): number {
    // At least one sentinel passes, by which the sink ends, even if no host has joined yet, or none is needed.
    return this.#finalSlots ?? Math.max(this.#joinedConsumers(), 1);
  }

  get crashes(): number {
    // A host that was lost may have left temporary files; those of this machine are found.
    const lost = this.#hosts.all.filter(({ standing }) => standing === 'lost').length;
    return (this.#local?.crashes ?? 0) + lost;
  }

  prefork(): void {
    this.#start();
  }

  drain(graceMs: number): void {
    if (this.#isOver) return;
    this.#graceMs = graceMs;
    this.#sentinels.limit(graceMs);
    void this.#end('draining').catch(this.#onError);
  }

  async *outputs(
    produced: AsyncIterable<Job | Unchanged | Sentinel>,
  ): AsyncGenerator<PoolOutput | PoolNotice> {
    this.#feed(produced).catch(this.#onError);
    try {
      for await (const output of this.#outputs as AsyncIterable<PoolOutput | PoolNotice>) {
        yield output;
        if (output.type === 'result') this.#untaken -= 1;
        this.#notify();
      }
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#isOver = true;
    this.#notify();
    this.#batching.clear();
    clearInterval(this.#tickTimer);
    const batches = [...this.#inFlight.batchIds];
    await this.#local?.close();
    // In parallel: each takes as long as the server is far away, and nothing of the queue writes any more.
    await Promise.all([
      this.#queue?.close(),
      this.#queue && this.#server.ask((client) => removeRun(client, this.#id, batches)),
      this.#queue && this.#server.wake(),
    ]);
    this.#server.close();
  }

  async #feed(produced: AsyncIterable<Job | Unchanged | Sentinel>): Promise<void> {
    for await (const item of produced) {
      if (this.#isOver) return;
      if (item.type === 'job') await this.#giveOut(item);
      else if (item.type === 'unchanged') await this.#passOn(item);
      else await this.#onSentinel();
    }
  }

  async #giveOut(job: Job): Promise<void> {
    this.#start();
    while (!this.#isEnding && this.#inFlight.size + this.#untaken >= this.#window()) await this.#nextChange();
    if (!this.#isEnding) this.#batching.add(this.#inFlight.add(job));
  }

  /** Passes on what needs no consumer, as soon as the sink has read enough of what is before it. */
  async #passOn(output: Unchanged): Promise<void> {
    while (!this.#isOver && this.#outputs.readableLength >= UNCHANGED_AHEAD) await this.#nextChange();
    if (!this.#isOver) this.#outputs.push(output);
  }

  async #onSentinel(): Promise<void> {
    while (!this.#isEnding && this.#inFlight.size > 0) await this.#nextChange();
    await this.#end('ending');
  }

  get #isEnding(): boolean {
    return this.#isOver || this.#state !== 'working';
  }

  #window(): number {
    return Math.max(WINDOW.least, WINDOW.perConsumer * this.#joinedConsumers());
  }

  #joinedConsumers(): number {
    return this.#hosts.consumers + (this.#local?.consumers ?? 0);
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#notify = resolve;
    });
  }

  #send(photos: readonly GivenPhoto[]): void {
    if (this.#queue === undefined) {
      this.#early.push(...photos);
      return;
    }
    if (this.#isEnding) return;
    const queued = photos.map((photo) => this.#queued(photo));
    this.#queue.add(this.#inFlight.addBatch(photos), { protocol: PROTOCOL, photos: queued });
  }

  #queued({ id, job, mayBeGone }: GivenPhoto): QueuedPhoto {
    const { roots } = this.#setup.shared;
    const root = roots.findIndex((found) =>
      found.kind === 'file' ? found.path === job.path : isInside(found.path, job.path),
    );
    const found = roots[root];
    if (found === undefined) throw new RangeError(`Expected ${job.path} to be in a root of the run`);
    const inner = path.relative(found.path, job.path).replaceAll(path.sep, '/');
    const { task, facts, part } = job;
    return {
      ...{ id, root, path: inner, task },
      ...(facts === undefined || mayBeGone ? {} : { facts }),
      ...(part === undefined ? {} : { part }),
    };
  }

  /** Connects, once, and not before there is a job: a second run without news needs no server. */
  #start(): void {
    this.#starting ??= this.#open().catch(this.#onError);
  }

  async #open(): Promise<void> {
    const { consumers } = this.#setup;
    if (consumers > 0) this.#local = this.#joinHere(consumers);
    await this.#server.open((reason) => {
      if (this.#isOver) throw queueError('The run has ended');
      this.#waiting.update(`the queue server ${this.#options.shown}: ${reason}`);
    });
    if (this.#isOver) return;
    // Before anything else of the run is there, which would be nobody's.
    const announced = this.#announce();
    removeLeftOvers(this.#server).catch(this.#onError);
    const warning = this.#server.warning;
    if (warning !== undefined) this.#say({ type: 'queue', warning });
    this.#queue = new RunQueue(this.#server, this.#id, {
      onAnswer: (batch, value) => {
        this.#onAnswer(batch, value).catch(this.#onError);
      },
      onProblem: (reason) => {
        this.#problem = reason;
      },
    });
    this.#server.on('change', this.#tick);
    this.#server.on('wake', this.#tick);
    this.#tickTimer = setInterval(this.#tick, ASK_MS);
    this.#local?.takeJobs();
    const early = this.#early;
    this.#early = [];
    for (const photo of early) this.#batching.add(photo);
    await announced;
    await this.#look();
  }

  /** Registers the run, as it is now, and tells hosts so. Both are sent at once, in this order. */
  async #announce(): Promise<void> {
    await Promise.all([this.#server.ask((client) => writeRun(client, this.#entry())), this.#server.wake()]);
  }

  /** This host's own consumers take their photos from the queue as all others do. */
  #joinHere(consumers: number): JoinedRun {
    const { work, maxMemory, timeoutMs, retries, shared } = this.#setup;
    const isLocal = (id: number) => this.#inFlight.find(id)?.job.isLocal ?? false;
    const host: PoolNotice = { type: 'host', host: this.#localName, standing: 'joined', consumers };
    this.#say(host);
    return new JoinedRun({
      server: this.#server,
      run: { id: this.#id, work, timeoutMs, retries },
      places: ownPlaces({ out: work.out, roots: shared.roots }, isLocal),
      host: this.#localId,
      consumers,
      maxMemory,
      transport: forkedProcesses(),
      onRefused: () => {},
      onFailure: this.#onError,
    });
  }

  async #onAnswer(batch: string, value: unknown): Promise<void> {
    const answer = value === undefined ? undefined : readBatchResult(value);
    // A host may answer before it is known.
    const isKnown = answer === undefined || this.#nameOf(answer.host) !== undefined;
    if (!isKnown) await this.#readHosts();
    if (this.#isOver) return;
    if (answer !== undefined) for (const result of answer.results) this.#onResult(answer, result);
    // What the host has not finished, or what came of it is not to be understood.
    const unfinished = this.#inFlight.endBatch(batch);
    const again = () => {
      for (const photo of unfinished) if (!this.#isEnding) this.#send([photo]);
    };
    // A host that finishes nothing is not asked a thousand times a second.
    if (unfinished.length > 0 && (answer?.results.length ?? 0) === 0) setTimeout(again, AGAIN_MS).unref();
    else again();
    this.#notify();
  }

  #nameOf(host: string): string | undefined {
    return host === this.#localId ? this.#localName : this.#hosts.nameOf(host);
  }

  #onResult({ host }: BatchResult, result: PhotoResult): void {
    const photo = this.#inFlight.find(result.id);
    // Another host was first.
    if (photo === undefined) return;
    if ('unseen' in result) {
      void this.#onUnseen(host, photo, result.unseen).catch(this.#onError);
      return;
    }
    const { outcome, attempt } = result;
    const name = this.#nameOf(host) ?? 'an unknown host';
    const timed = host === this.#localId ? outcome : withTimesOf(photo.job, outcome);
    if (timed.status === 'identified') {
      const planned = this.#setup.planIdentified(photo.job, timed);
      this.#inFlight.finish(photo.id);
      if (planned.type === 'job') this.#send([this.#inFlight.add(planned)]);
      else this.#outputs.push(planned);
      return;
    }
    this.#inFlight.finish(photo.id);
    this.#untaken += 1;
    this.#outputs.push({
      type: 'result',
      job: photo.job,
      outcome: timed,
      attempt: { ...attempt, host: name },
    });
  }

  /** A host does not see a photo: if this one does, that host is not to be relied on; else the photo has gone. */
  async #onUnseen(host: string, photo: GivenPhoto, reason: string): Promise<void> {
    const isHere = await fs.stat(systemPath(photo.job.path)).then(
      () => true,
      () => false,
    );
    if (this.#isEnding || this.#inFlight.find(photo.id) === undefined) return;
    if (isHere) this.#dismissed[host] = `it does not see ${printable(reason)}`;
    this.#send([isHere ? photo : this.#inFlight.markAsGone(photo)]);
    if (isHere) await this.#announce();
  }

  /** Called every second, and when something has changed. */
  async #lookAround(): Promise<void> {
    if (this.#isOver) return;
    const ms = this.#awake.next(this.#server);
    await Promise.all([this.#server.ask((client) => writeRun(client, this.#entry())), this.#readHosts(ms)]);
    if (this.#isOver) return;
    await this.#local?.tick();
    if (!this.#isEnding) await this.#compare();
    if (this.#finalSlots !== undefined)
      this.#sentinels.update(this.#hosts.all, this.#server.problem !== undefined);
    this.#watchWaiting();
    this.#notify();
  }

  /** @param ms Time in which hosts should have sent a beat. */
  async #readHosts(ms = 0): Promise<void> {
    const entries = await this.#server.ask((client) => readHosts(client, this.#id));
    if (entries === undefined || this.#isOver) return;
    for (const notice of this.#hosts.update(entries, ms)) this.#say(notice);
  }

  #entry(): RunEntry {
    const { work, timeoutMs, retries, shared } = this.#setup;
    const { out, ...others } = work;
    this.#beat += 1;
    return {
      protocol: PROTOCOL,
      id: this.#id,
      host: this.#localName,
      beat: this.#beat,
      state: this.#state,
      graceMs: this.#graceMs,
      out,
      lock: shared.lock,
      roots: shared.roots.map(({ path: root, kind }) => ({ path: root, kind })),
      work: others,
      timeoutMs,
      retries,
      madeBy: shared.madeBy,
      dismissed: this.#dismissed,
    };
  }

  /** Gives out again what the server has lost: it was started anew, flushed, or has evicted keys. */
  async #compare(): Promise<void> {
    const now = performance.now();
    if (now - this.#comparedAt < COMPARE_MS) return;
    this.#comparedAt = now;
    await this.#queue?.trim();
    const present = await this.#queue?.batchIds();
    if (present === undefined) return;
    const lost = this.#inFlight.lost(present);
    if (lost.length === 0) return;
    this.#queue?.renewEvents();
    for (const batch of lost) {
      const photos = this.#inFlight.endBatch(batch);
      if (photos.length > 0) this.#send(photos);
    }
  }

  #watchWaiting(): void {
    const problem = this.#server.problem ?? this.#problem;
    if (problem !== undefined) {
      this.#waiting.update(`the queue server ${this.#options.shown}: ${problem}`, this.#isEnding);
      return;
    }
    const needsHost = this.#inFlight.size > 0 && this.#joinedConsumers() === 0;
    const isBusy = this.#hosts.all.some(({ standing }) => standing === 'busy');
    this.#waiting.update(needsHost ? this.#hostsWaitedFor() : undefined, isBusy || this.#isEnding);
  }

  #onTooLong(waitsFor: string): void {
    this.#fail(queueError(`The run has waited ${this.#options.timeoutMs / 1000} s for ${waitsFor}`));
  }

  #hostsWaitedFor(): string {
    const others = this.#hosts.all.filter(({ standing }) => standing !== 'left');
    if (others.length === 0) return `a host: start \`thumbs worker ${this.#options.shown}\` on one`;
    return `a host: ${others.map(describeHost).join('; ')}`;
  }

  #say(notice: PoolNotice): void {
    this.#outputs.push(notice);
  }

  #fail(error: Error): void {
    this.#isOver = true;
    this.#notify();
    this.#outputs.destroy(error);
  }

  /** From now on no host joins, and each slot of those that are has its sentinel. */
  async #end(state: Exclude<State, 'working'>): Promise<void> {
    if (this.#isEnding) return;
    this.#state = state;
    this.#notify();
    if (state === 'draining') {
      this.#early = [];
      this.#batching.clear();
      await this.#queue?.drain();
    }
    // A host may have joined since the last look.
    await this.#readHosts();
    if (this.#isOver) return;
    this.#sentinels.expect(this.#hosts.joined);
    const local = this.#local;
    const consumers = this.#joinedConsumers();
    this.#finalSlots = Math.max(consumers, 1);
    if (consumers === 0) this.#sentinels.emit([NO_USAGE]);
    if (local !== undefined) {
      const ended = state === 'draining' ? local.leave(this.#graceMs) : local.end();
      void ended.then((usages) => this.#sentinels.emit(usages, local.consumers));
    }
    if (this.#sentinels.areDone) return;
    clearInterval(this.#tickTimer);
    this.#tickTimer = setInterval(this.#tick, ENDING_MS);
    await this.#announce();
  }
}

function describeHost({ name, standing, reason }: Host): string {
  return reason === undefined ? `${name} is ${standing}` : `${name} is ${standing}: ${reason}`;
}

/**
 * The outcome with the source's times as they are seen here: another host may see them less exactly, and the manifest must not depend on
 * the host. A source that has changed meanwhile is found by its content in the next run.
 */
function withTimesOf({ facts }: Job, outcome: Outcome | Identified): Outcome | Identified {
  if (facts === undefined || outcome.sourceMtimeMs === undefined) return outcome;
  const isSame =
    outcome.sourceBytes === facts.sourceBytes &&
    Math.abs(outcome.sourceMtimeMs - facts.sourceMtimeMs) <= MTIME_PRECISION_MS;
  if (!isSame) return outcome;
  return { ...outcome, sourceMtimeMs: facts.sourceMtimeMs, sourceMtimeNs: facts.sourceMtimeNs };
}
