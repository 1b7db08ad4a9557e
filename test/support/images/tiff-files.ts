// TIFF files written tag by tag (TIFF 6.0), so that a test can leave one out, add one or make one wrong.

/** Types of a tag's values. */
export const types = { BYTE: 1, ASCII: 2, SHORT: 3, LONG: 4, RATIONAL: 5, UNDEFINED: 7 } as const;

/** A tag: its number, the type that it claims, its values as numbers or as bytes, and the count that it claims if that is wrong. */
export interface Tag {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly number[] | Buffer;
  readonly count?: number;
}

export interface TiffFile {
  readonly width: number;
  readonly height: number;
  /** PhotometricInterpretation. */
  readonly photometric: number;
  /** Of each sample. @default [8, 8, 8] */
  readonly bits?: readonly number[];
  /** Compression. @default 1, none */
  readonly compression?: number;
  /** The data of each strip, or of each tile. */
  readonly data: readonly Buffer[];
  /** Sides of a tile; without it the data are strips. */
  readonly tile?: readonly [width: number, height: number];
  /** Rows of a strip. @default all */
  readonly rowsPerStrip?: number;
  /** PlanarConfiguration: 2 for a strip or tile for each sample. @default 1 */
  readonly planar?: 1 | 2;
  /** Further tags, or others in place of those that follow from the fields above. */
  readonly tags?: readonly Tag[];
  /** Tags that are left out. */
  readonly without?: readonly number[];
  /** Whether the last tags come first. */
  readonly unsorted?: boolean;
}

const BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 7: 1 };

/** A little-endian file: header, data, directory, and the values that do not fit into it. */
export function tiffFile(file: TiffFile): Buffer {
  const { data, tags = [], without = [], unsorted = false } = file;
  const replaced = new Set([...tags.map(({ tag }) => tag), ...without]);
  const own = ownTags(file).filter(({ tag }) => !replaced.has(tag));
  const all = [...own, ...tags].sort((a, b) => a.tag - b.tag);
  const entries = unsorted ? all.reverse() : all;
  const directory = 8 + data.reduce((sum, piece) => sum + piece.length, 0);
  const table = Buffer.alloc(2 + 12 * entries.length + 4);
  table.writeUInt16LE(entries.length);
  const further: Buffer[] = [];
  let end = directory + table.length;
  for (const [index, { tag, type, values, count }] of entries.entries()) {
    const at = 2 + 12 * index;
    const bytes = Buffer.isBuffer(values) ? values : encoded(values, BYTES[type] ?? 1);
    table.writeUInt16LE(tag, at);
    table.writeUInt16LE(type, at + 2);
    table.writeUInt32LE(count ?? bytes.length / (type === types.RATIONAL ? 8 : (BYTES[type] ?? 1)), at + 4);
    if (bytes.length <= 4) {
      bytes.copy(table, at + 8);
      continue;
    }
    table.writeUInt32LE(end, at + 8);
    further.push(bytes);
    end += bytes.length;
  }
  const header = Buffer.from('II*\0\0\0\0\0', 'latin1');
  header.writeUInt32LE(directory, 4);
  return Buffer.concat([header, ...data, table, ...further]);
}

function ownTags(file: TiffFile): Tag[] {
  const { width, height, photometric, bits = [8, 8, 8], compression = 1, data, tile, planar = 1 } = file;
  const { SHORT, LONG } = types;
  const offsets: number[] = [];
  let end = 8;
  for (const piece of data) {
    offsets.push(end);
    end += piece.length;
  }
  const sizes = data.map((piece) => piece.length);
  const places: Tag[] =
    tile === undefined
      ? [
          { tag: 273, type: LONG, values: offsets },
          { tag: 278, type: LONG, values: [file.rowsPerStrip ?? height] },
          { tag: 279, type: LONG, values: sizes },
        ]
      : [
          { tag: 322, type: LONG, values: [tile[0]] },
          { tag: 323, type: LONG, values: [tile[1]] },
          { tag: 324, type: LONG, values: offsets },
          { tag: 325, type: LONG, values: sizes },
        ];
  return [
    { tag: 256, type: LONG, values: [width] },
    { tag: 257, type: LONG, values: [height] },
    { tag: 258, type: SHORT, values: bits },
    { tag: 259, type: SHORT, values: [compression] },
    { tag: 262, type: SHORT, values: [photometric] },
    { tag: 277, type: SHORT, values: [bits.length] },
    { tag: 284, type: SHORT, values: [planar] },
    ...places,
  ];
}

function encoded(values: readonly number[], width: number): Buffer {
  const bytes = Buffer.alloc(values.length * width);
  for (const [index, value] of values.entries()) bytes.writeUIntLE(value, index * width, width);
  return bytes;
}

/** The same image as a BigTIFF: the classic file without its header, and a directory behind it. @param file Of {@link tiffFile}. */
export function asBigTiff(file: Buffer): Buffer {
  const header = Buffer.from([0x49, 0x49, 43, 0, 8, 0, 0, 0, ...Array.from({ length: 8 }, () => 0)]);
  const shift = header.length - 8;
  const directory = file.readUInt32LE(4);
  const count = file.readUInt16LE(directory);
  const table = Buffer.alloc(8 + 20 * count + 8);
  table.writeUInt32LE(count);
  for (let index = 0; index < count; index += 1) {
    const [from, to] = [directory + 2 + 12 * index, 8 + 20 * index];
    const [type, values] = [file.readUInt16LE(from + 2), file.readUInt32LE(from + 4)];
    const bytes = values * (BYTES[type] ?? 1);
    const at = bytes <= 4 ? from + 8 : file.readUInt32LE(from + 8);
    file.copy(table, to, from, from + 8);
    table.writeUInt32LE(0, to + 8);
    if (bytes <= 8) file.copy(table, to + 12, at, at + bytes);
    else table.writeUInt32LE(at + shift, to + 12);
    // StripOffsets of one strip.
    if (file.readUInt16LE(from) === 273) table.writeUInt32LE(file.readUInt32LE(from + 8) + shift, to + 12);
  }
  header.writeUInt32LE(file.length + shift, 8);
  return Buffer.concat([header, file.subarray(8), table]);
}
