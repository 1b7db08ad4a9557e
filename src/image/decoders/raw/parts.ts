// Reading a file in parts. A reader of a container says which part it needs next and gets its bytes, and does not know where from: a
// whole file in memory, or one of which only these parts are read.

/** A file of which parts can be read. */
export interface FileParts {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `offset` on; fewer than `length` only at the end of the file. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Where some bytes lie in a file. */
export interface Part {
  readonly offset: number;
  readonly length: number;
}

/** A reader that yields each part that it needs, and gets as many of its bytes as there are: none outside the file. */
export type Reading<T> = Generator<Part, T, Buffer>;

/** A reader gets no more parts than this, and none of more bytes: those that it asks for beyond count as the end of the file. */
const MOST_PARTS = 512;
const MOST_PART_BYTES = 16_384;

/** What is read at once around a part: on a network file system a request costs more than its bytes. */
const BLOCK_BYTES = 8192;

/** The bytes of one part, at most 16 KiB. */
export function* readPart(offset: number, length: number): Reading<Buffer> {
  return yield { offset, length };
}

/** The result of a reader, from a whole file. */
export function readWhole<T>(reading: Reading<T>, file: Buffer): T {
  let step = reading.next(NOTHING);
  for (let parts = 1; step.done !== true; parts += 1) {
    const { offset, length } = allowed(step.value, file.length, parts);
    step = reading.next(file.subarray(offset, offset + length));
  }
  return step.value;
}

/** The result of a reader, from a file of which only the parts that it needs are read. It is the same as from the whole file. */
export async function readInParts<T>(reading: Reading<T>, file: FileParts): Promise<T> {
  let step = reading.next(NOTHING);
  for (let parts = 1; step.done !== true; parts += 1) {
    const { offset, length } = allowed(step.value, file.size, parts);
    step = reading.next(length === 0 ? NOTHING : await file.read(offset, length));
  }
  return step.value;
}

const NOTHING = Buffer.alloc(0);

function allowed({ offset, length }: Part, size: number, parts: number): Part {
  const isWithin = Number.isSafeInteger(offset) && offset >= 0 && offset < size && length > 0;
  if (!isWithin || parts > MOST_PARTS) return { offset: 0, length: 0 };
  return { offset, length: Math.min(length, MOST_PART_BYTES, size - offset) };
}

/** A file whose parts are kept, so that none is read twice. */
export class KeptParts implements FileParts {
  readonly size: number;
  readonly #file: FileParts;
  readonly #kept: Array<{ readonly offset: number; readonly bytes: Buffer }> = [];

  constructor(file: FileParts) {
    this.#file = file;
    this.size = file.size;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const kept = this.#kept.find(
      (part) => part.offset <= offset && offset + length <= part.offset + part.bytes.length,
    );
    if (kept !== undefined) return kept.bytes.subarray(offset - kept.offset, offset - kept.offset + length);
    const bytes = await this.#file.read(offset, Math.min(Math.max(length, BLOCK_BYTES), this.size - offset));
    this.#kept.push({ offset, bytes });
    return bytes.subarray(0, length);
  }
}
