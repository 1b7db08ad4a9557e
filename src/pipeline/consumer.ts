// A forked consumer's entry: a message loop, nothing else. One job is done at a time, in the order they came.

import { ThumbsError, toWire, unreachable } from '../errors.js';
import {
  currentUsage,
  type JobMessage,
  opened,
  type Sentinel,
  type ToConsumer,
  type ToDispatcher,
} from './messages.js';
import { makeThumbnail, type WorkOptions } from './work.js';

const queue: Array<JobMessage | Sentinel> = [];
let work: WorkOptions | undefined;
let working = false;

// Ctrl-C, a closing terminal and a service manager reach the whole process group; the parent decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

// The parent is gone, however it went: nobody is left to finish for.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.on('message', (value) => {
  const message = opened<ToConsumer>(value);
  if (message === undefined) return;
  switch (message.type) {
    case 'configure':
      work = message.work;
      break;
    case 'job':
    case 'sentinel':
      queue.push(message);
      if (!working) void drain();
      break;
    default:
      unreachable(message);
  }
});

async function drain(): Promise<void> {
  working = true;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.type === 'sentinel') await passOn();
    else await consume(next);
  }
  working = false;
}

async function consume({ id, path }: JobMessage): Promise<void> {
  if (work === undefined) throw new Error('a job came before its configuration');
  void send({ type: 'started', id });
  try {
    void send({ type: 'result', id, outcome: await makeThumbnail(path, work) });
  } catch (error) {
    // What nobody foresaw ends this process with its stack on stderr, and costs the image it was working on.
    if (!(error instanceof ThumbsError)) throw error;
    await send({ type: 'fatal', error: toWire(error) });
  }
}

/** The message must have left before the process does. */
async function passOn(): Promise<void> {
  await send({ type: 'sentinel', usage: currentUsage() });
  process.exit(0);
}

/** Resolves when the message has left. That it cannot leave means that the parent is gone, which `disconnect` tells. */
function send(message: ToDispatcher): Promise<void> {
  return new Promise((resolve) => {
    process.send?.({ thumbs: message }, undefined, undefined, () => resolve());
  });
}
