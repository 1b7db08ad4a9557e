// Fujifilm's RAF: a header that says where the camera's JPEG and the photo's own tags are.
// Source: https://libopenraw.freedesktop.org/formats/raf/

import { type Reading, readPart } from '../parts.js';
import { type RawStructure, StructureBuilder } from './structure.js';

const JPEG_AT = 84;
const TAGS_AT = 92;
/** RawImageCroppedSize: height, width. */
const CROPPED_SIZE = 0x0111;
const MOST_TAGS = 255;

export function* readRaf(): Reading<RawStructure | undefined> {
  const header = yield* readPart(0, TAGS_AT + 4);
  if (header.length < TAGS_AT + 4) return undefined;
  const builder = new StructureBuilder();
  builder.addCandidate(header.readUInt32BE(JPEG_AT), header.readUInt32BE(JPEG_AT + 4));
  yield* addSize(builder, header.readUInt32BE(TAGS_AT));
  return builder.finish();
}

/** The photo's size, from tags of two bytes of number, two bytes of length, and the value; big-endian. */
function* addSize(builder: StructureBuilder, start: number): Reading<void> {
  const bytes = yield* readPart(start, 8192);
  const count = bytes.length < 4 ? 0 : Math.min(bytes.readUInt32BE(0), MOST_TAGS);
  let at = 4;
  for (let index = 0; index < count && at + 8 <= bytes.length; index += 1) {
    const [tag, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
    if (tag === CROPPED_SIZE && length === 4)
      return builder.addSize({ width: bytes.readUInt16BE(at + 6), height: bytes.readUInt16BE(at + 4) });
    at += 4 + length;
  }
}
