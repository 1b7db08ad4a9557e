// Whether the header of a JPEG has everything that its pixels depend on. libjpeg skips bytes that belong to no segment, and warns of them
// alone; they may be a segment whose marker is damaged, or the rest of one.

import { hasOrientation } from '../../exif.js';
import { isFrame, MARKER, segmentsOf } from './segments.js';

/** What segments begin with that decide orientation and colours. */
const CONTENTS = ['Exif\0', 'ICC_PROFILE\0', 'Adobe', 'JFIF\0'];

/** Bytes between two segments. */
interface Stray {
  /** The marker of the segment before them; 0 at the beginning. */
  readonly after: number;
  /** That segment's content. */
  readonly before: Buffer;
  readonly bytes: Buffer;
}

/** The segments up to the first scan. */
interface Segments {
  readonly strays: readonly Stray[];
  /** By marker. */
  readonly contents: ReadonlyMap<number, readonly Buffer[]>;
}

/**
 * Whether every table is there that the first scan names, and the bytes between segments are not part of one that matters.
 * @param file A whole JPEG file.
 */
export function isWholeJpeg(file: Buffer): boolean {
  const segments = readSegments(file);
  if (segments === undefined) return false;
  const { strays, contents } = segments;
  if (strays.some((stray) => CONTENTS.some((text) => stray.bytes.includes(text)) || mayBeRest(stray)))
    return false;
  return hasTables(contents);
}

/** Whether stray bytes may be the rest of a colour profile or transform, or of an EXIF segment that has lost the orientation to them. */
function mayBeRest({ after, before }: Stray): boolean {
  // Cut short, even the name may be incomplete.
  const mayBegin = (text: string) => text.startsWith(before.toString('latin1', 0, text.length));
  if (after === MARKER.APP1 && mayBegin('Exif\0\0')) return !hasOrientation(before.subarray(6));
  return after === MARKER.APP14 || (after === MARKER.APP2 && mayBegin('ICC_PROFILE\0'));
}

/** Undefined when the segments end before a scan. */
function readSegments(file: Buffer): Segments | undefined {
  const strays: Stray[] = [];
  const contents = new Map<number, Buffer[]>();
  let after = 0;
  let before: Buffer = Buffer.alloc(0);
  for (const { marker, content, stray } of segmentsOf(file)) {
    if (!isFill(stray)) strays.push({ after, before, bytes: stray });
    after = marker;
    before = content;
    contents.set(marker, [...(contents.get(marker) ?? []), content]);
    if (marker === MARKER.SOS) return { strays, contents };
  }
  return undefined;
}

/** Any number of 0xff may stand before a marker (ITU-T T.81, B.1.1.2). */
function isFill(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0xff);
}

/** Whether the quantisation tables of the frame and the Huffman tables of the first scan are defined (ITU-T T.81, B.2). */
function hasTables(contents: Segments['contents']): boolean {
  const frames = [...contents].filter(([marker]) => isFrame(marker)).flatMap(([, found]) => found);
  const [frame] = frames;
  const scan = contents.get(MARKER.SOS)?.[0];
  if (frame === undefined || frames.length > 1 || scan === undefined || frame.length < 6 || scan.length < 4)
    return false;
  const quantisers = new Set(
    tableIds(contents.get(MARKER.DQT) ?? [], (id) => 1 + (id >= 16 ? 128 : 64)).map((id) => id & 15),
  );
  const codes = new Set(tableIds(contents.get(MARKER.DHT) ?? [], codeBytes));
  const components = triples(frame.subarray(6), frame.readUInt8(5));
  const selectors = pairs(scan.subarray(1), scan.readUInt8(0));
  const hasDc = scan.readUInt8(scan.length - 3) === 0;
  const hasAc = scan.readUInt8(scan.length - 2) > 0 || !hasDc;
  return (
    components.every(([, , quantiser = 16]) => quantisers.has(quantiser)) &&
    selectors.every(
      ([, tables = 0]) => (!hasDc || codes.has(tables >> 4)) && (!hasAc || codes.has(16 + (tables & 15))),
    )
  );
}

/** The first byte of each table in these segments. @param length Bytes of a table, by that byte and the table. */
function tableIds(segments: readonly Buffer[], length: (id: number, table: Buffer) => number): number[] {
  const ids: number[] = [];
  for (const segment of segments) {
    for (let at = 0; at < segment.length; ) {
      const id = segment.readUInt8(at);
      const end = at + length(id, segment.subarray(at));
      if (end <= segment.length) ids.push(id);
      at = end;
    }
  }
  return ids;
}

/** Class and id, the number of codes of each of 16 lengths, and a value for each code. */
function codeBytes(_: number, table: Buffer): number {
  return table.subarray(1, 17).reduce((sum, count) => sum + count, 17);
}

function triples(bytes: Buffer, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => bytes.subarray(3 * index, 3 * index + 3));
}

function pairs(bytes: Buffer, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => bytes.subarray(2 * index, 2 * index + 2));
}
