// One forked consumer as its parent sees it. The only file that touches ChildProcess.

import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { causeOf } from '../errors.js';
import { printable } from '../printable.js';
import { opened, type ToConsumer, type ToDispatcher } from './messages.js';

/** How a consumer ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr, on one line, safe to show; empty when it wrote nothing. */
  readonly lastWords: string;
}

const SIGNALS_FROM_OUTSIDE: ReadonlySet<string | null> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);

/** Whether somebody else ended it (a person, the kernel for want of memory), and no fault of its own. */
export function isKilled({ signal }: Exit): boolean {
  return SIGNALS_FROM_OUTSIDE.has(signal);
}

/** What its owner is told. `exited` comes once, after the last message, and never before the constructor has returned. */
export interface ChildListener {
  message(message: ToDispatcher): void;
  exited(exit: Exit): void;
}

/** The entry that a consumer is forked from. */
export const consumerEntry: URL = new URL('./consumer.js', import.meta.url);

/** A consumer with nothing left to do exits within milliseconds. */
const EXIT_GRACE_MS = 1000;

/** The kernel takes gigabytes back in well under a second; only a disk that does not answer holds a killed process. */
const KILL_GRACE_MS = 5000;

/** Enough for the cause and a native stack of V8 after it. */
const LAST_WORDS_CHARACTERS = 2500;

/**
 * A consumer process. It may end at any time: of itself, by a signal, for want of memory, or because it never started
 * (no process, memory or file descriptor to be had, a module that does not load). Each of these arrives as `exited`,
 * never as a throw.
 */
export class Child {
  readonly #process: ChildProcess | undefined;
  readonly #gone = new AbortController();
  #stderr = '';

  constructor(entry: URL, listener: ChildListener) {
    try {
      this.#process = fork(fileURLToPath(entry), {
        // Flags of the parent (--inspect, a loader) are not for its children.
        execArgv: [],
        // With many short-lived decoders glibc keeps an arena for each thread; two bound what is held but not used.
        env: { MALLOC_ARENA_MAX: '2', ...process.env },
        serialization: 'json',
        // A decoder's own warnings must not run into the progress line.
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      this.#listen(this.#process, listener);
    } catch (error) {
      // Node.js throws for want of memory and reports want of processes as an event.
      const exit = { code: null, signal: null, lastWords: printable(causeOf(error)) };
      setImmediate(() => this.#end(exit, listener));
    }
  }

  /** Undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Sends, unless the process is gone, of which `exited` tells. */
  send(message: ToConsumer): void {
    // Without a callback `send` throws when the channel is closed.
    if (this.#process?.connected === true) this.#process.send({ thumbs: message }, () => {});
  }

  /** Ends the process at once. A consumer ignores every milder signal, which may have been meant for its parent. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /**
   * Resolves when the process has ended, for which it is killed after a second. One that even SIGKILL does not end (its
   * disk does not answer) is given up, and keeps this process from ending no longer.
   */
  async close(): Promise<void> {
    if (await this.#endsWithin(EXIT_GRACE_MS)) return;
    this.kill();
    if (await this.#endsWithin(KILL_GRACE_MS)) return;
    this.#process?.unref();
    this.#process?.stderr?.destroy();
    if (this.#process?.connected === true) this.#process.disconnect();
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const { signal } = this.#gone;
    // It rejects when the process ends before the time does.
    return signal.aborted || sleep(ms, false, { signal }).catch(() => true);
  }

  #end(exit: Exit, listener: ChildListener): void {
    listener.exited(exit);
    this.#gone.abort();
  }

  #listen(child: ChildProcess, listener: ChildListener): void {
    // A result that was sent just before the end is still in the channel when `exit` comes, so both are awaited.
    let exit: Omit<Exit, 'lastWords'> | undefined;
    let told = false;
    const ended = () => {
      if (exit === undefined || child.connected || told) return;
      told = true;
      this.#end({ ...exit, lastWords: printable(this.#stderr.trim().replaceAll('\n', ' ')) }, listener);
    };
    child.on('message', (value) => {
      const message = opened<ToDispatcher>(value);
      if (message !== undefined) listener.message(message);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-LAST_WORDS_CHARACTERS);
    });
    child.on('exit', (code, signal) => {
      exit = { code, signal };
      ended();
    });
    child.on('disconnect', ended);
    child.on('error', (error) => {
      // Also raised when a signal could not be sent, which tells nothing new of a process that has started.
      if (child.pid !== undefined) return;
      this.#stderr = causeOf(error);
      exit = { code: null, signal: null };
      if (child.connected) child.disconnect();
      else ended();
    });
  }
}
