// The marker segments of a JPEG file (ITU-T T.81, annex B): all that is not entropy-coded data.

import { Declined } from '../../declined.js';
import { ApplicationSegments } from './application-segments.js';
import { MARKER } from './segments.js';

/** A component in the frame header. */
export interface Component {
  readonly id: number;
  /** Horizontal and vertical sampling factors. */
  readonly h: number;
  readonly v: number;
  /** Number of its quantisation table. */
  readonly quantisationTable: number;
}

/** Frame header (SOF). */
export interface Frame {
  readonly isProgressive: boolean;
  /** Pixels, as stored. */
  readonly width: number;
  /** Pixels, as stored. */
  readonly height: number;
  /** One (grey) or three (YCbCr). */
  readonly components: readonly Component[];
}

/** A component in a scan header. */
export interface ScanComponent {
  /** Its index in the frame. */
  readonly index: number;
  /** Numbers of its Huffman tables, 0 to 3. */
  readonly dcTable: number;
  readonly acTable: number;
}

/** Scan header (SOS). */
export interface Scan {
  readonly components: readonly ScanComponent[];
  /** Spectral selection: zigzag index of the first and the last coefficient (Ss, Se). */
  readonly spectralStart: number;
  readonly spectralEnd: number;
  /** Successive approximation: bit position of the preceding scan of these coefficients, and of this one (Ah, Al). */
  readonly approximationHigh: number;
  readonly approximationLow: number;
  /** Offset of its entropy-coded data in the file. */
  readonly dataOffset: number;
}

const { SOF0, SOF1, SOF2, DHT, SOI, EOI, SOS, DQT, DRI, APP0, APP15, COM } = MARKER;

/** Supported sampling factors of luma, with chroma at 1 x 1: 4:4:4, 4:2:2, 4:4:0 and 4:2:0. */
const LUMA_SAMPLINGS: ReadonlySet<string> = new Set(['1x1', '2x1', '1x2', '2x2']);

/** Reads the segments of a file up to the next scan at each call of {@link nextScan}. */
export class Header {
  readonly #bytes: Buffer;
  #at = 2;
  #frame: Frame | undefined;
  #scanCount = 0;
  readonly #application = new ApplicationSegments();
  /** Quantisation tables 0 to 3, 64 values each in zigzag order. */
  readonly quantisationTables: Array<Uint8Array | undefined> = [];
  /** Huffman tables as in DHT (16 counts, then the symbols); 0 to 3: DC, 4 to 7: AC. */
  readonly huffmanTables: Array<Uint8Array | undefined> = [];
  /** MCUs; 0: no restart markers. */
  restartInterval = 0;

