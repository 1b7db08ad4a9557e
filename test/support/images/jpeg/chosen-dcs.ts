// A grey JPEG whose blocks have chosen DCs, also such as no encoder writes.

import { BitWriter, codeOfLengths, codeWords, sizeOf } from './bit-writer.js';
import { encodeJpeg } from './encoder.js';
import { stepsOf } from './forward-transform.js';
import { pieceOf } from './surgery.js';

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
  const { start, end } = pieceOf(jpeg, SOS);
  const data = start + 2 + jpeg.readUInt16BE(start + 2);
  const writer = new BitWriter();
  dcs.forEach((value, index) => {
    const difference = value - (dcs[index - 1] ?? 0);
    writer.writeSymbol(codeWords(dc), sizeOf(difference));
    writer.writeValue(difference);
    if (!isProgressive) writer.writeSymbol(codeWords(ac), 0);
  });
  return Buffer.concat([jpeg.subarray(0, data), writer.finish(), jpeg.subarray(end)]);
}
