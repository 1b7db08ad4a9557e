// A host that works for any run on a queue server, until it is stopped: it finds the runs, joins those that it can, and leaves them when
// they end or their main process has died.

import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { Readable } from 'node:stream';
import { causeOf, queueError } from '../../../errors.js';
import type { QueueUrl } from '../../../options/queue-url.js';
import { printable } from '../../../printable.js';
import type { Transport } from '../../consumer.js';
import type { MadeBy } from '../../job-pool.js';
import type { HostEntry, RunEntry } from '../messages.js';
import { oneAtATime } from '../one-at-a-time.js';
import { readRunEntry } from '../schemas.js';
import { ASK_MS, QueueServer } from '../server/queue-server.js';
import {
  AwakeTime,
  Beats,
  DEAD_MS,
  readRuns,
  removeDeadRun,
  removeLeftOvers,
  writeHost,
} from '../server/run-registry.js';
import type { WorkerHostEvent } from './events.js';
import { JoinedRun } from './joined-run.js';
import { findPlaces, type Places, type Reach } from './places.js';
import { versionProblem } from './versions.js';

export interface WorkerHostOptions extends Reach {
  readonly url: QueueUrl;
  /** Consumers, for all runs together. */
  readonly consumers: number;
  /** Bytes, for all consumers together. */
  readonly maxMemory: number;
  readonly transport: Transport;
  /** What thumbnails of the run's variants would be made by here. */
  readonly madeByHere: (work: RunEntry['work']) => MadeBy;
  /** Stops the host: running images have `graceMs`. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
}

/** The longest time of a timer: each image has its own limit. */
const LONGEST_MS = 2 ** 31 - 1;

/** Of a run that has vanished from the server, milliseconds in which it may come back: the server may have been started anew, empty. */
const GONE_MS = 3000;

export async function* serveRuns(options: WorkerHostOptions): AsyncGenerator<WorkerHostEvent> {
  const host = new WorkerHost(options);
  try {
    yield* host.events();
  } finally {
    await host.close();
  }
}

/** A run as this host stands to it. */
interface KnownRun {
  entry: RunEntry;
  /** Undefined until it is found out. */
  standing: HostEntry['standing'] | undefined;
  reason: string | undefined;
  joined: JoinedRun | undefined;
  joinedAt: number;
  sentinels: HostEntry['sentinels'];
  /** Milliseconds for which the server has not had it. */
  goneMs: number;
  /** Where its folders are here, when this host has found that it can take part. */
  places: Places | undefined;
  /** When a refused run is looked at again. */
  checkAgainAt: number;
  /** Whether something is done about it that takes some time. */
  isChanging: boolean;
}

/** What kept a host from taking part may have been mended: a disk that was not mounted. */
const CHECK_AGAIN_MS = 5000;
/** The same after a failure that was no finding of a check. */
const FAILED_AGAIN_MS = 60_000;

class WorkerHost {
  readonly #options: WorkerHostOptions;
  readonly #server: QueueServer;
  readonly #id: string = randomUUID();
  readonly #name: string = os.hostname();
  readonly #runs = new Map<string, KnownRun>();
  readonly #beats = new Beats();
  readonly #awake = new AwakeTime();
  readonly #events = new Readable({ objectMode: true, read: () => {} });
  #beat = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #waitsFor: string | undefined;
  readonly #onError = (error: Error) => this.#events.destroy(error);
  readonly #look = oneAtATime(() => this.#readRuns());
  readonly #tick = () => void this.#look().catch(this.#onError);

  constructor(options: WorkerHostOptions) {
    this.#options = options;
    this.#server = new QueueServer(options.url);
    this.#events.on('error', () => {});
  }

  async *events(): AsyncGenerator<WorkerHostEvent> {
    const { signal } = this.#options;
    const onAbort = () => void this.#stop().catch(this.#onError);
    void this.#open().catch(this.#onError);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    yield* this.#events as AsyncIterable<WorkerHostEvent>;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await Promise.all([...this.#runs.values()].map(({ joined }) => joined?.close()));
    this.#server.close();
  }

  async #open(): Promise<void> {
    const { url, consumers, signal } = this.#options;
    await this.#server.open((reason) => {
      if (this.#isClosed) throw queueError('The host has been stopped');
      this.#sayWaiting(reason);
    }, signal);
    if (signal.aborted) return;
    this.#waitsFor = undefined;
    this.#say({ type: 'ready', server: url.shown, host: this.#name, consumers });
    if (this.#server.warning !== undefined)
      this.#say({ type: 'warning', message: `The queue server: ${this.#server.warning}` });
    this.#server.on('wake', this.#tick);
    this.#server.on('change', () => this.#onChange());
    this.#timer = setInterval(this.#tick, ASK_MS);
    this.#tick();
    await removeLeftOvers(this.#server);
  }

  #onChange(): void {
    const { url, consumers } = this.#options;
    const { problem } = this.#server;
    if (problem !== undefined) this.#sayWaiting(problem);
    else {
      this.#waitsFor = undefined;
      this.#say({ type: 'ready', server: url.shown, host: this.#name, consumers });
      this.#tick();
    }
  }

