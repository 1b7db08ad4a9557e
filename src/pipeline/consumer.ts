// A forked consumer's entry: a message loop, nothing else. One job is done at a time, in the order they came.

import { ThumbsError, toWire, unreachable } from '../errors.js';
import { giveBack } from '../files/read-source.js';
import {
  currentUsage,
  type JobMessage,
  opened,
  type Retire,
  type Sentinel,
  type ToConsumer,
  type ToDispatcher,
} from './messages.js';
import { dieFirst, dieWithParent } from './parent-watch.js';
import { identify, type Loaded, load, loadAhead, makeThumbnail, type WorkOptions } from './work.js';

const queue: Array<JobMessage | Retire | Sentinel> = [];
let work: WorkOptions | undefined;
let working = false;
/** The photo that is read before its turn. */
let ahead: { readonly job: JobMessage; readonly loaded: ReturnType<typeof loadAhead> } | undefined;

// Ctrl-C, a closing terminal and a service manager reach the whole process group; the parent decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

dieWithParent();
dieFirst();

process.on('message', (value) => {
  const message = opened<ToConsumer>(value);
  if (message === undefined) return;
  switch (message.type) {
    case 'configure':
      work = message.work;
      break;
    case 'retire':
      // The jobs before it are dropped unbegun; their sender gives them to others.
      queue.length = 0;
      enqueue(message);
      break;
    case 'job':
    case 'sentinel':
      enqueue(message);
      break;
    default:
      unreachable(message);
  }
});

function enqueue(item: JobMessage | Retire | Sentinel): void {
  queue.push(item);
  if (working) readAhead();
  else void drain();
}

async function drain(): Promise<void> {
  working = true;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.type === 'job') await consume(next);
    else await leave(next.type === 'sentinel' ? 'sentinel' : 'retired');
  }
  working = false;
}

async function consume(job: JobMessage): Promise<void> {
  if (work === undefined) throw new Error('a job came before its configuration');
  void send({ type: 'started', id: job.id });
  try {
    const early = ahead?.job === job ? ahead.loaded : undefined;
    // Before anything is awaited: meanwhile the next one may be asked for, which must stay.
    ahead = undefined;
    const loaded = (await early) ?? (await load(job.path, work.maxBytes));
    readAhead();
    const outcome = loaded.status === 'loaded' ? await workOn(job, loaded, work) : loaded;
    if (loaded.status === 'loaded') giveBack(loaded.bytes);
    void send({ type: 'result', id: job.id, outcome, residentBytes: process.memoryUsage.rss() });
  } catch (error) {
    // What nobody foresaw ends this process with its stack on stderr, and costs the image it was working on.
    if (!(error instanceof ThumbsError)) throw error;
    await send({ type: 'fatal', error: toWire(error) });
  }
}

function workOn({ task, alone }: JobMessage, loaded: Loaded, options: WorkOptions) {
  if (task === 'identify') return identify(loaded);
  return makeThumbnail(loaded, alone ? { ...options, maxMemory: Number.POSITIVE_INFINITY } : options);
}

/** Asks the disk for the next photo, while this one is decoded. */
function readAhead(): void {
  const [next] = queue;
  if (ahead !== undefined || work === undefined || next?.type !== 'job') return;
  const loaded = loadAhead(next.path, work.maxBytes);
  // What nobody foresaw is thrown when its turn has come.
  loaded.catch(() => {});
  ahead = { job: next, loaded };
}

/** The message must have left before the process does. */
async function leave(type: 'sentinel' | 'retired'): Promise<void> {
  await send({ type, usage: currentUsage() });
  process.exit(0);
}

/** Resolves when the message has left. That it cannot leave means that the parent is gone, which ends this process. */
function send(message: ToDispatcher): Promise<void> {
  return new Promise((resolve) => {
    process.send?.({ thumbs: message }, undefined, undefined, () => resolve());
  });
}
