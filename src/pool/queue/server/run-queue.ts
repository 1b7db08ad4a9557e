// A run's queue on the server: batches go in, and what hosts have answered comes out.

import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, QueueEvents } from 'bullmq';
import { causeOf } from '../../../errors.js';
import type { Batch } from '../messages.js';
import { PREFIX, queueKey, queueName } from './keys.js';
import type { Client, QueueServer } from './queue-server.js';
import { readBatchIds } from './run-registry.js';
import { SteadyWorker } from './steady-worker.js';
import { within } from './within.js';

export interface QueueListener {
  /** A host has answered: `value` is not checked. Undefined when the batch has failed and has to be given out again. */
  onAnswer(batch: string, value: unknown): void;
  /** The server did not take a batch, with why; undefined when it takes them again. */
  onProblem(reason: string | undefined): void;
}

/** Milliseconds for which the server is asked for events: a process that ends while it is away ends so much later. */
const BLOCK_MS = 1000;

/** Milliseconds after an error of the server. */
const AGAIN_MS = 500;

/** Events that the server keeps: more than hosts can cause while all photos that it has are done once. They are removed when they are read. */
const MOST_EVENTS = 20_000;

/** Batches that one command carries. */
const AT_ONCE = 64;

interface Outgoing {
  readonly id: string;
  readonly batch: Batch;
}

export class RunQueue {
  readonly #server: QueueServer;
  readonly #run: string;
  readonly #listener: QueueListener;
  readonly #client: Client;
  readonly #queue: Queue;
  /** Gives out again what a host has that vanished. */
  readonly #watcher: SteadyWorker;
  readonly #outgoing: Outgoing[] = [];
  #events: QueueEvents;
  #eventsClient: Client;
  #lastEvent = '0-0';
  #isSending = false;
  #isClosed = false;

  constructor(server: QueueServer, run: string, listener: QueueListener) {
    this.#server = server;
    this.#run = run;
    this.#listener = listener;
    this.#client = server.newClient();
    this.#queue = new Queue(queueName(run), {
      connection: this.#client,
      prefix: PREFIX,
      streams: { events: { maxLen: MOST_EVENTS } },
      skipVersionCheck: true,
    });
    this.#queue.on('error', () => {});
    [this.#events, this.#eventsClient] = this.#readEvents();
    this.#watcher = new SteadyWorker(run, server.newClient(), 1);
  }

  /** Sends a batch as soon as the server takes it. */
  add(id: string, batch: Batch): void {
    this.#outgoing.push({ id, batch });
    if (!this.#isSending) void this.#send();
  }

  /** The ids of the batches that the server has, or is to get. Undefined when it does not say. */
  async batchIds(): Promise<Set<string> | undefined> {
    const unsent = this.#outgoing.map(({ id }) => id);
    const present = await this.#server.ask((client) => readBatchIds(client, this.#run));
    for (const id of unsent) present?.add(id);
    return present;
  }

  /** Forgets what the server has not got yet, and makes it forget what no host has. */
  async drain(): Promise<void> {
    this.#outgoing.length = 0;
    await this.#server.ask((client) => client.del(queueKey(this.#run, 'wait')));
  }

  /** Reads events on a new connection: the old one may not have come back. */
  renewEvents(): void {
    const [events, client] = [this.#events, this.#eventsClient];
    [this.#events, this.#eventsClient] = this.#readEvents();
    void closeEvents(events, client);
  }

  /** Removes the events that were read from the server. */
  async trim(): Promise<void> {
    // Redis 6.2; an older one keeps MOST_EVENTS.
    await this.#server.ask((client) => client.xtrim(queueKey(this.#run, 'events'), 'MINID', this.#lastEvent));
  }

  /** Takes no answer any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#outgoing.length = 0;
    await Promise.all([this.#watcher.end(), closeEvents(this.#events, this.#eventsClient)]);
    await within(AGAIN_MS, this.#queue.close());
    this.#client.disconnect();
  }

  #readEvents(): [QueueEvents, Client] {
    const client = this.#server.newClient(true);
    const events = new QueueEvents(queueName(this.#run), {
      connection: client,
      prefix: PREFIX,
      // Not `$`: what comes before the first answer would be lost.
      lastEventId: this.#lastEvent,
      blockingTimeout: BLOCK_MS,
      skipVersionCheck: true,
    });
    events.on('error', () => {});
    events.on('completed', ({ jobId, returnvalue }, id) => this.#onAnswer(jobId, returnvalue, id));
    events.on('failed', ({ jobId }, id) => this.#onAnswer(jobId, undefined, id));
    return [events, client];
  }

  #onAnswer(batch: string, value: unknown, event: string): void {
    if (this.#isClosed) return;
    this.#lastEvent = event;
    this.#listener.onAnswer(batch, value);
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    let hasProblem = false;
    while (this.#outgoing.length > 0 && !this.#isClosed) {
      const sent = this.#outgoing.slice(0, AT_ONCE);
      try {
        // A batch that the server has already is not added again.
        await this.#queue.addBulk(sent.map(({ id, batch }) => queued(id, batch)));
        this.#outgoing.splice(0, sent.length);
        if (hasProblem) this.#listener.onProblem(undefined);
        hasProblem = false;
      } catch (error) {
        if (this.#isClosed) return;
        hasProblem = true;
        this.#listener.onProblem(causeOf(error));
        await sleep(AGAIN_MS);
      }
    }
    this.#isSending = false;
  }
}

function queued(id: string, batch: Batch): Parameters<Queue['addBulk']>[0][number] {
  return {
    name: 'photos',
    data: batch,
    opts: { jobId: id, removeOnComplete: true, removeOnFail: true, attempts: 1, sizeLimit: MOST_BYTES },
  };
}

/** Of a batch: a thousand photos with long names. */
const MOST_BYTES = 50_000_000;

async function closeEvents(events: QueueEvents, client: Client): Promise<void> {
  await within(AGAIN_MS, events.close());
  client.disconnect();
}