  #sayWaiting(reason: string): void {
    const waitsFor = `the queue server ${this.#options.url.shown}: ${reason}`;
    if (waitsFor !== this.#waitsFor) this.#say({ type: 'waiting', waitsFor });
    this.#waitsFor = waitsFor;
  }

  #say(event: WorkerHostEvent): void {
    if (!this.#isClosed) this.#events.push(event);
  }

  /** Leaves all runs in order. */
  async #stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
    for (const run of this.#runs.values()) run.isChanging = true;
    await Promise.all(
      [...this.#runs.values()].map(async (run) => {
        if (run.joined === undefined) return;
        run.sentinels = [...(await run.joined.leave(this.#options.graceMs))];
        run.standing = 'left';
        run.reason = 'it was stopped';
        await this.#write(run);
      }),
    );
    await this.#server.wake();
    this.#events.push(null);
  }

  async #readRuns(): Promise<void> {
    const ms = this.#awake.next(this.#server);
    if (this.#server.problem !== undefined) this.#sayWaiting(this.#server.problem);
    const found = await this.#server.ask(readRuns);
    if (found === undefined || this.#isClosed) return;
    for (const [id, json] of Object.entries(found)) {
      const entry = readRunEntry(json);
      if (entry === undefined || entry.id !== id) {
        if (!this.#runs.has(id)) this.#onUnknown(id, json, ms);
        continue;
      }
      if (this.#beats.silence(id, entry.beat, ms) > DEAD_MS) await this.#onDead(id);
      else this.#onEntry(entry);
    }
    for (const [id, run] of this.#runs) if (!Object.hasOwn(found, id)) this.#onGone(id, run, ms);
    this.#share();
    for (const run of this.#runs.values()) {
      await this.#write(run);
      await run.joined?.tick();
    }
  }

  /** An entry that is none of a run that this version knows. It is left alone: another version may know it. */
  #onUnknown(id: string, json: string, ms: number): void {
    if (this.#beats.silence(id, json.length, ms) === 0)
      this.#say({
        type: 'warning',
        message: `A run of another version is ignored: ${printable(id.slice(0, 40))}`,
      });
  }

  /** Its main process has died, and nobody else removes what it has left. */
  async #onDead(id: string): Promise<void> {
    this.#beats.forget(id);
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    if (run?.joined !== undefined) await this.#leave(run, 'its main process does not answer');
    await this.#server.ask((client) => removeDeadRun(client, id));
  }

  #onGone(id: string, run: KnownRun, ms: number): void {
    run.goneMs += ms;
    const isEnding = run.entry.state !== 'working' || run.joined === undefined;
    if (!isEnding && run.goneMs < GONE_MS) return;
    this.#beats.forget(id);
    this.#runs.delete(id);
    if (run.joined === undefined || run.isChanging) return;
    const leave = this.#leave(run, undefined).then(() => removeLeftOvers(this.#server));
    leave.catch(this.#onError);
  }

  #onEntry(entry: RunEntry): void {
    const { id, state } = entry;
    const run = this.#runs.get(id);
    if (run === undefined) {
      // It would come too late.
      if (state !== 'working') return;
      this.#runs.set(id, {
        entry,
        standing: undefined,
        reason: undefined,
        joined: undefined,
        joinedAt: 0,
        sentinels: undefined,
        goneMs: 0,
        places: undefined,
        checkAgainAt: 0,
        isChanging: false,
      });
      return;
    }
    run.entry = entry;
    run.goneMs = 0;
    const dismissal = Object.hasOwn(entry.dismissed, this.#id) ? entry.dismissed[this.#id] : undefined;
    if (run.joined === undefined || run.isChanging) return;
    if (dismissal !== undefined) this.#change(run, () => this.#refuse(run, dismissal));
    else if (state === 'ending') this.#change(run, () => this.#finish(run, (joined) => joined.end()));
    else if (state === 'draining')
      this.#change(run, () => this.#finish(run, (joined) => joined.leave(entry.graceMs)));
  }

  /** Consumers are shared out evenly among the runs that this host can take part in; runs beyond their number wait. */
  #share(): void {
    const { consumers } = this.#options;
    const now = performance.now();
    const working = [...this.#runs.values()].filter(({ entry: { state, dismissed } }) => {
      return state === 'working' && !Object.hasOwn(dismissed, this.#id);
    });
    for (const run of working)
      if (run.places === undefined && !run.isChanging && now >= run.checkAgainAt)
        this.#change(run, () => this.#check(run));
    const possible = working.filter(({ places }) => places !== undefined);
    const served = possible.slice(0, consumers);
    const share = Math.floor(consumers / Math.max(served.length, 1));
    for (const run of served) {
      if (run.isChanging || run.joined?.consumers === share) continue;
      this.#change(run, () => this.#join(run, share));
    }
    for (const run of possible.slice(consumers)) {
      run.standing = 'busy';
      run.reason = 'it works for other runs';
    }
  }

