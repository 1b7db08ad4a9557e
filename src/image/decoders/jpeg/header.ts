// The segments of a JPEG file (ITU-T T.81, annex B): what stands before and between its scans.

import { orientationOf } from './exif.js';

/** Why a file is not read here, but left to a whole decoder. It says nothing against the file. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

/** One component of the image. */
export interface Component {
  readonly id: number;
  /** Sampling factors. */
  readonly across: number;
  readonly down: number;
  /** Number of its quantisation table. */
  readonly quantisation: number;
}

/** What the frame header says. */
export interface Frame {
  readonly isProgressive: boolean;
  /** Pixels, as stored. */
  readonly width: number;
  /** Pixels, as stored. */
  readonly height: number;
  /** One (grey) or three (YCbCr). */
  readonly components: readonly Component[];
}

/** One component's part in a scan. */
export interface ScanComponent {
  /** Its place in the frame. */
  readonly index: number;
  /** Numbers of its Huffman tables. */
  readonly dc: number;
  readonly ac: number;
}

/** What a scan header says. */
export interface Scan {
  readonly components: readonly ScanComponent[];
  /** First and last coefficient, in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** Bits that earlier scans have left out, and that this one leaves out. */
  readonly high: number;
  readonly low: number;
  /** Where its data begins in the file. */
  readonly data: number;
}

/** A shorter segment is none, to libjpeg. */
const JFIF_BYTES = 14;

const SOF0 = 0xc0;
const SOF1 = 0xc1;
const SOF2 = 0xc2;
const DHT = 0xc4;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;

/** The sampling factors of luma that are read, when those of chroma are 1 x 1: 4:4:4, 4:2:2, 4:4:0 and 4:2:0. */
const SAMPLINGS: ReadonlySet<string> = new Set(['1x1', '2x1', '1x2', '2x2']);

/** Walks the segments of one file, and gathers what they say. */
export class Header {
  readonly #bytes: Buffer;
  #at = 2;
  #frame: Frame | undefined;
  #scans = 0;
  /** Values of the quantisation tables, in zigzag order. */
  readonly quantisation: Array<Uint8Array | undefined> = [];
  /** Huffman codes as the file has them (16 counts, then the symbols); 0 to 3: DC, 4 to 7: AC. */
  readonly codes: Array<Uint8Array | undefined> = [];
  /** MCUs between two restart markers, or 0. */
  restartInterval = 0;
  /** Orientation by EXIF, 1 to 8. */
  orientation = 1;
  #hasExif = false;
  #hasJfif = false;
  #adobeTransform: number | undefined;
  readonly #profile: Buffer[] = [];
  #profileChunks = 0;

