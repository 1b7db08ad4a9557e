// Huffman codes and the bits of entropy-coded data, as a JPEG encoder writes them (ITU-T T.81, annexes C and F).

/** A code as a file has it: how many symbols there are of each length from 1 to 16 bits, and the symbols in that order. */
export interface HuffmanCode {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

/** Each symbol's bits and their number. */
export type CodeWords = ReadonlyMap<number, readonly [bits: number, length: number]>;

/** The words of a code (T.81, C.2). */
export function codeWords({ counts, symbols }: HuffmanCode): CodeWords {
  const words = new Map<number, readonly [number, number]>();
  let [next, taken] = [0, 0];
  counts.forEach((count, index) => {
    for (const symbol of symbols.slice(taken, taken + count)) words.set(symbol, [next++, index + 1]);
    taken += count;
    next *= 2;
  });
  return words;
}

/** The code in which each symbol has the given length, the short ones first. */
export function codeOfLengths(lengths: ReadonlyMap<number, number>): HuffmanCode {
  const counts = Array.from({ length: 16 }, (_, index) => {
    return [...lengths.values()].filter((length) => length === index + 1).length;
  });
  const symbols = [...lengths].sort(([, one], [, other]) => one - other).map(([symbol]) => symbol);
  return { counts, symbols };
}

/** Bits that a number's magnitude takes (T.81, F.1.2.1). */
export function sizeOf(value: number): number {
  return 32 - Math.clz32(Math.abs(value));
}

/** Writes bits into stuffed bytes (T.81, B.1.1.5). */
export class BitWriter {
  readonly #bytes: number[] = [];
  #bits = 0;
  #bitCount = 0;

  /** The lowest `length` bits of `bits`, at most 16. */
  write(bits: number, length: number): void {
    this.#bits = (this.#bits << length) | (bits & ((1 << length) - 1));
    this.#bitCount += length;
    while (this.#bitCount >= 8) {
      this.#bitCount -= 8;
      const byte = (this.#bits >> this.#bitCount) & 0xff;
      this.#bytes.push(byte);
      if (byte === 0xff) this.#bytes.push(0);
    }
    this.#bits &= (1 << this.#bitCount) - 1;
  }

  writeSymbol(words: CodeWords, symbol: number): void {
    const word = words.get(symbol);
    if (word === undefined) throw new Error(`Expected a code that has symbol ${symbol}`);
    this.write(...word);
  }

  /** The bits of a value after its size (T.81, F.1.2.1). */
  writeValue(value: number): void {
    const size = sizeOf(value);
    this.write(value < 0 ? value - 1 : value, size);
  }

  /** Fills up the last byte with ones. */
  pad(): void {
    if (this.#bitCount > 0) this.write(0xff, 8 - this.#bitCount);
  }

  /** Ends a restart interval with marker RST`number`. */
  restart(number: number): void {
    this.pad();
    this.#bytes.push(0xff, 0xd0 + (number % 8));
  }

  finish(): Buffer {
    this.pad();
    return Buffer.from(this.#bytes);
  }
}