  #change(run: KnownRun, change: () => Promise<void>): void {
    run.isChanging = true;
    change().then(() => {
      run.isChanging = false;
      this.#tick();
    }, this.#onError);
  }

  /** Finds out whether this host can take part. */
  async #check(run: KnownRun): Promise<void> {
    const { entry } = run;
    const problem = versionProblem(entry.madeBy, this.#options.madeByHere(entry.work));
    const places = problem === undefined ? await findPlaces(entry, this.#options) : { reason: problem };
    if ('reason' in places) await this.#refuse(run, places.reason);
    else run.places = places;
  }

  async #join(run: KnownRun, consumers: number): Promise<void> {
    const { entry, places } = run;
    await run.joined?.leave(LONGEST_MS);
    if (this.#isClosed || places === undefined) return;
    const { maxMemory, transport } = this.#options;
    run.joined = new JoinedRun({
      server: this.#server,
      run: entry,
      places,
      host: this.#id,
      consumers,
      maxMemory: (maxMemory * consumers) / this.#options.consumers,
      transport,
      onRefused: (message) => this.#say({ type: 'warning', message }),
      onFailure: (error) => this.#onFailure(run, error),
    });
    run.joined.takeJobs();
    run.joinedAt = performance.now();
    run.standing = 'joined';
    run.reason = undefined;
    this.#say({ type: 'joined', run: entry.id, from: entry.host, consumers });
    await this.#write(run);
    await this.#server.wake();
  }

  async #refuse(run: KnownRun, reason: string): Promise<void> {
    const { entry } = run;
    // What it has goes to other hosts at once.
    await run.joined?.leave(0);
    if (run.joined !== undefined) await this.#leave(run, reason);
    run.places = undefined;
    run.checkAgainAt = performance.now() + CHECK_AGAIN_MS;
    const isNews = run.standing !== 'refused' || run.reason !== reason;
    run.standing = 'refused';
    run.reason = reason;
    await this.#write(run);
    if (!isNews) return;
    this.#say({ type: 'refused', run: entry.id, from: entry.host, reason: printable(reason) });
    await this.#server.wake();
  }

  /** No photo can be done here any more: the consumers do not start, or the output cannot be written. */
  #onFailure(run: KnownRun, error: Error): void {
    if (run.isChanging || this.#isClosed) return;
    this.#change(run, async () => {
      await this.#refuse(run, causeOf(error));
      run.checkAgainAt = performance.now() + FAILED_AGAIN_MS;
    });
  }

  async #finish(run: KnownRun, end: (joined: JoinedRun) => ReturnType<JoinedRun['end']>): Promise<void> {
    const { joined, entry } = run;
    if (joined === undefined) return;
    run.sentinels = [...(await end(joined))];
    await Promise.all([this.#write(run), this.#server.wake()]);
    await joined.close();
    this.#sayLeft(run, undefined);
    run.joined = undefined;
    this.#runs.delete(entry.id);
  }

  async #leave(run: KnownRun, reason: string | undefined): Promise<void> {
    await run.joined?.close();
    this.#sayLeft(run, reason);
    run.joined = undefined;
  }

  #sayLeft({ joined, joinedAt, entry }: KnownRun, reason: string | undefined): void {
    if (joined === undefined) return;
    this.#say({
      type: 'left',
      run: entry.id,
      from: entry.host,
      photos: joined.photos,
      seconds: (performance.now() - joinedAt) / 1000,
      ...(reason === undefined ? {} : { reason: printable(reason) }),
    });
  }

  async #write({ entry, standing, joined, reason, sentinels }: KnownRun): Promise<void> {
    if (standing === undefined) return;
    this.#beat += 1;
    const own: HostEntry = {
      name: this.#name,
      beat: this.#beat,
      standing,
      consumers: joined?.consumers ?? 0,
      ...(reason === undefined ? {} : { reason }),
      ...(sentinels === undefined ? {} : { sentinels }),
    };
    await this.#server.ask((client) => writeHost(client, entry.id, this.#id, own));
  }
}
