// The marker segments of a JPEG up to its first scan (ITU-T T.81, annex B). Our own JPEG reader is stricter, and has a parser of its own.

/** Second bytes of markers. */
export const MARKER = {
  SOF0: 0xc0,
  SOF1: 0xc1,
  SOF2: 0xc2,
  DHT: 0xc4,
  JPG: 0xc8,
  DAC: 0xcc,
  SOF15: 0xcf,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DRI: 0xdd,
  APP0: 0xe0,
  APP1: 0xe1,
  APP2: 0xe2,
  APP14: 0xee,
  APP15: 0xef,
  COM: 0xfe,
} as const;

/** Whether a marker begins a frame header, of whatever coding process. */
export function isFrame(marker: number): boolean {
  const { SOF0, SOF15, DHT, JPG, DAC } = MARKER;
  return marker >= SOF0 && marker <= SOF15 && marker !== DHT && marker !== JPG && marker !== DAC;
}

export interface Segment {
  readonly marker: number;
  /** Where its content begins in the file. */
  readonly start: number;
  /** Without marker and length. */
  readonly content: Buffer;
  /** The bytes before it that belong to no segment. */
  readonly stray: Buffer;
}

/**
 * The segments up to the first scan header, with it. They end earlier where the next one is not whole.
 * @param file A whole JPEG file.
 */
export function* segmentsOf(file: Buffer): Generator<Segment> {
  const soiBytes = 2;
  for (let at = soiBytes; at + 4 <= file.length; ) {
    const start = at;
    while (at + 4 <= file.length && !isMarker(file, at)) at += 1;
    if (at + 4 > file.length) return;
    const marker = file.readUInt8(at + 1);
    const end = at + 2 + file.readUInt16BE(at + 2);
    if (end > file.length) return;
    yield { marker, start: at + 4, content: file.subarray(at + 4, end), stray: file.subarray(start, at) };
    if (marker === MARKER.SOS) return;
    at = end;
  }
}

function isMarker(file: Buffer, at: number): boolean {
  const code = file.readUInt8(at + 1);
  return file.readUInt8(at) === 0xff && code !== 0 && code !== 0xff;
}
