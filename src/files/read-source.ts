// Reads one source whole, from one state of the file, within a limit, whatever stands under the name.

import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { causeOf, systemCode, ThumbsError } from '../errors.js';

/** What is known of a source once it is open. */
export interface SourceFacts {
  readonly sourceBytes: number;
  /** Milliseconds since 1970, rounded down. */
  readonly sourceMtimeMs: number;
  /** Nanoseconds since 1970, in decimal. */
  readonly sourceMtimeNs: string;
}

/** The facts of a file's state. */
export function sourceFacts({ size, mtimeMs, mtimeNs }: BigIntStats): SourceFacts {
  return { sourceBytes: Number(size), sourceMtimeMs: Number(mtimeMs), sourceMtimeNs: String(mtimeNs) };
}

/** Not to wait for a FIFO's writer, and not to adopt a terminal. 0 where the platform has no such flag. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Buffers up to this size are kept for further files. A fresh one for each photo of 2.9 MB waits for the garbage collector
 * and makes a consumer's peak memory 27 MB larger.
 */
export const KEPT_BUFFER_BYTES = 32_000_000;

/** One for the file that is worked on, one for the next. */
const KEPT_BUFFERS = 2;

/**
 * Linux before 6.13 notes times by its clock's tick, of up to 10 ms. Of two writes within one tick the second leaves no
 * trace, so that a file which was written just now is let become older before its state is noted. Git calls it "racy".
 */
const TICK_MS = 20;

/** A file that does not come to rest in this time is being written. */
const REST_MS = 300;

/** One opened source: a regular file. Close it whatever happens. */
export class Source {
  readonly facts: SourceFacts;
  readonly #handle: FileHandle;
  readonly #opened: BigIntStats;

  private constructor(handle: FileHandle, opened: BigIntStats) {
    this.#handle = handle;
    this.#opened = opened;
    this.facts = sourceFacts(opened);
  }

  /** @throws {ThumbsError} `UNREADABLE` or `CHANGED`; the message is the cause alone, without the file's name. */
  static async open(path: string): Promise<Source> {
    const handle = await open(path, OPEN_FLAGS).catch((error: unknown) => {
      throw new ThumbsError('UNREADABLE', openingCause(error, path), { cause: error });
    });
    try {
      const opened = await settled(handle);
      if (!opened.isFile()) throw new ThumbsError('UNREADABLE', `${kindOf(opened)}, not a file`);
      return new Source(handle, opened);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * The file's bytes. Who is through with them gives them back ({@link giveBack}).
   * @throws {ThumbsError} `TOO_LARGE`, `CORRUPT` (nothing in it), `CHANGED` or `UNREADABLE`; the message is the cause alone.
   */
  async read(maxBytes: number): Promise<Buffer> {
    const size = this.facts.sourceBytes;
    if (size > maxBytes) {
      throw new ThumbsError('TOO_LARGE', `${size} bytes are more than the limit of ${maxBytes}`, {
        limit: { maxBytes },
      });
    }
    if (size === 0) throw new ThumbsError('CORRUPT', 'the file is empty');
    const bytes = takeBuffer(size);
    const length = await this.#fill(bytes);
    const now = await this.#handle.stat({ bigint: true });
    if (length < size || now.size !== this.#opened.size || now.mtimeNs !== this.#opened.mtimeNs) {
      throw new ThumbsError('CHANGED', 'the file changed while it was read');
    }
    return bytes;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #fill(bytes: Buffer): Promise<number> {
    let length = 0;
    try {
      while (length < bytes.length) {
        const { bytesRead } = await this.#handle.read(bytes, length, bytes.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
    } catch (error) {
      throw new ThumbsError('UNREADABLE', causeOf(error), { cause: error });
    }
    return length;
  }
}

/** Buffers that nobody has. */
const free: Buffer[] = [];

function takeBuffer(size: number): Buffer {
  const kept = free.pop();
  const buffer = kept === undefined || kept.length < size ? Buffer.allocUnsafeSlow(size) : kept;
  return buffer.subarray(0, size);
}

/** Lets further reads have the memory of `bytes`, which a source has read and nobody looks at any more. */
export function giveBack(bytes: Buffer): void {
  const whole = Buffer.from(bytes.buffer, 0, bytes.buffer.byteLength);
  if (whole.length <= KEPT_BUFFER_BYTES && free.length < KEPT_BUFFERS) free.push(whole);
}

/** The file's state, noted when a further write is sure to change it. */
async function settled(handle: FileHandle): Promise<BigIntStats> {
  for (let waited = 0; waited < REST_MS; waited += TICK_MS) {
    const stats = await handle.stat({ bigint: true });
    const age = Date.now() - Number(stats.mtimeMs);
    if (age < 0 || age >= TICK_MS) return stats;
    await sleep(TICK_MS);
  }
  throw new ThumbsError('CHANGED', 'the file is being written');
}

function openingCause(error: unknown, path: string): string {
  const cause = causeOf(error);
  if (systemCode(error) === 'ENXIO') return 'a socket, not a file';
  // The walk shows bytes that are not UTF-8 as U+FFFD, and a name with that character opens nothing.
  if (systemCode(error) === 'ENOENT' && path.includes('\ufffd'))
    return `${cause}; its name is not valid UTF-8`;
  return cause;
}

function kindOf(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
