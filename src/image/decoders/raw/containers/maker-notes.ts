// Previews that makers note in their part of EXIF (MakerNote). None of it is documented by the makers; source: ExifTool's tables
// (https://exiftool.org/TagNames/), Nikon, Olympus, Pentax, Samsung and Sony.

import {
  type Directory,
  isData,
  readDirectory,
  readNumber,
  readTiffHeader,
  type TiffPlace,
} from '../directories.js';
import { type Reading, readPart } from '../parts.js';
import type { StructureBuilder } from './structure.js';

const MAKER_NOTE = 0x927c;

/** Where a maker note's directory lies. */
interface NotePlace {
  readonly place: TiffPlace;
  readonly start: number;
}

/** Adds the previews that the maker note of an EXIF directory leads to, if it is one of those that are known. */
export function* addMakerNote(builder: StructureBuilder, exif: Directory): Reading<void> {
  const field = exif.fields.get(MAKER_NOTE);
  if (field === undefined) return;
  const { offset: at } = field;
  const head = (yield* readPart(at, 16)).toString('latin1');
  if (head.startsWith('Nikon\0')) return yield* addNikon(builder, at + 10);
  const own = { base: at, isLittleEndian: exif.place.isLittleEndian };
  if (head.startsWith('OLYMPUS\0'))
    return yield* addOlympus(builder, { place: ordered(own, head, 8), start: at + 12 });
  if (head.startsWith('OM SYSTEM\0'))
    return yield* addOlympus(builder, { place: ordered(own, head, 12), start: at + 16 });
  if (head.startsWith('OLYMP\0')) return yield* addOlympus(builder, { place: exif.place, start: at + 8 });
  if (head.startsWith('AOC\0'))
    return yield* addPentax(builder, { place: ordered(exif.place, head, 4), start: at + 6 });
  if (head.startsWith('PENTAX \0'))
    return yield* addPentax(builder, { place: ordered(own, head, 8), start: at + 10 });
  const start = head.startsWith('SONY') ? at + 12 : at;
  yield* addOthers(builder, { place: exif.place, start }, own);
}

/** A place with the byte order that a maker note states, if it states one. */
function ordered(place: TiffPlace, head: string, at: number): TiffPlace {
  const order = head.slice(at, at + 2);
  return order === 'II' || order === 'MM' ? { ...place, isLittleEndian: order === 'II' } : place;
}

/** A TIFF structure of its own, whose tag 0x0011 leads to the preview's directory. */
function* addNikon(builder: StructureBuilder, base: number): Reading<void> {
  const header = yield* readTiffHeader(base);
  const directory = header && (yield* readDirectory(header.place, header.first));
  if (directory !== undefined) yield* addPreviewDirectory(builder, directory, 0x0011, directory.place);
}

/** Tag 0x2020 (CameraSettings) leads to a directory with the preview's place; 0x0100 is a thumbnail. */
function* addOlympus(builder: StructureBuilder, { place, start }: NotePlace): Reading<void> {
  const directory = yield* readDirectory(place, start);
  if (directory === undefined) return;
  builder.addData(directory.fields.get(0x0100));
  yield* builder.addLinked(directory, 0x0088, 0x0089);
  const settings = directory.fields.get(0x2020);
  if (settings === undefined) return;
  const at = isData(settings) ? settings.offset : place.base + ((yield* readNumber(settings)) ?? 0);
  const below = yield* readDirectory(place, at);
  if (below !== undefined) yield* builder.addLinked(below, 0x0101, 0x0102);
}

/** Tags 0x0004 and 0x0003: the preview's start and length. */
function* addPentax(builder: StructureBuilder, { place, start }: NotePlace): Reading<void> {
  const directory = yield* readDirectory(place, start);
  if (directory !== undefined) yield* builder.addLinked(directory, 0x0004, 0x0003);
}

/** Notes without a mark: Sony's preview (0x2001), Samsung's directory of one (0x0035), whose offsets count from either base. */
function* addOthers(builder: StructureBuilder, { place, start }: NotePlace, own: TiffPlace): Reading<void> {
  const directory = yield* readDirectory(place, start);
  if (directory === undefined) return;
  builder.addData(directory.fields.get(0x2001));
  yield* addPreviewDirectory(builder, directory, 0x0035, place);
  yield* addPreviewDirectory(builder, directory, 0x0035, own);
}

function* addPreviewDirectory(
  builder: StructureBuilder,
  { fields }: Directory,
  tag: number,
  place: TiffPlace,
): Reading<void> {
  const at = yield* readNumber(fields.get(tag));
  const below = at === undefined ? undefined : yield* readDirectory(place, place.base + at);
  if (below !== undefined) yield* builder.addLinked(below, 513, 514);
}
