// Boxes of ISO-BMFF files: ISO/IEC 14496-12, 4.2.

export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 4, 'latin1');
  const bytes = Buffer.concat([head, ...content]);
  bytes.writeUInt32BE(bytes.length);
  return bytes;
}

/** A box with a version and 24 flags. Lists of many thousand pieces are to be joined before: arguments lie on the stack. */
export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...content: readonly Uint8Array[]
): Buffer {
  return box(type, u8(version), u24(flags), ...content);
}

export function u8(...values: readonly number[]): Buffer {
  return unsigned(1, values);
}

export function u16(...values: readonly number[]): Buffer {
  return unsigned(2, values);
}

function u24(...values: readonly number[]): Buffer {
  return unsigned(3, values);
}

export function u32(...values: readonly number[]): Buffer {
  return unsigned(4, values);
}

export function i32(...values: readonly number[]): Buffer {
  return u32(...values.map((value) => value >>> 0));
}

export function u64(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64BE(value, 8 * index);
  return bytes;
}

/** Text in Latin-1, without an end. */
export function text(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

function unsigned(width: 1 | 2 | 3 | 4, values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(width * values.length);
  for (const [index, value] of values.entries()) bytes.writeUIntBE(value, index * width, width);
  return bytes;
}
