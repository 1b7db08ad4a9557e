// Canon's CR3: boxes of an ISO media file (ISO/IEC 14496-12). Source: https://github.com/lclevy/canon_cr3

import { readDirectory, readTiffHeader } from '../directories.js';
import { type Part, type Reading, readPart } from '../parts.js';
import { type RawStructure, readSize, StructureBuilder } from './structure.js';

/**
 * Boxes that have boxes in them, with the bytes before the first of these: Canon's own, the preview's, and a track's down to its tables.
 */
const CONTAINERS: Readonly<Record<string, number>> = {
  moov: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  stbl: 0,
  'uuid 85c0b687820f11e08111f4ce462b6a48': 0,
  'uuid eaf42b5e1c984b88b9fbb7dc406e4d16': 8,
};

/** Deeper than moov/trak/mdia/minf/stbl/stsz. How many boxes are read is limited by the number of parts. */
const MOST_DEPTH = 6;

/** Bytes of a box in which a JPEG begins. */
const PICTURE_HEAD = 64;

interface Box {
  readonly type: string;
  /** Where its content lies. */
  readonly start: number;
  readonly end: number;
}

/** @param size Bytes of the file. */
export function* readCr3(size: number): Reading<RawStructure | undefined> {
  const reader = new Cr3Reader();
  yield* reader.readBoxes({ type: '', start: 0, end: size }, 0);
  return reader.builder.finish();
}

class Cr3Reader {
  readonly builder: StructureBuilder = new StructureBuilder();
  /** Bytes of the first sample of the track that is being read. */
  #sampleBytes: number | undefined;

  *readBoxes(parent: Box, depth: number): Reading<void> {
    let at = parent.start;
    while (at + 8 <= parent.end) {
      const box = yield* readBox(at, parent.end);
      if (box === undefined) return;
      const skip = CONTAINERS[box.type];
      if (skip === undefined) yield* this.#readBox(box);
      else if (depth < MOST_DEPTH) yield* this.readBoxes({ ...box, start: box.start + skip }, depth + 1);
      at = box.end;
    }
  }

  *#readBox({ type, start, end }: Box): Reading<void> {
    switch (type) {
      case 'CMT1':
        return yield* this.#readFirstDirectory(start);
      case 'CMT2':
        return yield* this.#readExif(start);
      case 'THMB':
      case 'PRVW':
        return yield* this.#addPicture(start, end);
      case 'stsz':
        return yield* this.#readSampleSize(start);
      case 'stco':
      case 'co64':
        return yield* this.#readSampleOffset(start, type === 'co64');
    }
  }

  *#readFirstDirectory(base: number): Reading<void> {
    const header = yield* readTiffHeader(base);
    const directory = header && (yield* readDirectory(header.place, header.first));
    if (directory === undefined) return;
    yield* this.builder.addOrientation(directory);
    const size = yield* readSize(directory, 256, 257);
    if (size !== undefined) this.builder.addSize(size);
  }

  *#readExif(base: number): Reading<void> {
    const header = yield* readTiffHeader(base);
    const directory = header && (yield* readDirectory(header.place, header.first));
    if (directory !== undefined) yield* this.builder.addExif(directory);
  }

  /** A JPEG behind some fields, whose number depends on the version. */
  *#addPicture(start: number, end: number): Reading<void> {
    const head = yield* readPart(start, PICTURE_HEAD);
    const at = head.indexOf('ffd8ff', 0, 'hex');
    if (at >= 0) this.builder.addCandidate(start + at, end - start - at);
  }

  /** The size of all samples, or 0, their number, and the size of each. */
  *#readSampleSize(start: number): Reading<void> {
    const bytes = yield* readPart(start, 16);
    if (bytes.length < 12) return;
    const common = bytes.readUInt32BE(4);
    this.#sampleBytes = common === 0 && bytes.length === 16 ? bytes.readUInt32BE(12) : common;
  }

  /** The place of the first sample: the camera's full JPEG is the only one of its track. */
  *#readSampleOffset(start: number, isLong: boolean): Reading<void> {
    const bytes = yield* readPart(start, 16);
    if (bytes.length < 16) return;
    const offset = isLong ? Number(bytes.readBigUInt64BE(8)) : bytes.readUInt32BE(8);
    this.builder.addCandidate(offset, this.#sampleBytes);
  }
}

/** The box at `at`; undefined when it is malformed. */
function* readBox(at: number, parentEnd: number): Reading<Box | undefined> {
  const head = yield* readPart(at, 32);
  if (head.length < 8) return undefined;
  const type = head.toString('latin1', 4, 8);
  const { length: size, offset: headBytes } = boxSize(head, parentEnd - at);
  if (size < headBytes || at + size > parentEnd) return undefined;
  if (type !== 'uuid') return { type, start: at + headBytes, end: at + size };
  const uuid = head.toString('hex', headBytes, headBytes + 16);
  return { type: `uuid ${uuid}`, start: at + headBytes + 16, end: at + size };
}

/** Bytes of a box, and of its head: size 0 reaches to the end, 1 has the size in 64 bits. */
function boxSize(head: Buffer, rest: number): Part {
  const size = head.readUInt32BE(0);
  if (size === 0) return { length: rest, offset: 8 };
  if (size !== 1) return { length: size, offset: 8 };
  return { length: head.length < 16 ? 0 : Number(head.readBigUInt64BE(8)), offset: 16 };
}
