// The reader of before, kept as reference: do not optimise.
//
// Removes byte stuffing (ITU-T T.81, B.1.1.5) and finds markers.
//
// The data is written in reverse, its first byte at the highest address: WebAssembly has no byte swap, and this way one little-endian
// load yields eight bytes with the first one most significant.

const NOT_FOUND: usize = 0;

/** Entropy-coded segments of the last scan that `unstuff` has processed: one for each restart interval. */
export let segmentCount: i32 = 0;

/**
 * Writes the data of one scan in reverse, from `top` downwards, without stuffing and markers. The scan ends at the first marker
 * other than RSTn.
 * @param end End of the file.
 * @param segmentEnds Address of an array of u32: the end of each entropy-coded segment, in bytes from `top`.
 * @param maxSegments Length of that array.
 * @returns The address of the second byte of the marker that ends the scan, or 0: no such marker, RSTn out of order, too many
 * segments, or fill bytes without a marker.
 */
export function unstuff(from: usize, end: usize, top: usize, segmentEnds: usize, maxSegments: i32): usize {
  let to = top;
  let count = 0;
  while (from < end) {
    const bytes = v128.load(from);
    v128.store(to - 16, i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    const mask = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(-1)));
    if (mask === 0) {
      from += 16;
      to -= 16;
      continue;
    }
    const before = <usize>ctz(mask);
    from += before;
    to -= before;
    if (from + 1 >= end) return NOT_FOUND;
    let code = <i32>load<u8>(from, 1);
    if (code === 0) {
      from += 2;
      to -= 1;
      continue;
    }
    // Any number of fill bytes FF may precede a marker (T.81, B.1.1.2).
    while (code === 255) {
      from += 1;
      if (from + 1 >= end) return NOT_FOUND;
      code = <i32>load<u8>(from, 1);
      if (code === 0) return NOT_FOUND;
    }
    if (count >= maxSegments) return NOT_FOUND;
    store<u32>(segmentEnds + ((<usize>count) << 2), <u32>(top - to));
    if ((code & 0xf8) !== 0xd0) {
      segmentCount = count + 1;
      return from + 1;
    }
    if (code !== (0xd0 | (count & 7))) return NOT_FOUND;
    count += 1;
    from += 2;
  }
  return NOT_FOUND;
}
