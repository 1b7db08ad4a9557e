// A forked consumer's entry: a message loop. One job is done at a time, in the order in which they came.

import { ThumbsError, toWire, unreachable } from '../errors.js';
import { loadDecoders } from '../image/render.js';
import { currentUsage, type Sentinel, type WorkOptions } from '../job.js';
import {
  type FromConsumer,
  type Jobs,
  type Retire,
  type ToConsumer,
  unwrap,
  wrap,
} from '../pool/process/protocol.js';
import { load, prefetch, release } from './loading.js';
import { exitWithParent, preferForOomKill } from './parent-watch.js';
import { workOn } from './work.js';

type QueuedJob = { readonly type: 'job' } & Jobs['jobs'][number];

const queue: Array<QueuedJob | Retire | Sentinel> = [];
let options: WorkOptions | undefined;
let isWorking = false;
/** The job that the last result has announced as started. */
let announced: number | undefined;
/** The source of the next job, which is read before the job runs. */
let prefetched: { readonly job: QueuedJob; readonly loaded: ReturnType<typeof prefetch> } | undefined;

// Ctrl-C, a closing terminal and a service manager reach the whole process group; the parent decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

/** If it rejects, this process ends with the cause on stderr before any job has started. */
const decodersLoaded = loadDecoders();

exitWithParent();
preferForOomKill();

process.on('message', (value) => {
  const message = unwrap<ToConsumer>(value);
  if (message === undefined) return;
  switch (message.type) {
    case 'configure':
      options = message.work;
      break;
    case 'retire':
      // The jobs before it are dropped; the parent gives them to other consumers.
      queue.length = 0;
      enqueue(message);
      break;
    case 'jobs':
      for (const job of message.jobs) enqueue({ type: 'job', ...job });
      break;
    case 'sentinel':
      enqueue(message);
      break;
    default:
      unreachable(message);
  }
});

function enqueue(item: QueuedJob | Retire | Sentinel): void {
  queue.push(item);
  if (isWorking) prefetchNext();
  else void workThroughQueue();
}

async function workThroughQueue(): Promise<void> {
  isWorking = true;
  await decodersLoaded;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.type === 'job') await doJob(next);
    else await exitAfter(next.type === 'sentinel' ? 'sentinel' : 'retired');
  }
  isWorking = false;
}

async function doJob(job: QueuedJob): Promise<void> {
  if (job.id !== announced) void send({ type: 'started', id: job.id });
  if (options === undefined) throw new Error('a job came before its configuration');
  try {
    const early = prefetched?.job === job ? prefetched.loaded : undefined;
    // Before anything is awaited: meanwhile the next job may be prefetched, and must stay.
    prefetched = undefined;
    const loaded = (await early) ?? (await load(job, options));
    prefetchNext();
    const outcome = loaded.status === 'loaded' ? await workOn(job, loaded, options) : loaded;
    if (loaded.status === 'loaded') release(loaded);
    // No message is received before that job is taken from the queue.
    announced = queue[0]?.type === 'job' ? queue[0].id : undefined;
    const result = { type: 'result', id: job.id, outcome, residentBytes: process.memoryUsage.rss() } as const;
    void send(announced === undefined ? result : { ...result, next: announced });
  } catch (error) {
    // Lack of memory, or a fault outside `workOn`: it ends this process with its stack on stderr, and is charged to the job.
    if (!(error instanceof ThumbsError)) throw error;
    await send({ type: 'fatal', error: toWire(error) });
  }
}

/** Reads the next job's source while this one is decoded. */
function prefetchNext(): void {
  const [next] = queue;
  if (prefetched !== undefined || options === undefined || next?.type !== 'job') return;
  const loaded = prefetch(next, options);
  // An unexpected error is thrown when the job runs.
  loaded.catch(() => {});
  prefetched = { job: next, loaded };
}

async function exitAfter(type: 'sentinel' | 'retired'): Promise<void> {
  await send({ type, usage: currentUsage() });
  process.exit(0);
}

/** Resolves when the message has left. If it cannot leave, the parent is gone, which ends this process. */
function send(message: FromConsumer): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(wrap(message), undefined, undefined, () => resolve());
  });
}
