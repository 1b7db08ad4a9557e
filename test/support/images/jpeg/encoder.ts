// A small JPEG encoder (ITU-T T.81), for the files that sharp does not write: any sampling, restart intervals, any scans, any
// Huffman codes. It shares no code with the reader that it tests.

import sharp from 'sharp';
import { segment } from '../hostile-images.js';
import {
  BitWriter,
  type CodeWords,
  codeOfLengths,
  codeWords,
  type HuffmanCode,
  sizeOf,
} from './bit-writer.js';
import { type Component, componentsOf, type Raw, type Sampling, type Steps } from './components.js';
import { stepsOf } from './forward-transform.js';

/** One scan: the components by their place in the frame, and which of their coefficients and bits (T.81, B.2.3). */
export interface ScanScript {
  readonly components: readonly number[];
  readonly first: number;
  readonly last: number;
  readonly high: number;
  /** Of a scan of AC coefficients 0: their bits are written in one go. */
  readonly low: number;
}

export interface EncoderOptions {
  /** @default 1 x 1 each */
  readonly sampling?: Sampling;
  readonly steps?: Steps;
  /** MCUs between two restart markers. @default 0, which is none */
  readonly restartInterval?: number;
  /** @default one of everything */
  readonly scans?: readonly ScanScript[];
  /** Codes of each component; the last one is that of all others, too. @default those of annex K for luma and chroma */
  readonly dc?: readonly HuffmanCode[];
  readonly ac?: readonly HuffmanCode[];
  /** The frame's marker. @default SOF0 */
  readonly frame?: number;
  /** Segments before the frame. */
  readonly segments?: readonly Buffer[];
}

interface Part extends Component {
  /** Numbers of its Huffman tables, as in a scan header. */
  readonly tables: number;
  readonly dc: CodeWords;
  readonly ac: CodeWords;
}

const SOF0 = 0xc0;
/** A scan of everything. */
export const whole = (...components: number[]): ScanScript => {
  return { components, first: 0, last: 63, high: 0, low: 0 };
};

/** The codes of T.81, annex K.3, as libjpeg has them: DC and AC of luma, then of chroma. */
const ANNEX_K = await annexK();

async function annexK(): Promise<HuffmanCode[]> {
  const create = { width: 8, height: 8, channels: 3, background: '#000' } as const;
  const bytes = await sharp({ create }).jpeg({ optimiseCoding: false }).toBuffer();
  const codes: HuffmanCode[] = [];
  for (let at = 2; bytes[at + 1] !== 0xda; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at + 1] !== 0xc4) continue;
    const [counts, symbols] = [bytes.subarray(at + 5, at + 21), bytes.subarray(at + 21)];
    const count = counts.reduce((sum, length) => sum + length, 0);
    codes.push({ counts: [...counts], symbols: [...symbols.subarray(0, count)] });
  }
  return codes;
}

function annexKCode(index: number): HuffmanCode {
  return ANNEX_K[index] ?? codeOfLengths(new Map());
}

