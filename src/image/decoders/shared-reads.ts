// What several variants of one image have in common: read once, and held until all of them are made. It decides no byte: what is shared is
// what each of them would have read alone.

/** What was read of one image. */
export class SharedReads {
  readonly #reads = new Map<string, unknown>();
  readonly #whole: SharedReads | undefined;
  #heldBytes = 0;

  /** @param whole What is held of the file that has the image, if the image is a part of one. */
  constructor(whole?: SharedReads) {
    this.#whole = whole;
  }

  /** Bytes of pixels that are held. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether something was read by this key. */
  has(key: string): boolean {
    return this.#reads.has(key);
  }

  /**
   * What `read` gives for this key, which says all that it depends on besides the image.
   * @param bytes How much it holds.
   */
  once<T>(key: string, read: () => T, bytes: (result: T) => number = () => 0): T {
    if (this.#reads.has(key)) return this.#reads.get(key) as T;
    const result = read();
    this.#reads.set(key, result);
    this.#hold(bytes(result));
    return result;
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#whole !== undefined) this.#whole.#hold(bytes);
  }

  /** {@link once} for what takes a while. What fails is not held. */
  async onceAsync<T>(key: string, read: () => Promise<T>, bytes: (result: T) => number): Promise<T> {
    if (this.#reads.has(key)) return this.#reads.get(key) as T;
    const result = await read();
    return this.once(key, () => result, bytes);
  }
}
