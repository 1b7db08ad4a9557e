// Writes TIFF structures with directories in directories, as cameras put them into RAW files.

/** One tag. */
export interface RawTag {
  readonly tag: number;
  /** Numbers of LONG, or of SHORT where `isShort`; a text; bytes of UNDEFINED; directories that it leads to; bytes that it leads to. */
  readonly value:
    | { readonly numbers: readonly number[]; readonly isShort?: boolean }
    | { readonly text: string }
    | { readonly data: Buffer }
    | { readonly directories: readonly RawDirectory[] }
    | { readonly at: Buffer }
    | { readonly note: MakerNote };
}

export interface RawDirectory {
  readonly tags: readonly RawTag[];
  readonly next?: RawDirectory;
}

/** A maker note: a header, then a directory. */
export interface MakerNote {
  readonly header: Buffer;
  /** Where in the header the offsets of the directory count from. @default the start of the file */
  readonly base?: number;
  readonly directory: RawDirectory;
}

const [ASCII, SHORT, LONG, UNDEFINED] = [2, 3, 4, 7];

export const shorts = (tag: number, ...numbers: number[]): RawTag => ({
  tag,
  value: { numbers, isShort: true },
});
export const longs = (tag: number, ...numbers: number[]): RawTag => ({ tag, value: { numbers } });
export const text = (tag: number, value: string): RawTag => ({ tag, value: { text: value } });
export const data = (tag: number, value: Buffer): RawTag => ({ tag, value: { data: value } });
export const below = (tag: number, ...directories: RawDirectory[]): RawTag => ({
  tag,
  value: { directories },
});
/** A picture by its offset and length. */
export const picture = (offsetTag: number, lengthTag: number, jpeg: Buffer): RawTag[] => [
  { tag: offsetTag, value: { at: jpeg } },
  longs(lengthTag, jpeg.length),
];

export interface TiffHeaderOptions {
  readonly isLittleEndian: boolean;
  /** @default 42 */
  readonly magic?: number;
  /** Bytes behind the header, before the first directory. */
  readonly mark?: Buffer;
}

/** A file: header, directories, and what they lead to. */
export function tiffStructure(
  first: RawDirectory,
  { isLittleEndian, magic = 42, mark = Buffer.alloc(0) }: TiffHeaderOptions,
): Buffer {
  const writer = new TiffStructureWriter(isLittleEndian);
  const header = Buffer.from(isLittleEndian ? 'II\0\0\0\0\0\0' : 'MM\0\0\0\0\0\0', 'latin1');
  writer.append(Buffer.concat([header, mark]));
  writer.u16(2, magic);
  writer.u32(4, writer.directory(first));
  return writer.bytes;
}

class TiffStructureWriter {
  bytes: Buffer = Buffer.alloc(0);
  readonly #isLittleEndian: boolean;
  readonly #appended = new Map<Buffer, number>();
  #base = 0;

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian;
  }

  /** Appends bytes at an even offset, which it returns. */
  append(bytes: Buffer): number {
    const padding = Buffer.alloc(this.bytes.length % 2);
    const at = this.bytes.length + padding.length;
    this.bytes = Buffer.concat([this.bytes, padding, bytes]);
    return at;
  }

  u16(at: number, value: number): void {
    if (this.#isLittleEndian) this.bytes.writeUInt16LE(value, at);
    else this.bytes.writeUInt16BE(value, at);
  }

  u32(at: number, value: number): void {
    if (this.#isLittleEndian) this.bytes.writeUInt32LE(value, at);
    else this.bytes.writeUInt32BE(value, at);
  }

  /** Appends a directory with all that it leads to, and returns its offset in the file. */
  directory({ tags, next }: RawDirectory): number {
    const start = this.append(Buffer.alloc(2 + 12 * tags.length + 4));
    this.u16(start, tags.length);
    const sorted = [...tags].sort((a, b) => a.tag - b.tag);
    for (const [index, entry] of sorted.entries()) this.#entry(start + 2 + 12 * index, entry);
    if (next !== undefined) this.u32(start + 2 + 12 * tags.length, this.directory(next) - this.#base);
    return start;
  }

  #entry(at: number, { tag, value }: RawTag): void {
    this.u16(at, tag);
    if ('note' in value) this.#note(at, value.note);
    else if ('text' in value) this.#values(at, ASCII, Buffer.from(`${value.text}\0`, 'latin1'), 1);
    else if ('data' in value) this.#values(at, UNDEFINED, value.data, 1);
    else {
      const isShort = 'numbers' in value && value.isShort === true;
      this.#values(at, isShort ? SHORT : LONG, this.#encoded(this.#numbers(value), isShort), isShort ? 2 : 4);
    }
  }

  #numbers(
    value: Exclude<RawTag['value'], { note: MakerNote } | { text: string } | { data: Buffer }>,
  ): number[] {
    if ('numbers' in value) return [...value.numbers];
    if ('directories' in value)
      return value.directories.map((directory) => this.directory(directory) - this.#base);
    const at = this.#appended.get(value.at) ?? this.append(value.at);
    this.#appended.set(value.at, at);
    return [at - this.#base];
  }

  #encoded(numbers: readonly number[], isShort: boolean): Buffer {
    const writer = new TiffStructureWriter(this.#isLittleEndian);
    writer.append(Buffer.alloc(numbers.length * (isShort ? 2 : 4)));
    for (const [index, number] of numbers.entries())
      if (isShort) writer.u16(2 * index, number);
      else writer.u32(4 * index, number);
    return writer.bytes;
  }

  #values(at: number, type: number, bytes: Buffer, size: number): void {
    this.u16(at + 2, type);
    this.u32(at + 4, bytes.length / size);
    if (bytes.length <= 4) bytes.copy(this.bytes, at + 8);
    else this.u32(at + 8, this.append(bytes) - this.#base);
  }

  #note(at: number, { header, base, directory }: MakerNote): void {
    const start = this.append(header);
    const outer = this.#base;
    if (base !== undefined) this.#base = start + base;
    this.directory(directory);
    this.#base = outer;
    this.u16(at + 2, UNDEFINED);
    this.u32(at + 4, this.bytes.length - start);
    this.u32(at + 8, start - this.#base);
  }
}
