// Reads one source, whole or in parts, from one state of the file and within a limit, whatever the name leads to.

import fs, { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  causeOf,
  changedError,
  emptyFileError,
  fileTooLargeError,
  systemCode,
  unreadableError,
} from '../errors.js';
import { systemPath } from '../path-bytes.js';
import { acquireBuffer, releaseBuffer } from './source-buffers.js';

/** The state of a source's file. */
export interface SourceFacts {
  readonly sourceBytes: number;
  /** Milliseconds since 1970, rounded down. */
  readonly sourceMtimeMs: number;
  /** Nanoseconds since 1970, in decimal. */
  readonly sourceMtimeNs: string;
}

export function sourceFacts({ size, mtimeMs, mtimeNs }: BigIntStats): SourceFacts {
  return { sourceBytes: Number(size), sourceMtimeMs: Number(mtimeMs), sourceMtimeNs: String(mtimeNs) };
}

/** Does not wait for a FIFO's writer, and does not make a terminal the controlling one. 0 where the platform has no such flag. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Linux before 6.13 stamps files by its clock's tick, of up to 10 ms. Of two writes within one tick the second leaves no trace, so a
 * file that was written just now must age before its state is noted. Git calls such a file "racy".
 */
const TICK_MS = 20;

/** A file that is still not stable after this time is being written. */
const STABLE_WITHIN_MS = 300;

/** An open source: a regular file. Close it in any case. */
export class Source {
  readonly facts: SourceFacts;
  readonly #handle: FileHandle;
  readonly #stateAtOpen: BigIntStats;

  private constructor(handle: FileHandle, state: BigIntStats) {
    this.#handle = handle;
    this.#stateAtOpen = state;
    this.facts = sourceFacts(state);
  }

  /** @throws {ThumbsError} `UNREADABLE` or `CHANGED`; the message is the cause alone, without the file's name. */
  static async open(path: string): Promise<Source> {
    const handle = await open(systemPath(path), OPEN_FLAGS).catch((error: unknown) => {
      throw unreadableError(openFailure(error), error);
    });
    try {
      const state = await waitUntilStable(handle);
      if (!state.isFile()) throw unreadableError(`${kindOf(state)}, not a file`);
      return new Source(handle, state);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * The file's bytes, in a buffer for {@link releaseBuffer}.
   * @throws {ThumbsError} `TOO_LARGE`, `CORRUPT` (the file is empty), `CHANGED` or `UNREADABLE`; the message is the cause alone.
   */
  async read(maxBytes: number): Promise<Buffer> {
    const size = this.facts.sourceBytes;
    if (size > maxBytes) throw fileTooLargeError(size, maxBytes);
    if (size === 0) throw emptyFileError();
    const bytes = acquireBuffer(size);
    await this.#readInto(bytes, 0);
    await this.requireUnchanged();
    return bytes;
  }

  /**
   * The bytes from `offset` on, which must be within the file. After the last part, call {@link requireUnchanged}.
   * @throws {ThumbsError} `CHANGED` or `UNREADABLE`; the message is the cause alone.
   */
  async readPart(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    await this.#readInto(bytes, offset);
    return bytes;
  }

  /**
   * What was read so far is from one state of the file.
   * @throws {ThumbsError} `CHANGED`; the message is the cause alone.
   */
  async requireUnchanged(): Promise<void> {
    const now = await this.#handle.stat({ bigint: true });
    const { size, mtimeNs } = this.#stateAtOpen;
    if (now.size !== size || now.mtimeNs !== mtimeNs) throw changedWhileRead();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Fills `bytes` with those from `offset` on. */
  async #readInto(bytes: Buffer, offset: number): Promise<void> {
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await this.#handle
        .read(bytes, length, bytes.length - length, offset + length)
        .catch((error: unknown) => {
          throw unreadableError(causeOf(error), error);
        });
      if (bytesRead === 0) throw changedWhileRead();
      length += bytesRead;
    }
  }
}

/** A source that was read at once. */
export interface SmallSource {
  readonly facts: SourceFacts;
  /** In a buffer for {@link releaseBuffer}. */
  readonly bytes: Buffer;
}

/**
 * Reads a whole file at once: where it is in the page cache each of these calls takes some microseconds, and the way through the thread pool
 * twenty. Undefined when the file is empty or larger than `most` bytes, was written just now, changes or cannot be read: {@link Source} says why.
 */
export function readSmallSource(path: string, most: number): SmallSource | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(systemPath(path), OPEN_FLAGS);
    return readWhole(descriptor, most);
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

function readWhole(descriptor: number, most: number): SmallSource | undefined {
  const before = fs.fstatSync(descriptor, { bigint: true });
  if (!before.isFile() || !isStable(before) || before.size === 0n || before.size > most) return undefined;
  const facts = sourceFacts(before);
  const bytes = acquireBuffer(facts.sourceBytes);
  const count = fs.readSync(descriptor, bytes, 0, bytes.length, 0);
  const after = fs.fstatSync(descriptor, { bigint: true });
  if (count === bytes.length && after.size === before.size && after.mtimeNs === before.mtimeNs)
    return { facts, bytes };
  releaseBuffer(bytes);
  return undefined;
}

function changedWhileRead(): Error {
  return changedError('the file changed while it was read');
}

/** The file's state, as soon as any further write is sure to change it. */
async function waitUntilStable(handle: FileHandle): Promise<BigIntStats> {
  for (let waited = 0; waited < STABLE_WITHIN_MS; waited += TICK_MS) {
    const stats = await handle.stat({ bigint: true });
    if (isStable(stats)) return stats;
    await sleep(TICK_MS);
  }
  throw changedError('the file is being written');
}

/** Whether any further write is sure to change the state of the file. */
function isStable({ mtimeMs }: BigIntStats): boolean {
  const age = Date.now() - Number(mtimeMs);
  return age < 0 || age >= TICK_MS;
}

function openFailure(error: unknown): string {
  return systemCode(error) === 'ENXIO' ? 'a socket, not a file' : causeOf(error);
}

function kindOf(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
