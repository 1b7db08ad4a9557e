// The order in which the scans of a progressive image may bring its bits (ITU-T T.81, G.1.1.1).

import { Declined, type Scan } from './header.js';

const LARGEST_SHIFT = 13;

/** What the scans of an image have brought so far. */
export class Progression {
  /** For each component and coefficient, the bits that are still to come; -1 before its first scan. */
  readonly #left: readonly Int8Array[];

  constructor(components: number) {
    this.#left = Array.from({ length: components }, () => new Int8Array(64).fill(-1));
  }

  /** Whether every DC is there with all of its bits. */
  get hasDcs(): boolean {
    return this.#left.every(([dc]) => dc === 0);
  }

  /**
   * Notes a scan.
   * @throws {Declined} It cannot come now, or at all. The rules are those that libjpeg warns by.
   */
  take({ components, first, last, high, low }: Scan): void {
    const isPossible = first === 0 ? last === 0 : last >= first && last < 64 && components.length === 1;
    if (!isPossible || low > LARGEST_SHIFT || (high !== 0 && low !== high - 1))
      throw new Declined('an impossible progressive scan');
    for (const { index } of components) {
      const left = this.#left[index];
      const dc = left?.[0] ?? -1;
      if (left === undefined || (first > 0 ? dc < 0 : high === 0 && dc >= 0))
        throw new Declined('progressive scans in disorder');
      for (const bits of left.subarray(first, last + 1))
        if (high !== Math.max(0, bits)) throw new Declined('progressive scans in disorder');
      left.fill(low, first, last + 1);
    }
  }
}
