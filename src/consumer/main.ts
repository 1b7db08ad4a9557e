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
    if (next.type === 'job') await doJobs(next);
    else await exitAfter(next.type === 'sentinel' ? 'sentinel' : 'retired');
  }
  isWorking = false;
}

/** Does a job, and those that are waiting when the one before is finished. */
async function doJobs(first: QueuedJob): Promise<void> {
  void send({ type: 'started', id: first.id });
  for (let job: QueuedJob | undefined = first; job !== undefined; ) job = await doJob(job);
}

/** Returns the next job, which its result has announced as started. */
async function doJob(job: QueuedJob): Promise<QueuedJob | undefined> {
  if (options === undefined) throw new Error('a job came before its configuration');
  try {
    const early = prefetched?.job === job ? prefetched.loaded : undefined;
    // Before anything is awaited: meanwhile the next job may be prefetched, and must stay.
    prefetched = undefined;
    const loaded = (await early) ?? (await load(job, options));
    prefetchNext();
    const outcome = loaded.status === 'loaded' ? await workOn(job, loaded, options) : loaded;
    if (loaded.status === 'loaded') release(loaded);
    const next = takeJob();
    const result = { type: 'result', id: job.id, outcome, residentBytes: process.memoryUsage.rss() } as const;
    void send(next === undefined ? result : { ...result, next: next.id });
    return next;
  } catch (error) {
    // Lack of memory, or a fault outside `workOn`: it ends this process with its stack on stderr, and is charged to the job.
    if (!(error instanceof ThumbsError)) throw error;
    await send({ type: 'fatal', error: toWire(error) });
    return undefined;
  }
}

/** What is first in the queue, if it is a job. */
function takeJob(): QueuedJob | undefined {
  const [next] = queue;
  if (next?.type !== 'job') return undefined;
  queue.shift();
  return next;
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
