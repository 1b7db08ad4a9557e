// The runs and their hosts as the queue server has them: written by their owners at each beat, and removed at the end, or by whoever finds
// a run whose owner has died.

import { setTimeout as sleep } from 'node:timers/promises';
import type { HostEntry, RunEntry } from '../messages.js';
import { hostsKey, PREFIX, queueKey, queueName, RUNS_KEY } from './keys.js';
import type { Client, QueueServer } from './queue-server.js';

/** Milliseconds without a beat after which a run or a host counts as dead, while the server answers. */
export const DEAD_MS = 10_000;

/** What BullMQ has of a queue besides its jobs. */
const QUEUE_KEYS = [
  'active',
  'completed',
  'delayed',
  'events',
  'failed',
  'id',
  'limiter',
  'marker',
  'meta',
  'paused',
  'pc',
  'prioritized',
  'repeat',
  'stalled',
  'stalled-check',
  'wait',
  'waiting-children',
];

/** Keys that one command removes. */
const AT_ONCE = 500;

/** Writes the entry of a host, unless the run has ended: nothing would remove it then. */
const WRITE_HOST = `
if redis.call('hexists', KEYS[1], ARGV[1]) == 1 then return redis.call('hset', KEYS[2], ARGV[2], ARGV[3]) end
return -1`;

export async function writeRun(client: Client, entry: RunEntry): Promise<void> {
  await client.hset(RUNS_KEY, entry.id, JSON.stringify(entry));
}

export async function writeHost(client: Client, run: string, host: string, entry: HostEntry): Promise<void> {
  await client.eval(WRITE_HOST, 2, RUNS_KEY, hostsKey(run), run, host, JSON.stringify(entry));
}

/** By their ids, as they were written by anybody. */
export async function readRuns(client: Client): Promise<Readonly<Record<string, string>>> {
  return client.hgetall(RUNS_KEY);
}

/** By their ids, as they were written by anybody. */
export async function readHosts(client: Client, run: string): Promise<Readonly<Record<string, string>>> {
  return client.hgetall(hostsKey(run));
}

/** The ids of the batches that wait for a host, or are with one. */
export async function readBatchIds(client: Client, run: string): Promise<Set<string>> {
  const lists = ['wait', 'active'].map((name) => ['lrange', queueKey(run, name), '0', '-1']);
  const found = await client.multi(lists).exec();
  return new Set((found ?? []).flatMap(([error, ids]) => (error === null ? (ids as string[]) : [])));
}

/** Removes everything of a run. @param batches The ids of those that may be there still. */
export async function removeRun(client: Client, run: string, batches: Iterable<string>): Promise<void> {
  const jobs = [...batches].flatMap((batch) => [queueKey(run, batch), queueKey(run, `${batch}:lock`)]);
  const keys = [hostsKey(run), ...QUEUE_KEYS.map((name) => queueKey(run, name)), ...jobs];
  await Promise.all([client.hdel(RUNS_KEY, run), removeKeys(client, keys)]);
}

/** {@link removeRun} for a run whose owner has died, whatever it has left. */
export async function removeDeadRun(client: Client, run: string): Promise<void> {
  const keys = await keysLike(client, `${PREFIX}:${queueName(run)}:*`);
  await client.hdel(RUNS_KEY, run);
  await removeKeys(client, keys);
}

/** The ids of runs of which keys are left, and that are not registered. */
async function unregisteredRuns(client: Client): Promise<Set<string>> {
  const keys = await keysLike(client, `${PREFIX}:${queueName('*')}`);
  const runs = await readRuns(client);
  const ids = keys.flatMap((key) => RUN_KEY.exec(key)?.[1] ?? []);
  return new Set(ids.filter((id) => !Object.hasOwn(runs, id)));
}

const RUN_KEY = new RegExp(`^${PREFIX}:${queueName('([0-9a-f-]{36})')}:`);

/** A run that is not registered for so many milliseconds is over: a server that was started anew is told of its runs within a second. */
const OVER_MS = 5000;

/** Removes what is left of runs that are over: a host that was suspended then, and has come back, may have written some of it again. */
export async function removeLeftOvers(server: QueueServer): Promise<void> {
  const before = await server.ask(unregisteredRuns);
  if (before === undefined || before.size === 0) return;
  await sleep(OVER_MS, undefined, { ref: false });
  const after = await server.ask(unregisteredRuns);
  for (const run of after ?? [])
    if (before.has(run)) await server.ask((client) => removeDeadRun(client, run));
}

async function keysLike(client: Client, pattern: string): Promise<string[]> {
  const found: string[] = [];
  const nodes = 'nodes' in client ? client.nodes('master') : [client];
  for (const node of nodes)
    for await (const keys of node.scanStream({ match: pattern, count: 1000 }))
      found.push(...(keys as string[]));
  return found;
}

async function removeKeys(client: Client, keys: readonly string[]): Promise<void> {
  const removed: Promise<number>[] = [];
  for (let start = 0; start < keys.length; start += AT_ONCE)
    removed.push(client.unlink(...keys.slice(start, start + AT_ONCE)));
  await Promise.all(removed);
}

/** How long entries have been without a beat. */
export class Beats {
  readonly #seen = new Map<string, { beat: number; silentMs: number }>();

  /** Milliseconds since the beat of `id` has changed. @param ms Time in which this process was awake and the server answered. */
  silence(id: string, beat: number, ms: number): number {
    const seen = this.#seen.get(id);
    if (seen === undefined || seen.beat !== beat) {
      this.#seen.set(id, { beat, silentMs: 0 });
      return 0;
    }
    seen.silentMs += ms;
    return seen.silentMs;
  }

  forget(id: string): void {
    this.#seen.delete(id);
  }
}

/** The time between the calls of a function that is to be called every second; less if this process was stopped, or the server was away. */
export class AwakeTime {
  #last = performance.now();

  /** Milliseconds since the last call, two seconds at most; none while the server is away. */
  next({ problem }: Pick<QueueServer, 'problem'>): number {
    const now = performance.now();
    const ms = Math.min(now - this.#last, MOST_AWAKE_MS);
    this.#last = now;
    return problem === undefined ? ms : 0;
  }
}

const MOST_AWAKE_MS = 2000;
