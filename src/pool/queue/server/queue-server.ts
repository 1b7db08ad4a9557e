// The queue server as one process sees it: its connections, whether it answers, and what is wrong if it does not.
//
// Connections are renewed by themselves, for ever: the one who waits decides for how long. A server that is stopped, or a cable that was
// pulled, leaves a connection open on which nothing comes: so the server is asked once a second.

import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { causeOf, queueError } from '../../../errors.js';
import type { QueueUrl } from '../../../options/queue-url.js';
import { printable } from '../../../printable.js';
import { WAKE_CHANNEL } from './keys.js';
import { within } from './within.js';

/** A connection to one server, or to the cluster that it belongs to. */
export type Client = Redis | Cluster;

/** Milliseconds between two questions to the server. */
export const ASK_MS = 1000;

/** After so many milliseconds without an answer the server counts as away. */
const ANSWER_MS = 3000;

/** After so many milliseconds without an answer to a command a connection is made anew: a cable may have been pulled. */
const RENEW_MS = 5000;

/** Milliseconds that the end of a connection takes at most: ioredis does not read any more, and so does not see that the server has closed it. */
const DISCONNECT_MS = 50;

/** Milliseconds between two attempts to connect. */
const CONNECT_AGAIN_MS = { first: 50, most: 1000 } as const;

function connectAgainAfter(times: number): number {
  return Math.min(CONNECT_AGAIN_MS.first * times, CONNECT_AGAIN_MS.most);
}

type ConnectionOptions = Pick<
  RedisOptions,
  | 'maxRetriesPerRequest'
  | 'connectTimeout'
  | 'socketTimeout'
  | 'disconnectTimeout'
  | 'protocol'
  | 'enableReadyCheck'
  | 'connectionName'
>;

/** What no waiting mends: what the server says to a user, a password or a right that it does not accept. */
const REFUSALS = /\b(?:WRONGPASS|NOAUTH|NOPERM)\b|AUTH .*called without any password|invalid password/i;

/** What a connection is for. */
interface ClientUse {
  readonly asCluster?: boolean;
  /** Whether it asks questions that are answered late, or not at all. */
  readonly isSlow?: boolean;
  /** Whether BullMQ uses it. */
  readonly isForJobs?: boolean;
}

interface ServerEvents {
  /** The server answers again, or does not any more. */
  change: [];
  /** A run or a host has changed something. */
  wake: [];
}

export class QueueServer extends EventEmitter<ServerEvents> {
  readonly #shown: string;
  readonly #url: string;
  /** Those that are not closed. */
  readonly #clients = new Set<Client>();
  #commands: Client | undefined;
  #isCluster = false;
  #warning: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #answeredAt = performance.now();
  /** What the connections said last, while the server is away. */
  #lastError = 'no answer';
  #isAway = true;
  #isClosed = false;
  /** Milliseconds from a question to its answer; the smallest of the last ones. */
  #answerMs: readonly number[] = [];

  constructor({ url, shown }: QueueUrl) {
    super();
    this.#url = url;
    this.#shown = shown;
  }

