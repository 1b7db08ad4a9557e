// Grey JPEGs whose blocks are chosen bit by bit, also such as no encoder writes.

import { BitWriter, codeOfLengths, codeWords, sizeOf } from './bit-writer.js';
import { encodeJpeg } from './encoder.js';
import { stepsOf } from './forward-transform.js';
import { pieceOf } from './surgery.js';

const SOF0 = 0xc0;
const SOF2 = 0xc2;
const SOS = 0xda;

export interface ChosenDcs {
  /** Of blocks side by side, as coded: not dequantised. Two neighbours differ by 2047 at most, as does the first from 0. */
  readonly dcs: readonly number[];
  /** The quantisation step of DC. */
  readonly step: number;
  readonly isProgressive: boolean;
}

/** The image, of one row of blocks without AC coefficients. */
export function withDcs({ dcs, step, isProgressive }: ChosenDcs): Buffer {
  const dc = codeOfLengths(new Map([...Array(12).keys()].map((size) => [size, 4])));
  const ac = codeOfLengths(new Map([[0, 1]]));
  const raw = {
    data: new Uint8Array(64 * dcs.length).fill(128),
    width: 8 * dcs.length,
    height: 8,
    channels: 1,
  };
  const scan = { components: [0], first: 0, last: 0, high: 0, low: 0 };
  const jpeg = encodeJpeg(raw, {
    steps: [stepsOf(step, 0), stepsOf(step, 0)],
    dc: [dc, dc],
    ac: [ac, ac],
    ...(isProgressive ? { frame: SOF2, scans: [scan, { ...scan, first: 1, last: 63 }] } : {}),
  });
  const writer = new BitWriter();
  dcs.forEach((value, index) => {
    const difference = value - (dcs[index - 1] ?? 0);
    writer.writeSymbol(codeWords(dc), sizeOf(difference));
    writer.writeValue(difference);
    if (!isProgressive) writer.writeSymbol(codeWords(ac), 0);
  });
  return withData(jpeg, writer.finish());
}

/** With other data in the first scan. */
function withData(jpeg: Buffer, data: Buffer): Buffer {
  const { start, end } = pieceOf(jpeg, SOS);
  const from = start + 2 + jpeg.readUInt16BE(start + 2);
  return Buffer.concat([jpeg.subarray(0, from), data, jpeg.subarray(end)]);
}

/** A Huffman symbol and the bits after its code: as many as its lowest four bits say, for DC as the symbol says. */
export type Coded = readonly [symbol: number, bits: number];

export interface ChosenBlock {
  readonly dc: Coded;
  /** The end of the block, too, if it has one. */
  readonly ac: readonly Coded[];
}

const SIXTEEN = codeOfLengths(new Map([...Array(16).keys()].map((size) => [size, 5])));
/** Codes of every byte, of two lengths, because 256 of 8 bits would leave none that is not of ones alone. */
const ALL = codeOfLengths(new Map([...Array(256).keys()].map((symbol) => [symbol, symbol < 128 ? 8 : 10])));

/** A sequential image of these blocks, in rows of `across`. All symbols of a byte have codes. */
export function withBlocks(blocks: readonly ChosenBlock[], across: number): Buffer {
  const raw = { data: new Uint8Array(64).fill(128), width: 8, height: 8, channels: 1 };
  const jpeg = encodeJpeg(raw, { steps: [stepsOf(1, 0), stepsOf(1, 0)], dc: [SIXTEEN], ac: [ALL] });
  const frame = pieceOf(jpeg, SOF0).start;
  jpeg.writeUInt16BE(8 * Math.ceil(blocks.length / across), frame + 5);
  jpeg.writeUInt16BE(8 * across, frame + 7);
  const [dcWords, acWords] = [codeWords(SIXTEEN), codeWords(ALL)];
  const writer = new BitWriter();
  for (const { dc, ac } of blocks) {
    writer.writeSymbol(dcWords, dc[0]);
    writer.write(dc[1], dc[0]);
    for (const [symbol, bits] of ac) {
      writer.writeSymbol(acWords, symbol);
      writer.write(bits, symbol & 15);
    }
  }
  return withData(jpeg, writer.finish());
}
