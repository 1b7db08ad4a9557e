// RAW files built as TIFF: CR2, NEF, NRW, ARW, SR2, DNG, PEF, SRW, 3FR, IIQ, GPR; and with other magic numbers ORF and RW2.

import { type Directory, readDirectory, readNumber, readNumbers, readTiffHeader } from '../directories.js';
import type { Reading } from '../parts.js';
import { addMakerNote } from './maker-notes.js';
import { type RawStructure, readCrop, readSize, StructureBuilder } from './structure.js';

/** More directories than any maker writes. */
const MOST_DIRECTORIES = 24;
const MOST_SUB_IFDS = 16;

/** Compression of TIFF 6.0, and of its TechNote 2. */
const [OLD_JPEG, JPEG] = [6, 7];

const RW2_MAGIC = 0x0055;

/** What the directories tell; undefined when there are none. */
export function* readTiffRaw(): Reading<RawStructure | undefined> {
  const header = yield* readTiffHeader(0);
  if (header === undefined) return undefined;
  const { place, magic } = header;
  const builder = new StructureBuilder();
  const waiting = [header.first];
  const seen = new Set<number>();
  for (let start = waiting.shift(); start !== undefined; start = waiting.shift()) {
    if (seen.has(start) || seen.size >= MOST_DIRECTORIES) continue;
    seen.add(start);
    const directory = yield* readDirectory(place, start);
    if (directory === undefined) continue;
    if (seen.size === 1) yield* addFirst(builder, directory, magic);
    yield* addPictures(builder, directory);
    const below = yield* readNumbers(directory.fields.get(330), MOST_SUB_IFDS);
    waiting.push(...below.map((offset) => place.base + offset));
    if (directory.next !== place.base) waiting.push(directory.next);
  }
  return builder.finish();
}

/** The first directory has the photo's orientation and leads to its EXIF. */
function* addFirst(builder: StructureBuilder, first: Directory, magic: number): Reading<void> {
  yield* builder.addOrientation(first);
  if (magic === RW2_MAGIC) yield* addPanasonic(builder, first);
  const exifAt = yield* readNumber(first.fields.get(34_665));
  const exif =
    exifAt === undefined ? undefined : yield* readDirectory(first.place, first.place.base + exifAt);
  if (exif !== undefined) {
    yield* builder.addExif(exif);
    yield* addMakerNote(builder, exif);
  }
  // TIFF/EP has the time in the first directory.
  yield* builder.addExif(first);
}

/** Pictures of a directory, and its own size. */
function* addPictures(builder: StructureBuilder, directory: Directory): Reading<void> {
  const { fields, place } = directory;
  yield* builder.addLinked(directory, 513, 514);
  const compression = yield* readNumber(fields.get(259));
  const offsets = fields.get(273);
  // A picture of several strips is several JPEGs.
  if ((compression === OLD_JPEG || compression === JPEG) && offsets?.count === 1) {
    const offset = yield* readNumber(offsets);
    const length = yield* readNumber(fields.get(279));
    if (offset !== undefined) builder.addCandidate(place.base + offset, length);
  }
  // Directories of old JPEG state the size of a preview, or none.
  const size = compression === OLD_JPEG ? undefined : yield* readSize(directory, 256, 257);
  if (size !== undefined) builder.addSize(size, yield* readCrop(directory));
}

/** Panasonic's own tags: JpgFromRaw, and the sensor's size with the borders of the photo (top, left, bottom, right). */
function* addPanasonic(builder: StructureBuilder, first: Directory): Reading<void> {
  builder.addData(first.fields.get(0x002e));
  const sensor = yield* readSize(first, 0x0002, 0x0003);
  const [vertical, horizontal] = [
    yield* readSize(first, 0x0004, 0x0006),
    yield* readSize(first, 0x0005, 0x0007),
  ];
  if (sensor === undefined) return;
  if (vertical === undefined || horizontal === undefined) builder.addSize(sensor);
  else
    builder.addSize(sensor, {
      width: horizontal.height - horizontal.width,
      height: vertical.height - vertical.width,
    });
}