  /**
   * Connects, and waits as long as the server is away.
   * @param onWaiting Called once a second with why it waits; it may throw, which ends the waiting.
   * @throws {ThumbsError} `QUEUE`: the server refuses this user, or is no Redis.
   */
  async open(onWaiting: (reason: string) => void, signal?: AbortSignal): Promise<void> {
    const first = this.#create({});
    let answer = first.info();
    for (;;) {
      const info = await this.#answerOf(answer, ASK_MS);
      if (REFUSALS.test(this.#lastError)) throw this.#refusal();
      if (typeof info === 'string' && !/^loading:1/m.test(info)) {
        this.#isCluster = /^redis_mode:cluster/m.test(info);
        this.#warning = evictionWarning(info);
        break;
      }
      if (info !== undefined) {
        this.#lastError = 'it is loading its data';
        await sleep(ASK_MS);
        answer = first.info();
      }
      if (signal?.aborted === true) return;
      onWaiting(this.#lastError);
    }
    if (this.#isCluster) first.disconnect();
    this.#commands = this.#isCluster ? this.#create({ asCluster: true }) : first;
    const listener = this.#create({ asCluster: this.#isCluster });
    listener.on('message', () => this.emit('wake'));
    listener.subscribe(WAKE_CHANNEL).catch(() => {}); // ioredis subscribes again on each new connection.
    // A connection that is refused is news at once; `#ask` finds out when the server answers again.
    this.#commands.on('close', () => this.#setAway(true));
    this.#isAway = false;
    this.#answeredAt = performance.now();
    const commands = this.#commands;
    this.#timer = setInterval(() => void this.#ask(commands), ASK_MS);
  }

  /** Why it cannot be used now, on one line; undefined while it answers. */
  get problem(): string | undefined {
    return this.#isAway ? printable(this.#lastError) : undefined;
  }

  /** What is wrong with its settings, on one line; undefined for nothing. */
  get warning(): string | undefined {
    return this.#warning;
  }

  /** Milliseconds for a question and its answer. */
  get roundTripMs(): number {
    return this.#answerMs.length === 0 ? 0 : Math.min(...this.#answerMs);
  }

  /**
   * A further connection, which {@link close} closes. BullMQ makes its own of it.
   * @param isSlow Whether it asks questions that are answered late, or not at all.
   */
  newClient(isSlow = false): Client {
    return this.#create({ asCluster: this.#isCluster, isSlow, isForJobs: true });
  }

  /** The answer to a command; undefined when the server is away or does not answer in time. */
  async ask<T>(command: (client: Client) => Promise<T>): Promise<T | undefined> {
    if (this.#commands === undefined || this.#isAway || this.#isClosed) return undefined;
    return this.#answerOf(command(this.#commands), ANSWER_MS);
  }

  /** Tells runs and hosts that something has changed. */
  async wake(): Promise<void> {
    await this.ask((client) => client.publish(WAKE_CHANNEL, '1'));
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const client of this.#clients) client.disconnect();
  }

  #create({ asCluster = false, isSlow = false, isForJobs = false }: ClientUse): Client {
    const options: ConnectionOptions = {
      // What waits for the server is never dropped: BullMQ needs that, and our commands are asked with a time limit.
      maxRetriesPerRequest: null,
      connectTimeout: RENEW_MS,
      // BullMQ's reader of events would not come back after it (6.7.0).
      ...(isSlow ? {} : { socketTimeout: RENEW_MS }),
      disconnectTimeout: DISCONNECT_MS,
      // RESP3 has nothing that is used here, and its greeting costs each connection a question and an answer.
      protocol: 2,
      // Our own commands find out for themselves whether the server is loading.
      enableReadyCheck: isForJobs,
      connectionName: 'thumbs',
    };
    const client = asCluster
      ? this.#createCluster(options)
      : new Redis(this.#url, { ...options, retryStrategy: connectAgainAfter });
    client.on('error', (error: Error) => {
      this.#lastError = causeOf(error);
    });
    this.#clients.add(client);
    client.on('end', () => this.#clients.delete(client));
    return client;
  }

  #createCluster(options: ConnectionOptions): Cluster {
    const { hostname, port, username, password, protocol } = new URL(this.#url);
    const secure = protocol === 'rediss:' ? { tls: {} } : {};
    const login = {
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    };
    return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
      redisOptions: { ...options, ...login, ...secure },
      clusterRetryStrategy: connectAgainAfter,
    });
  }

  async #ask(commands: Client): Promise<void> {
    if (this.#isAsking) {
      this.#onSilence();
      return;
    }
    this.#isAsking = true;
    const askedAt = performance.now();
    const answer = await commands.ping().catch((error: unknown) => {
      this.#lastError = causeOf(error);
    });
    this.#isAsking = false;
    if (this.#isClosed) return;
    if (answer === undefined) {
      this.#onSilence();
      return;
    }
    this.#answeredAt = performance.now();
    this.#answerMs = [...this.#answerMs.slice(-4), this.#answeredAt - askedAt];
    this.#setAway(false);
  }

  #onSilence(): void {
    if (performance.now() - this.#answeredAt > ANSWER_MS + ASK_MS) this.#setAway(true);
  }

  #setAway(isAway: boolean): void {
    if (this.#isAway === isAway || this.#isClosed) return;
    this.#isAway = isAway;
    if (!isAway) this.#lastError = 'no answer';
    this.emit('change');
  }

  /** Undefined when no answer comes within `ms`, or an error, which is noted. */
  #answerOf<T>(answer: Promise<T>, ms: number): Promise<T | undefined> {
    const noted = answer.catch((error: unknown) => {
      this.#lastError = causeOf(error);
      throw error;
    });
    return within(ms, noted);
  }

  #refusal(): Error {
    return queueError(`The queue server ${this.#shown} refuses this user: ${this.#lastError}`);
  }
}

/** A server that removes keys of its own accord loses photos, which are then given out again. */
function evictionWarning(info: string): string | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  const isLimited = /^maxmemory:[1-9]/m.test(info);
  if (!isLimited || policy === undefined || policy === 'noeviction') return undefined;
  return `it may remove what it has for want of memory (maxmemory-policy ${printable(policy)}; it should be noeviction)`;
}
