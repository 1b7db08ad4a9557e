// Checks the order of the scans of a progressive image (ITU-T T.81, G.1.1.1).

import { Declined } from '../declined.js';
import type { Scan } from './header/header.js';

/** Largest Al (T.81, B.2.3). */
const MAX_APPROXIMATION = 13;

/** Which bits of which coefficients the scans so far have coded. */
export class Progression {
  /** For each component and coefficient, in zigzag order: Al of its last scan, -1 before its first. */
  readonly #approximation: readonly Int8Array[];

  constructor(components: number) {
    this.#approximation = Array.from({ length: components }, () => new Int8Array(64).fill(-1));
  }

  /** Whether all bits of the DCs of all components are coded. */
  get isDcComplete(): boolean {
    return this.#approximation.every(([dc]) => dc === 0);
  }

  /**
   * Records a scan.
   * @throws {Declined} Its parameters are invalid, or it is out of order: where libjpeg warns.
   */
  add({ components, spectralStart, spectralEnd, approximationHigh, approximationLow }: Scan): void {
    const isAc = spectralStart > 0;
    const isBandValid = isAc
      ? spectralEnd >= spectralStart && spectralEnd < 64 && components.length === 1
      : spectralEnd === 0;
    const isApproximationValid =
      approximationLow <= MAX_APPROXIMATION &&
      (approximationHigh === 0 || approximationLow === approximationHigh - 1);
    if (!isBandValid || !isApproximationValid) throw new Declined('invalid progressive scan parameters');
    for (const { index } of components) {
      const previous = this.#approximation[index];
      const dc = previous?.[0] ?? -1;
      if (previous === undefined || (isAc ? dc < 0 : approximationHigh === 0 && dc >= 0))
        throw new Declined('progressive scans out of order');
      for (const low of previous.subarray(spectralStart, spectralEnd + 1))
        if (approximationHigh !== Math.max(0, low)) throw new Declined('progressive scans out of order');
      previous.fill(approximationLow, spectralStart, spectralEnd + 1);
    }
  }
}
