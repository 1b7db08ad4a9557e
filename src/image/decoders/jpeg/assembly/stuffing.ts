// Entropy-coded data without its stuffing (ITU-T T.81, B.1.1.5), written backwards: the byte that comes first stands last,
// so that one little-endian load has eight of them with the first at the top.

const NOTHING: usize = 0;

/** The restart intervals that `unstuff` found last. */
export let intervals: i32 = 0;

/**
 * Writes the data of one scan, which ends at any marker but RSTn, downwards from `top`.
 * @param segments Where the end of each restart interval is noted, in bytes from `top`; room for `most` of them.
 * @returns The address of the marker's code, or 0 when the data ends without one, or what is there is not understood.
 */
export function unstuff(from: usize, end: usize, top: usize, segments: usize, most: i32): usize {
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
    if (from + 1 >= end) return NOTHING;
    let code = <i32>load<u8>(from, 1);
    if (code === 0) {
      from += 2;
      to -= 1;
      continue;
    }
    // Before a marker any number of fill bytes may stand.
    while (code === 255) {
      from += 1;
      if (from + 1 >= end) return NOTHING;
      code = <i32>load<u8>(from, 1);
      if (code === 0) return NOTHING;
    }
    if (count >= most) return NOTHING;
    store<u32>(segments + ((<usize>count) << 2), <u32>(top - to));
    if ((code & 0xf8) !== 0xd0) {
      intervals = count + 1;
      return from + 1;
    }
    if (code !== (0xd0 | (count & 7))) return NOTHING;
    count += 1;
    from += 2;
  }
  return NOTHING;
}

/** The address of the code of the next marker that is no RSTn, or 0 when there is none before `end`. */
export function nextMarker(from: usize, end: usize): usize {
  while (from < end) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(from), i8x16.splat(-1)));
    if (mask === 0) {
      from += 16;
      continue;
    }
    from += <usize>ctz(mask);
    if (from + 1 >= end) return NOTHING;
    const code = <i32>load<u8>(from, 1);
    if (code !== 0 && code !== 255 && (code & 0xf8) !== 0xd0) return from + 1;
    from += code === 255 ? 1 : 2;
  }
  return NOTHING;
}
