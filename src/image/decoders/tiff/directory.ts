// Reads the directories of a TIFF structure (TIFF 6.0): of TIFF files, of EXIF, and of most RAW files. It knows no tag.

/** Bytes of one entry of a directory. */
export const ENTRY_BYTES = 12;

/** Types of values (TIFF 6.0, section 2; `IFD`, an offset of a directory: TIFF Technical Note 1). */
export const TYPE: Readonly<
  Record<'BYTE' | 'ASCII' | 'SHORT' | 'LONG' | 'RATIONAL' | 'UNDEFINED' | 'IFD', number>
> = { BYTE: 1, ASCII: 2, SHORT: 3, LONG: 4, RATIONAL: 5, UNDEFINED: 7, IFD: 13 };

/** TIFF 6.0, section 2. */
const TIFF_VERSION = 42;

/** One entry of a directory. */
export interface Entry {
  readonly tag: number;
  /** One of {@link TYPE}, or another. */
  readonly type: number;
  readonly count: number;
  /** Where the entry's four bytes of value lie, or of the value's offset. */
  readonly valueAt: number;
}

/** The bytes of a TIFF structure, from its byte order on. Offsets count from its start. Reading outside it throws a RangeError. */
export class TiffBytes {
  readonly bytes: Buffer;
  readonly isLittleEndian: boolean;

  private constructor(bytes: Buffer, isLittleEndian: boolean) {
    this.bytes = bytes;
    this.isLittleEndian = isLittleEndian;
  }

  /** Undefined when the bytes have no byte order, or are too short for a header. */
  static of(bytes: Buffer): TiffBytes | undefined {
    const byteOrder = bytes.toString('latin1', 0, 2);
    if (bytes.length < 8 || (byteOrder !== 'II' && byteOrder !== 'MM')) return undefined;
    return new TiffBytes(bytes, byteOrder === 'II');
  }

  /** A part of a TIFF structure, without its header. Offsets count from the part's start. */
  static within(bytes: Buffer, isLittleEndian: boolean): TiffBytes {
    return new TiffBytes(bytes, isLittleEndian);
  }

  get length(): number {
    return this.bytes.length;
  }

  u16(at: number): number {
    return this.isLittleEndian ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    return this.isLittleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  /** The entries of the first directory; undefined when this is no classic TIFF, or the directory is not within the bytes. */
  firstDirectory(): Entry[] | undefined {
    return this.u16(2) === TIFF_VERSION ? this.directory(this.u32(4)) : undefined;
  }

  /** The entries of the directory at an offset; undefined when it is not within the bytes. */
  directory(start: number): Entry[] | undefined {
    if (start + 2 > this.length) return undefined;
    const count = this.u16(start);
    if (start + 2 + count * ENTRY_BYTES > this.length) return undefined;
    return Array.from({ length: count }, (_, index) => {
      const at = start + 2 + index * ENTRY_BYTES;
      return { tag: this.u16(at), type: this.u16(at + 2), count: this.u32(at + 4), valueAt: at + 8 };
    });
  }
}