  /** @throws {Declined} */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#u16(0) !== (0xff00 | SOI)) throw new Declined('no start of an image');
  }

  /** The image, after the first {@link nextScan}. */
  get frame(): Frame {
    if (this.#frame === undefined) throw new Declined('a scan before its frame');
    return this.#frame;
  }

  /** The ICC profile, whole; undefined when there is none. */
  get profile(): Buffer | undefined {
    return this.#profile.length === 0 ? undefined : Buffer.concat(this.#profile);
  }

  /**
   * Reads on to the next scan; undefined at the end of the image.
   * @param from Where to go on: the code of the marker that ended the scan before.
   * @throws {Declined}
   */
  nextScan(from?: number): Scan | undefined {
    if (from !== undefined) this.#at = from - 1;
    for (;;) {
      const code = this.#marker();
      if (code === EOI) return undefined;
      const segment = this.#segment();
      if (code === SOS) return this.#scan(segment);
      this.#take(code, segment);
    }
  }

  #marker(): number {
    if (this.#u8(this.#at) !== 0xff) throw new Declined('something between two segments');
    while (this.#u8(this.#at + 1) === 0xff) this.#at += 1;
    this.#at += 2;
    return this.#u8(this.#at - 1);
  }

  #segment(): Buffer {
    const length = this.#u16(this.#at);
    const end = this.#at + length;
    if (length < 2 || end > this.#bytes.length) throw new Declined('a segment that does not end');
    const segment = this.#bytes.subarray(this.#at + 2, end);
    this.#at = end;
    return segment;
  }

  #take(code: number, segment: Buffer): void {
    if (this.#scans > 0 && code !== DHT) throw new Declined('a segment between two scans');
    if (code === SOF0 || code === SOF1 || code === SOF2) this.#takeFrame(segment, code === SOF2);
    else if (code === DHT) this.#takeCodes(segment);
    else if (code === DQT) this.#takeQuantisation(segment);
    else if (code === DRI) this.#takeRestartInterval(segment);
    else if (code >= APP0 && code <= APP15) this.#takeApplication(code, segment);
    else if (code !== COM) throw new Declined(`a segment of type ${code.toString(16)}`);
  }

  #takeFrame(segment: Buffer, isProgressive: boolean): void {
    if (this.#frame !== undefined) throw new Declined('two frames');
    const count = segment.length < 6 ? 0 : segment.readUInt8(5);
    if ((count !== 1 && count !== 3) || segment.length !== 6 + 3 * count)
      throw new Declined(`a frame of ${count} components`);
    if (segment.readUInt8(0) !== 8) throw new Declined('samples of other than 8 bits');
    const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
    if (width === 0 || height === 0) throw new Declined('no size');
    const components = Array.from({ length: count }, (_, index): Component => {
      const at = 6 + 3 * index;
      const sampling = segment.readUInt8(at + 1);
      return {
        id: segment.readUInt8(at),
        across: sampling >> 4,
        down: sampling & 15,
        quantisation: segment.readUInt8(at + 2),
      };
    });
    if (components.some(({ across, down }) => !isFactor(across) || !isFactor(down)))
      throw new Declined('an odd sampling');
    this.#frame = { isProgressive, width, height, components: count === 1 ? alone(components) : components };
  }

  #takeCodes(segment: Buffer): void {
    for (let at = 0; at < segment.length; ) {
      if (at + 17 > segment.length) throw new Declined('a damaged Huffman table');
      const kind = segment.readUInt8(at);
      const count = segment.subarray(at + 1, at + 17).reduce((sum, length) => sum + length, 0);
      const end = at + 17 + count;
      if ((kind & 0xef) > 3 || count > 256 || end > segment.length)
        throw new Declined('a damaged Huffman table');
      this.codes[((kind >> 4) << 2) | (kind & 3)] = segment.subarray(at + 1, end);
      at = end;
    }
  }

  #takeQuantisation(segment: Buffer): void {
    if (segment.length % 65 !== 0) throw new Declined('a quantisation table that is not of 8 bits');
    for (let at = 0; at < segment.length; at += 65) {
      const id = segment.readUInt8(at);
      if (id > 3) throw new Declined('a quantisation table that is not of 8 bits');
      const steps = segment.subarray(at + 1, at + 65);
      if (steps.includes(0)) throw new Declined('a quantisation by zero');
      this.quantisation[id] = steps;
    }
  }

  #takeRestartInterval(segment: Buffer): void {
    if (segment.length !== 2) throw new Declined('a damaged restart interval');
    this.restartInterval = segment.readUInt16BE(0);
  }

  #takeApplication(code: number, segment: Buffer): void {
    const starts = (name: string) => segment.toString('latin1', 0, name.length) === name;
    if (code === APP0 && starts('JFIF\0') && segment.length >= JFIF_BYTES) this.#hasJfif = true;
    else if (code === APP14 && starts('Adobe') && segment.length >= 12)
      this.#adobeTransform = segment.readUInt8(11);
    else if (code === APP1 && starts('Exif\0\0')) {
      if (this.#hasExif) throw new Declined('two EXIF segments');
      this.#hasExif = true;
      const orientation = orientationOf(segment.subarray(6));
      if (orientation === undefined) throw new Declined('EXIF that is not simple');
      this.orientation = orientation;
    } else if (code === APP2 && starts('ICC_PROFILE\0')) this.#takeProfile(segment);
  }

  /** `ICC_PROFILE`, 0, number of the chunk from 1 on, count of chunks (ICC.1:2010, B.4). */
  #takeProfile(segment: Buffer): void {
    if (segment.length < 15) throw new Declined('a damaged colour profile');
    const [number, chunks] = [segment.readUInt8(12), segment.readUInt8(13)];
    if (number !== this.#profile.length + 1 || (this.#profileChunks !== 0 && this.#profileChunks !== chunks))
      throw new Declined('a colour profile in disorder');
    this.#profileChunks = chunks;
    this.#profile.push(segment.subarray(14));
  }

  #scan(segment: Buffer): Scan {
    const frame = this.frame;
    if (this.#scans === 0) this.#checkFrame(frame);
    this.#scans += 1;
    const count = segment.length === 0 ? 0 : segment.readUInt8(0);
    if (count < 1 || count > frame.components.length || segment.length !== 4 + 2 * count)
      throw new Declined('a damaged scan header');
    let before = -1;
    const components = Array.from({ length: count }, (_, place): ScanComponent => {
      const id = segment.readUInt8(1 + 2 * place);
      const tables = segment.readUInt8(2 + 2 * place);
      const index = frame.components.findIndex((component) => component.id === id);
      if (index <= before || (tables & 0xcc) !== 0) throw new Declined('a damaged scan header');
      before = index;
      return { index, dc: tables >> 4, ac: tables & 3 };
    });
    const [first, last, bits] = [...segment.subarray(1 + 2 * count)] as [number, number, number];
    const scan = { components, first, last, high: bits >> 4, low: bits & 15, data: this.#at };
    if (
      !frame.isProgressive &&
      (count !== frame.components.length || first !== 0 || last !== 63 || bits !== 0)
    )
      throw new Declined('several sequential scans');
    return scan;
  }

  #checkFrame({ components }: Frame): void {
    if (this.#profile.length !== this.#profileChunks) throw new Declined('a colour profile in disorder');
    if (components.some(({ quantisation }) => this.quantisation[quantisation] === undefined))
      throw new Declined('no quantisation table');
    const [luma, ...chroma] = components;
    if (luma === undefined || chroma.length === 0) return;
    const isOne = ({ across, down }: Component) => across === 1 && down === 1;
    if (!SAMPLINGS.has(`${luma.across}x${luma.down}`) || !chroma.every(isOne))
      throw new Declined('an odd sampling');
    if (!this.#isYcc(components)) throw new Declined('colours other than YCbCr');
  }

  /** By the rules that libjpeg goes by: JFIF is YCbCr, else Adobe's word counts, else the names of the components. */
  #isYcc(components: readonly Component[]): boolean {
    if (this.#hasJfif) return true;
    if (this.#adobeTransform !== undefined) return this.#adobeTransform === 1;
    return components.every(({ id }, index) => id === index + 1);
  }

  #u8(at: number): number {
    const byte = this.#bytes[at];
    if (byte === undefined) throw new Declined('no end of the image');
    return byte;
  }

  #u16(at: number): number {
    return (this.#u8(at) << 8) | this.#u8(at + 1);
  }
}

/** T.81, B.2.2. */
function isFactor(factor: number): boolean {
  return factor >= 1 && factor <= 4;
}

/** A component that is alone has no factors: its blocks follow each other (T.81, A.2.2). */
function alone(components: readonly Component[]): readonly Component[] {
  return components.map((component) => ({ ...component, across: 1, down: 1 }));
}
