// Huffman codes that no encoder writes.

import { below, type Random } from '../../damages.js';

const lengths = (...counts: number[]) => [...counts, ...Array<number>(16 - counts.length).fill(0)];

/** Each as 16 counts and the symbols. */
export const ODD_CODES: ReadonlyArray<(random: Random) => number[]> = [
  // Sixteen zeros, end of block, and zeros before a value, each in one bit.
  () => [...lengths(1), 0xf0],
  () => [...lengths(1), 0x00],
  () => [...lengths(1), 0xf1],
  () => [...lengths(1, 1), 0xf0, 0x01],
  () => [...lengths(1, 1, 1), 0x00, 0xf0, 0x0a],
  // A code of nothing but ones, too many codes, and none.
  () => [...lengths(2), 0x00, 0x01],
  () => [...lengths(3), 0x00, 0x01, 0x02],
  () => lengths(),
  // One code of each length, the longest of nothing but ones or not.
  () => [...Array(16).fill(1), ...Array(16).keys()],
  () => [...Array(15).fill(1), 2, ...Array(17).keys()],
  () => [...Array(15).fill(0), 200, ...Array(200).keys()],
  // Values of more bits than there can be.
  () => [...lengths(0, 3), 0x0b, 0x0c, 0x0f],
  () => [...lengths(0, 3), 0x1b, 0xff, 0x10],
  (random) => {
    const counts = Array.from({ length: 16 }, (_, index) =>
      index < 3 ? below(2, random) : below(12, random),
    );
    const count = counts.reduce((sum, length) => sum + length, 0);
    return [...counts, ...Array.from({ length: count }, () => below(256, random))];
  },
];
