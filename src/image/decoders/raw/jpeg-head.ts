// The head of an embedded JPEG (ITU-T T.81, annex B), up to its frame header: whether it is a preview that a decoder reads, its size, and
// its own EXIF.

import type { PictureSize } from '../../upright.js';
import { isFrame, MARKER } from '../jpeg/header/segments.js';
import { type ExifTime, StructureBuilder } from './containers/structure.js';
import { readDirectory, readNumber, readTiffHeader } from './directories.js';
import { type Part, type Reading, readPart } from './parts.js';

/** An embedded JPEG. */
export interface PreviewJpeg extends PictureSize {
  /** Where it lies in the file. */
  readonly part: Part;
  /** By its own EXIF, 1 to 8; undefined when it has none. */
  readonly orientation: number | undefined;
  /** By its own EXIF. */
  readonly time: ExifTime | undefined;
  /** The photo's size by its own EXIF. */
  readonly photoSize: PictureSize | undefined;
  /** Where its EXIF segments are, from its first byte. */
  readonly exifSegments: readonly Part[];
}

const { SOF0, SOF1, SOF2, SOI, EOI, SOS, APP1 } = MARKER;

/** Baseline, extended and progressive, Huffman-coded. Sensor data is lossless (SOF3), and nothing here reads arithmetic coding. */
const READABLE_FRAMES: ReadonlySet<number> = new Set([SOF0, SOF1, SOF2]);

/** More segments than any camera writes before the frame header. */
const MOST_SEGMENTS = 80;
/** Of a segment: marker, length, and a frame's precision, height, width and number of components; or `Exif\0\0`. */
const SEGMENT_HEAD = 10;

/** The JPEG at `part`; undefined when there is none, it is not whole, or no decoder reads it. @param fileSize Bytes. */
export function* readPreviewJpeg(part: Part, fileSize: number): Reading<PreviewJpeg | undefined> {
  const isWithin = part.length > 0 && part.offset + part.length <= fileSize;
  if (!isWithin || (yield* readPart(part.offset, 2)).toString('hex') !== 'ffd8') return undefined;
  const exifSegments: Part[] = [];
  let at = 2;
  for (let segments = 0; segments < MOST_SEGMENTS && at + SEGMENT_HEAD <= part.length; segments += 1) {
    const head = yield* readPart(part.offset + at, SEGMENT_HEAD);
    if (head.length < SEGMENT_HEAD || head.readUInt8(0) !== 0xff) return undefined;
    const marker = head.readUInt8(1);
    if (marker === 0xff) {
      at += 1; // A fill byte.
      continue;
    }
    if (isFrame(marker)) {
      const size = frameSize(marker, head);
      if (size === undefined) return undefined;
      const length = Math.min(part.length, at + mostBytes(size));
      return { ...size, ...(yield* readExif(part, exifSegments)), part: { ...part, length }, exifSegments };
    }
    const length = 2 + head.readUInt16BE(2);
    if (marker === SOI || marker === EOI || marker === SOS || length < 4) return undefined;
    if (marker === APP1 && head.toString('latin1', 4) === 'Exif\0\0')
      exifSegments.push({ offset: at, length });
    at += length;
  }
  return undefined;
}

/** Undefined when no decoder reads the frame. */
function frameSize(marker: number, head: Buffer): PictureSize | undefined {
  const precision = head.readUInt8(4);
  const [height, width] = [head.readUInt16BE(5), head.readUInt16BE(7)];
  const components = head.readUInt8(9);
  const isReadable = READABLE_FRAMES.has(marker) && precision === 8 && (components === 1 || components === 3);
  return isReadable && width > 0 && height > 0 ? { width, height } : undefined;
}

/** More than any camera's JPEG has from its frame header on, so that a false length does not have the whole file read. */
function mostBytes({ width, height }: PictureSize): number {
  return 2 ** 18 + 8 * width * height;
}

function* readExif(
  jpeg: Part,
  [segment]: readonly Part[],
): Reading<Pick<PreviewJpeg, 'orientation' | 'time' | 'photoSize'>> {
  const builder = new StructureBuilder();
  const header = segment && (yield* readTiffHeader(jpeg.offset + segment.offset + SEGMENT_HEAD));
  const first = header && (yield* readDirectory(header.place, header.first));
  if (first !== undefined) {
    yield* builder.addOrientation(first);
    const exifAt = yield* readNumber(first.fields.get(34_665));
    const exif =
      exifAt === undefined ? undefined : yield* readDirectory(first.place, first.place.base + exifAt);
    if (exif !== undefined) yield* builder.addExif(exif);
  }
  const { orientation, time, size } = builder.finish();
  return { orientation, time, photoSize: size };
}