/** A JPEG file: grey, YCbCr from RGB, or CMYK as it is. */
export function encodeJpeg(raw: Raw, options: EncoderOptions = {}): Buffer {
  const {
    sampling = Array.from({ length: raw.channels }, () => [1, 1] as const),
    steps = [stepsOf(2, 1), stepsOf(3, 2)],
    restartInterval = 0,
    scans = [whole(...sampling.keys())],
    dc = [annexKCode(0), annexKCode(2)],
    ac = [annexKCode(1), annexKCode(3)],
    frame = SOF0,
    segments = [],
  } = options;
  const { mcus, components } = componentsOf(raw, sampling, steps);
  const parts = components.map((component, index): Part => {
    const [dcTable, acTable] = [Math.min(index, dc.length - 1), Math.min(index, ac.length - 1)];
    return {
      ...component,
      tables: (dcTable << 4) | acTable,
      dc: wordsOf(dc[dcTable]),
      ac: wordsOf(ac[acTable]),
    };
  });
  const header = [8, raw.height >> 8, raw.height & 255, raw.width >> 8, raw.width & 255, parts.length];
  const factors = parts.flatMap(({ factors: [across, down] }, index) => {
    return [index + 1, (across << 4) | down, Math.min(index, 1)];
  });
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...segments,
    ...steps.map((values, id) => segment(0xdb, Buffer.from([id, ...values]))),
    segment(frame, Buffer.from([...header, ...factors])),
    ...dc.map((code, index) => huffmanTable(index, code)),
    ...ac.map((code, index) => huffmanTable(0x10 | index, code)),
    ...(restartInterval > 0
      ? [segment(0xdd, Buffer.from([restartInterval >> 8, restartInterval & 255]))]
      : []),
    ...scans.flatMap((scan) => [scanHeader(scan, parts), scanData(scan, parts, mcus, restartInterval)]),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function wordsOf(code: HuffmanCode | undefined): CodeWords {
  return codeWords(code ?? codeOfLengths(new Map()));
}

function huffmanTable(kind: number, { counts, symbols }: HuffmanCode): Buffer {
  return segment(0xc4, Buffer.from([kind, ...counts, ...symbols]));
}

function scanHeader({ components, first, last, high, low }: ScanScript, parts: readonly Part[]): Buffer {
  const tables = components.flatMap((index) => [index + 1, parts[index]?.tables ?? 0]);
  return segment(0xda, Buffer.from([components.length, ...tables, first, last, (high << 4) | low]));
}

function scanData(
  scan: ScanScript,
  parts: readonly Part[],
  mcus: { readonly across: number; readonly down: number },
  restartInterval: number,
): Buffer {
  const writer = new BitWriter();
  const predicted = parts.map(() => 0);
  const chosen = parts.filter((_, index) => scan.components.includes(index));
  // A scan of one component has no MCUs: its blocks follow each other (T.81, A.2.2).
  const [only] = chosen;
  const isAlone = chosen.length === 1 && only !== undefined;
  const { across, down } = isAlone ? only.own : mcus;
  for (let mcu = 0; mcu < across * down; mcu += 1) {
    if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) {
      writer.restart(mcu / restartInterval - 1);
      predicted.fill(0);
    }
    const [column, row] = [mcu % across, Math.floor(mcu / across)];
    for (const part of chosen) {
      const [wide, high] = isAlone ? [1, 1] : part.factors;
      const index = parts.indexOf(part);
      for (let y = row * high; y < (row + 1) * high; y += 1)
        for (let x = column * wide; x < (column + 1) * wide; x += 1)
          predicted[index] = writeBlock(
            writer,
            scan,
            part,
            64 * (y * part.across + x),
            predicted[index] ?? 0,
          );
    }
  }
  return writer.finish();
}

/** Writes what a scan has of the block at `from`. Returns its DC, from which the next is predicted. */
function writeBlock(
  writer: BitWriter,
  scan: ScanScript,
  part: Part,
  from: number,
  predicted: number,
): number {
  const { first, last, high, low } = scan;
  const dc = (part.coefficients[from] ?? 0) >> low;
  if (first === 0 && high > 0) writer.write(dc, 1);
  else if (first === 0) {
    writer.writeSymbol(part.dc, sizeOf(dc - predicted));
    writer.writeValue(dc - predicted);
  }
  if (last === 0) return dc;
  let zeros = 0;
  for (let at = Math.max(1, first); at <= last; at += 1) {
    const value = part.coefficients[from + at] ?? 0;
    if (value === 0) {
      zeros += 1;
      continue;
    }
    for (; zeros > 15; zeros -= 16) writer.writeSymbol(part.ac, 0xf0);
    writer.writeSymbol(part.ac, (zeros << 4) | sizeOf(value));
    writer.writeValue(value);
    zeros = 0;
  }
  if (zeros > 0) writer.writeSymbol(part.ac, 0x00);
  return dc;
}
