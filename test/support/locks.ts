// Locks as other processes leave them, and takes that something else interrupts. Used by processes, too: it knows nothing of vitest.

import fs from 'node:fs';
import path from 'node:path';
import { ThumbsError } from '../../src/errors.js';
import { Lock } from '../../src/files/locks/lock.js';
import { ownIdentity } from '../../src/files/process-identity.js';

/** Larger than any process id of Linux. */
export const NO_PROCESS: number = 2 ** 22 + 1;

export function lockOf(folder: string): string {
  return path.join(folder, '.thumbs.lock');
}

/** Writes the lock of `folder` as another process would, `ageMs` ago. */
export function putLock(folder: string, fields: object, ageMs = 0): void {
  const startedAt = new Date(0).toISOString();
  const holder = { thumbs: 'lock', startedAt, host: 'attic', ...ownIdentity(), ...fields };
  fs.writeFileSync(lockOf(folder), `${JSON.stringify(holder)}\n`);
  const time = new Date(Date.now() - ageMs);
  fs.utimesSync(lockOf(folder), time, time);
}

/** The lock of `folder`; undefined when another take holds it. */
export function tryLock(folder: string): Lock | undefined {
  try {
    return Lock.take(folder);
  } catch (error) {
    if (error instanceof ThumbsError && error.code === 'LOCKED') return undefined;
    throw error;
  }
}

/** The calls by which a lock reads or changes the disk. */
const STEPS = [
  ...(['openSync', 'writeFileSync', 'linkSync', 'renameSync', 'rmSync'] as const),
  ...(['mkdirSync', 'rmdirSync', 'readdirSync'] as const),
];

export interface InterruptedTake {
  /** The lock, unless another take holds it. */
  readonly lock: Lock | undefined;
  readonly steps: number;
}

/** Takes in this process that are interrupted before their steps, on a file system with or without hard links. */
export class Interruptions {
  readonly #real = { ...fs };
  #beforeStep = () => {};

  constructor(hardLinks: boolean) {
    for (const name of STEPS) {
      const real: (...args: never[]) => unknown = fs[name];
      const replacement = (...args: never[]) => {
        this.#beforeStep();
        if (name === 'linkSync' && !hardLinks) throw Object.assign(new Error('no links'), { code: 'EPERM' });
        return real(...args);
      };
      Object.assign(fs, { [name]: replacement });
    }
  }

  /** Takes the lock of `folder`, and calls `interrupt` before each step. Takes in `interrupt` may be interrupted themselves. */
  take(folder: string, interrupt: (step: number) => void): InterruptedTake {
    const { result: lock, steps } = this.during(() => tryLock(folder), interrupt);
    return { lock, steps };
  }

  /** Does `work`, and calls `interrupt` before each step. */
  during<T>(
    work: () => T,
    interrupt: (step: number) => void,
  ): { readonly result: T; readonly steps: number } {
    const outer = this.#beforeStep;
    let steps = 0;
    const beforeStep = () => {
      this.#beforeStep = () => {};
      interrupt(steps);
      steps += 1;
      this.#beforeStep = beforeStep;
    };
    this.#beforeStep = beforeStep;
    const result = work();
    this.#beforeStep = outer;
    return { result, steps };
  }

  end(): void {
    for (const name of STEPS) Object.assign(fs, { [name]: this.#real[name] });
  }
}
