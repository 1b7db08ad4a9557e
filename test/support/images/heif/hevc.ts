// From an HEVC bitstream (ITU-T H.265, annex B) of one picture to what an item of a HEIF holds.

import type { Coding } from './pictures.js';

const PARAMETER_SETS = { video: 32, sequence: 33, picture: 34 } as const;
const SEQUENCE_HEADER_BYTES = 15;
const CHROMA_FORMATS = { '4:0:0': 0, '4:2:0': 1, '4:2:2': 2, '4:4:4': 3 } as const;

/**
 * The content of an `hvcC` box (ISO/IEC 14496-15, 8.3.3.1) with the parameter sets, and the picture's NAL units, each behind its length
 * in four bytes.
 */
export function codedPicture(
  stream: Buffer,
  { chroma, bits }: Pick<Coding, 'chroma' | 'bits'>,
): { configuration: Buffer; data: Buffer } {
  const units = nalUnits(stream);
  const ofType = (type: number) => units.filter((unit) => typeOf(unit) === type);
  const [sequence] = ofType(PARAMETER_SETS.sequence);
  if (sequence === undefined) throw new Error('Expected a sequence parameter set in the bitstream');
  const sets = Object.values(PARAMETER_SETS).map((type) => ({ type, units: ofType(type) }));
  const arrays = sets.map(({ type, units: own }) =>
    Buffer.concat([
      // Complete: there are no others of this type in the data.
      Buffer.from([0x80 | type, own.length >> 8, own.length & 0xff]),
      ...own.map((unit) => behindLength(unit, 2)),
    ]),
  );
  const configuration = Buffer.concat([
    Buffer.from([1]),
    // Profile, tier and level: bytes 3 to 14, behind the unit's header and a byte of ids.
    withoutEmulationPrevention(sequence).subarray(3, SEQUENCE_HEADER_BYTES),
    // No spatial segmentation, no parallelism said; frame rate unknown; one layer; lengths of four bytes.
    Buffer.from([
      0xf0,
      0,
      0xfc,
      0xfc | CHROMA_FORMATS[chroma],
      0xf8 | (bits - 8),
      0xf8 | (bits - 8),
      0,
      0,
      0x0f,
    ]),
    Buffer.from([arrays.length]),
    ...arrays,
  ]);
  const sliceData = units.filter((unit) => typeOf(unit) < 32);
  return { configuration, data: Buffer.concat(sliceData.map((unit) => behindLength(unit, 4))) };
}

function typeOf(unit: Buffer): number {
  return (unit.readUInt8(0) >> 1) & 0x3f;
}

function nalUnits(stream: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = stream.indexOf('\0\0\x01'); at !== -1; at = stream.indexOf('\0\0\x01', at + 3))
    starts.push(at);
  return starts.map((start, index) => {
    let end = starts[index + 1] ?? stream.length;
    // A start code may have a further zero before it; a unit never ends with one.
    while (stream[end - 1] === 0) end -= 1;
    return stream.subarray(start + 3, end);
  });
}

/** Without the 3 that keeps two zeros from looking like a start code. */
function withoutEmulationPrevention(unit: Buffer): Buffer {
  const bytes: number[] = [];
  let zeros = 0;
  for (const byte of unit) {
    const isPrevention = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (!isPrevention) bytes.push(byte);
  }
  return Buffer.from(bytes);
}

function behindLength(unit: Buffer, bytes: 2 | 4): Buffer {
  const length = Buffer.alloc(bytes);
  length.writeUIntBE(unit.length, 0, bytes);
  return Buffer.concat([length, unit]);
}