  /** @throws {Declined} */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#u16(0) !== (0xff00 | SOI)) throw new Declined('no SOI marker');
  }

  /** Defined after the first {@link nextScan}. */
  get frame(): Frame {
    if (this.#frame === undefined) throw new Declined('a scan before the frame header');
    return this.#frame;
  }

  /** EXIF orientation, 1 to 8. */
  get orientation(): number {
    return this.#application.orientation;
  }

  /** When the photo was taken, by its EXIF, as records have it. */
  get takenAt(): string | undefined {
    return this.#application.takenAt;
  }

  /** ICC profile. */
  get profile(): Buffer | undefined {
    return this.#application.profile;
  }

  /**
   * Reads up to the next scan; undefined at the end of the image (EOI).
   * @param from Offset of the second byte of the marker that ended the previous scan.
   * @throws {Declined}
   */
  nextScan(from?: number): Scan | undefined {
    if (from !== undefined) this.#at = from - 1;
    for (;;) {
      const marker = this.#readMarker();
      if (marker === EOI) return undefined;
      const segment = this.#readSegment();
      if (marker === SOS) return this.#parseScanHeader(segment);
      this.#parseSegment(marker, segment);
    }
  }

  /** The second byte of a marker; fill bytes before it are skipped. */
  #readMarker(): number {
    if (this.#u8(this.#at) !== 0xff) throw new Declined('bytes between two segments');
    while (this.#u8(this.#at + 1) === 0xff) this.#at += 1;
    this.#at += 2;
    return this.#u8(this.#at - 1);
  }

  /** The parameters of a segment, without its length. */
  #readSegment(): Buffer {
    const length = this.#u16(this.#at);
    const end = this.#at + length;
    if (length < 2 || end > this.#bytes.length) throw new Declined('an invalid segment length');
    const segment = this.#bytes.subarray(this.#at + 2, end);
    this.#at = end;
    return segment;
  }

  #parseSegment(marker: number, segment: Buffer): void {
    if (this.#scanCount > 0 && marker !== DHT) throw new Declined('a segment other than DHT after a scan');
    if (marker === SOF0 || marker === SOF1 || marker === SOF2)
      this.#parseFrameHeader(segment, marker === SOF2);
    else if (marker === DHT) this.#parseHuffmanTables(segment);
    else if (marker === DQT) this.#parseQuantisationTables(segment);
    else if (marker === DRI) this.#parseRestartInterval(segment);
    else if (marker >= APP0 && marker <= APP15) this.#application.read(marker - APP0, segment);
    else if (marker !== COM) throw new Declined(`unsupported marker ${(0xff00 | marker).toString(16)}`);
  }

  #parseFrameHeader(segment: Buffer, isProgressive: boolean): void {
    if (this.#frame !== undefined) throw new Declined('two frame headers');
    const count = segment.length < 6 ? 0 : segment.readUInt8(5);
    if (segment.length !== 6 + 3 * count) throw new Declined('a damaged frame header');
    if (count !== 1 && count !== 3) throw new Declined(`a frame of ${count} components`);
    if (segment.readUInt8(0) !== 8) throw new Declined('a sample precision other than 8 bits');
    const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
    if (width === 0 || height === 0) throw new Declined('a width or height of 0');
    const components = Array.from({ length: count }, (_, index): Component => {
      const at = 6 + 3 * index;
      const sampling = segment.readUInt8(at + 1);
      return {
        id: segment.readUInt8(at),
        h: sampling >> 4,
        v: sampling & 15,
        quantisationTable: segment.readUInt8(at + 2),
      };
    });
    if (components.some(({ h, v }) => !isSamplingFactor(h) || !isSamplingFactor(v)))
      throw new Declined('unsupported sampling factors');
    this.#frame = {
      isProgressive,
      width,
      height,
      components: count === 1 ? components.map(withoutSampling) : components,
    };
  }

  #parseHuffmanTables(segment: Buffer): void {
    for (let at = 0; at < segment.length; ) {
      if (at + 17 > segment.length) throw new Declined('a damaged Huffman table');
      const classAndNumber = segment.readUInt8(at);
      const count = segment.subarray(at + 1, at + 17).reduce((sum, codes) => sum + codes, 0);
      const end = at + 17 + count;
      if ((classAndNumber & 0xef) > 3 || count > 256 || end > segment.length)
        throw new Declined('a damaged Huffman table');
      this.huffmanTables[((classAndNumber >> 4) << 2) | (classAndNumber & 3)] = segment.subarray(at + 1, end);
      at = end;
    }
  }

  #parseQuantisationTables(segment: Buffer): void {
    if (segment.length % 65 !== 0) throw new Declined('a quantisation table not of 8 bits, or damaged');
    for (let at = 0; at < segment.length; at += 65) {
      const precisionAndNumber = segment.readUInt8(at);
      if (precisionAndNumber > 3) throw new Declined('a quantisation table not of 8 bits, or damaged');
      const table = segment.subarray(at + 1, at + 65);
      if (table.includes(0)) throw new Declined('a quantisation value of 0');
      this.quantisationTables[precisionAndNumber] = table;
    }
  }

  #parseRestartInterval(segment: Buffer): void {
    if (segment.length !== 2) throw new Declined('a damaged DRI segment');
    this.restartInterval = segment.readUInt16BE(0);
  }

  #parseScanHeader(segment: Buffer): Scan {
    const frame = this.frame;
    if (this.#scanCount === 0) this.#checkBeforeFirstScan(frame);
    this.#scanCount += 1;
    const count = segment.length === 0 ? 0 : segment.readUInt8(0);
    if (count < 1 || count > frame.components.length || segment.length !== 4 + 2 * count)
      throw new Declined('a damaged scan header');
    let previous = -1;
    const components = Array.from({ length: count }, (_, place): ScanComponent => {
      const id = segment.readUInt8(1 + 2 * place);
      const tables = segment.readUInt8(2 + 2 * place);
      const index = frame.components.findIndex((component) => component.id === id);
      if (index <= previous || (tables & 0xcc) !== 0) throw new Declined('a damaged scan header');
      previous = index;
      return { index, dcTable: tables >> 4, acTable: tables & 3 };
    });
    const parameters = [...segment.subarray(1 + 2 * count)] as [number, number, number];
    const [spectralStart, spectralEnd, approximation] = parameters;
    const isFullScan = spectralStart === 0 && spectralEnd === 63 && approximation === 0;
    if (!frame.isProgressive && (count !== frame.components.length || !isFullScan))
      throw new Declined('several sequential scans');
    return {
      components,
      spectralStart,
      spectralEnd,
      approximationHigh: approximation >> 4,
      approximationLow: approximation & 15,
      dataOffset: this.#at,
    };
  }

  #checkBeforeFirstScan({ components }: Frame): void {
    if (!this.#application.isProfileComplete)
      throw new Declined('ICC profile chunks missing or out of order');
    if (components.some(({ quantisationTable }) => this.quantisationTables[quantisationTable] === undefined))
      throw new Declined('no quantisation table');
    const [luma, ...chroma] = components;
    if (luma === undefined || chroma.length === 0) return;
    if (!LUMA_SAMPLINGS.has(`${luma.h}x${luma.v}`) || chroma.some(({ h, v }) => h !== 1 || v !== 1))
      throw new Declined('unsupported sampling factors');
    if (!this.#application.isYcbcr(components.map(({ id }) => id)))
      throw new Declined('a colour space other than YCbCr');
  }

  #u8(at: number): number {
    const byte = this.#bytes[at];
    if (byte === undefined) throw new Declined('unexpected end of file');
    return byte;
  }

  #u16(at: number): number {
    return (this.#u8(at) << 8) | this.#u8(at + 1);
  }
}

/** T.81, B.2.2. */
function isSamplingFactor(factor: number): boolean {
  return factor >= 1 && factor <= 4;
}

/** Sampling factors of the only component of an image have no effect: its data is not interleaved (T.81, A.2.2). */
function withoutSampling(component: Component): Component {
  return { ...component, h: 1, v: 1 };
}
