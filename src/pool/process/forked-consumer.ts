// A consumer in a forked process, as its parent sees it. The only file that touches ChildProcess.

import { type ChildProcess, fork } from 'node:child_process';
import module from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { causeOf, fromWire, unreachable } from '../../errors.js';
import { packageFile } from '../../package-file.js';
import { printable } from '../../printable.js';
import type { Consumer, ConsumerJob, ConsumerListener, Exit, Transport } from '../consumer.js';
import { type FromConsumer, type Result, type ToConsumer, unwrap, wrap } from './protocol.js';
import { residentMemoryOf } from './resident-memory.js';

/** The file that a consumer runs. */
const CONSUMER = 'dist/consumer/main.js';

/** A consumer with nothing left to do exits within milliseconds. */
const EXIT_GRACE_MS = 1000;

/** The kernel frees gigabytes in well under a second; only a disk that does not respond holds a killed process. */
const KILL_GRACE_MS = 5000;

/** Enough for the cause and a native stack of V8 after it. */
const STDERR_TAIL_CHARACTERS = 2500;

/** This process's own, but for what costs a consumer time or memory. */
function consumerEnvironment(): NodeJS.ProcessEnv {
  return {
    // With many short-lived decoders glibc keeps an arena for each thread; two bound what is kept but not used.
    MALLOC_ARENA_MAX: '2',
    ...process.env,
    // It makes Node.js read all certificates at its start, 35 ms of a core, and consumers connect to nobody.
    NODE_EXTRA_CA_CERTS: undefined,
    // It may have a password.
    THUMBS_QUEUE: undefined,
    NODE_COMPILE_CACHE: compileCacheFolder(),
  };
}

/** Where this process keeps compiled code, if it does (Node.js 22.1 or newer). */
function compileCacheFolder(): string | undefined {
  const newer: { readonly getCompileCacheDir?: () => string | undefined } & object = module;
  const own = newer.getCompileCacheDir?.();
  // That is the folder of this version of Node.js, inside the one that the variable names.
  return own === undefined ? undefined : path.dirname(own);
}

/** Consumers in forked processes. @param entry The file that they run; tests run others. */
export function forkedProcesses(entry: string = packageFile(CONSUMER)): Transport {
  return {
    startConsumers: (work) => (listener) => {
      const consumer = new ForkedConsumer(entry, listener);
      consumer.send({ type: 'configure', work });
      return consumer;
    },
    residentMemory: measureConsumers,
  };
}

async function measureConsumers(consumers: readonly Consumer[]): Promise<ReadonlyMap<Consumer, number>> {
  const bytes = await residentMemoryOf(consumers.flatMap(({ pid }) => pid ?? []));
  const measured = new Map<Consumer, number>();
  for (const consumer of consumers) {
    const resident = bytes.get(consumer.pid ?? 0);
    if (resident !== undefined) measured.set(consumer, resident);
  }
  return measured;
}

/**
 * A consumer process. It may end at any time: by itself, by a signal, for lack of memory, or because it could not be started (no
 * process, memory or file descriptor available, a module that does not load). Each of these is reported by `onExit`, never thrown.
 */
export class ForkedConsumer implements Consumer {
  readonly #process: ChildProcess | undefined;
  readonly #ended = new AbortController();
  readonly #listener: ConsumerListener;
  #stderr = '';

  constructor(entry: string, listener: ConsumerListener) {
    this.#listener = listener;
    try {
      this.#process = fork(entry, {
        // The parent's flags (--inspect, a loader) are not for its consumers.
        execArgv: [],
        env: consumerEnvironment(),
        serialization: 'json',
        // A decoder's own warnings must not run into the progress line.
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      this.#listen(this.#process);
    } catch (error) {
      // `fork` throws when there is no memory; when there is no further process, it emits `error`.
      const exit = { code: null, signal: null, stderrTail: printable(causeOf(error)) };
      setImmediate(() => this.#onEnd(exit));
    }
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  assign(jobs: readonly ConsumerJob[]): void {
    this.send({ type: 'jobs', jobs });
  }

  finish(): void {
    this.send({ type: 'sentinel' });
  }

  retire(): void {
    this.send({ type: 'retire' });
  }

  /** Sends a message, unless the process has ended, which `onExit` reports. */
  send(message: ToConsumer): void {
    // Without a callback `send` throws when the channel is closed.
    if (this.#process?.connected === true) this.#process.send(wrap(message), () => {});
  }

  /** By SIGKILL: a consumer ignores milder signals, which may have been meant for its parent. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /** One that SIGKILL does not end (its disk does not respond) is abandoned, and no longer keeps this process running. */
  async close(): Promise<void> {
    if (await this.#endsWithin(EXIT_GRACE_MS)) return;
    this.kill();
    if (await this.#endsWithin(KILL_GRACE_MS)) return;
    this.#process?.unref();
    this.#process?.stderr?.destroy();
    if (this.#process?.connected === true) this.#process.disconnect();
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const { signal } = this.#ended;
    // It rejects when the process ends before the time does.
    return signal.aborted || sleep(ms, false, { signal }).catch(() => true);
  }

  #onMessage(message: FromConsumer): void {
    switch (message.type) {
      case 'started':
        this.#listener.onStarted(message.id);
        break;
      case 'result':
        this.#onResult(message);
        break;
      case 'fatal':
        this.#listener.onFatal(fromWire(message.error));
        break;
      case 'retired':
        this.#listener.onRetired(message.usage);
        break;
      case 'sentinel':
        this.#listener.onSentinel(message.usage);
        break;
      default:
        unreachable(message);
    }
  }

  #onResult({ next, ...result }: Result): void {
    this.#listener.onResult(result);
    if (next !== undefined) this.#listener.onStarted(next);
  }

  #onEnd(exit: Exit): void {
    this.#listener.onExit(exit);
    this.#ended.abort();
  }

  #listen(child: ChildProcess): void {
    // A result that was sent just before the exit is still in the channel at `exit`, so both events are awaited.
    let exit: Omit<Exit, 'stderrTail'> | undefined;
    let reported = false;
    const reportEnd = () => {
      if (exit === undefined || child.connected || reported) return;
      reported = true;
      this.#onEnd({ ...exit, stderrTail: printable(this.#stderr.trim().replaceAll('\n', ' ')) });
    };
    child.on('message', (value) => {
      const message = unwrap<FromConsumer>(value);
      if (message !== undefined) this.#onMessage(message);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL_CHARACTERS);
    });
    child.on('exit', (code, signal) => {
      exit = { code, signal };
      reportEnd();
    });
    child.on('disconnect', reportEnd);
    child.on('error', (error) => {
      // Also raised when a signal could not be sent, which is no news about a process that has started.
      if (child.pid !== undefined) return;
      this.#stderr = causeOf(error);
      exit = { code: null, signal: null };
      if (child.connected) child.disconnect();
      else reportEnd();
    });
  }
}
