// One file in an instance of libheif: how its functions are called, and what they write.

import type { Libheif } from './module.js';
import { ERROR } from './structs.js';

/** libheif's description of what is wrong with a file. */
export class HeifError extends Error {
  override readonly name = 'HeifError';
  /** enum heif_error_code. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Bytes that {@link Session} needs for itself. */
export const SESSION_BYTES = 4096;
const ERROR_BYTES = 16;
/** Ids that fit into the scratch memory. */
export const MAX_LISTED = 1000;

export class Session {
  readonly calls: Libheif['calls'];
  /** Address of a heif_context. */
  readonly context: number;
  /** Address of memory for what a call writes. The next call overwrites it. */
  readonly scratch: number;
  readonly #heif: Libheif;
  readonly #error: number;

  /** @param memory Address of SESSION_BYTES. */
  constructor(heif: Libheif, context: number, memory: number) {
    this.#heif = heif;
    this.calls = heif.calls;
    this.context = context;
    this.#error = memory;
    this.scratch = memory + ERROR_BYTES;
  }

  /**
   * Calls a function that returns an error.
   * @throws {HeifError}
   */
  check(call: (...values: readonly number[]) => number, ...values: readonly number[]): void {
    call(this.#error, ...values);
    const code = this.i32(this.#error + ERROR.code);
    if (code !== 0) throw new HeifError(code, this.text(this.u32(this.#error + ERROR.message)));
  }

  /** What a function that returns an error writes to the scratch memory: an address or a number. @throws {HeifError} */
  result(call: (...values: readonly number[]) => number, ...values: readonly number[]): number {
    this.check(call, ...values, this.scratch);
    return this.u32(this.scratch);
  }

  /** The ids that a function wrote to the scratch memory. */
  list(count: number, at: number = this.scratch): number[] {
    return Array.from({ length: count }, (_, index) => this.u32(at + 4 * index));
  }

  u8(at: number): number {
    return this.view().getUint8(at);
  }

  u32(at: number): number {
    return this.view().getUint32(at, true);
  }

  i32(at: number): number {
    return this.view().getInt32(at, true);
  }

  /** All of the memory, until the next call. */
  view(): DataView {
    return new DataView(this.#heif.heap.buffer);
  }

  /** A copy of bytes in the memory. */
  copy(at: number, length: number): Buffer {
    return Buffer.from(this.#heif.heap.subarray(at, at + length));
  }

  /** Text up to a zero. */
  text(at: number): string {
    const { heap } = this.#heif;
    return Buffer.from(heap.subarray(at, heap.indexOf(0, at))).toString('utf8');
  }
}

/** `grid` for 0x67726964. */
export function fourCharacters(code: number): string {
  return Buffer.from([code >>> 24, code >>> 16, code >>> 8, code]).toString('latin1');
}
