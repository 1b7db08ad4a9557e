// Whether a file is a RAW file by its content, and of which container. A TIFF that is no RAW file is never taken for one.

import { type Directory, readDirectory, readNumber, readNumbers, readTiffHeader } from './directories.js';
import { type Reading, readPart, readWhole } from './parts.js';

/** How the file is built. */
export type Container = 'tiff' | 'cr3' | 'raf';

/** Magic numbers of TIFF-based RAW files in place of 42: Olympus (`RO`, `RS`, in both byte orders) and Panasonic. */
const MAKERS_MAGIC: ReadonlySet<number> = new Set([0x4f52, 0x5352, 0x0055]);

/** Marks behind the header: Canon CR2; Phase One and Leaf, in both byte orders. */
const MARKS = ['CR\x02', 'IIII', 'MMMM'];

const [SUB_IFDS, PHOTOMETRIC, COMPRESSION, DNG_VERSION] = [330, 262, 259, 50706];

/** PhotometricInterpretation of sensor data: a colour filter array, and linear data (TIFF/EP, DNG). */
const RAW_PHOTOMETRIC: ReadonlySet<number> = new Set([32_803, 34_892]);

/** Makers' own compressions of sensor data: Sony, Samsung, Nikon, Kodak, Pentax; in DNG, GoPro's VC-5 has a DNGVersion. */
const RAW_COMPRESSION: ReadonlySet<number> = new Set([
  32_767, 32_769, 32_770, 32_772, 34_713, 65_000, 65_535,
]);

/** Directories beside the first one that are looked at. */
const MOST_DIRECTORIES = 8;

/** The container of a RAW file; undefined when the file is none. */
export function* recognizeContainer(): Reading<Container | undefined> {
  const head = (yield* readPart(0, 16)).toString('latin1');
  if (head.startsWith('FUJIFILMCCD-RAW ')) return 'raf';
  if (head.startsWith('ftypcrx ', 4)) return 'cr3';
  return (yield* isTiffBased()) ? 'tiff' : undefined;
}

/** @param file A whole file, or its beginning: what lies beyond is not looked at. */
export function isRaw(file: Buffer): boolean {
  return readWhole(recognizeContainer(), file) !== undefined;
}

function* isTiffBased(): Reading<boolean> {
  const header = yield* readTiffHeader(0);
  if (header === undefined) return false;
  const { magic, mark, place } = header;
  if (MAKERS_MAGIC.has(magic)) return true;
  if (magic !== 42) return false;
  if (MARKS.some((known) => mark.startsWith(known))) return true;
  const first = yield* readDirectory(place, header.first);
  if (first === undefined) return false;
  if (first.fields.has(DNG_VERSION) || (yield* hasSensorData(first))) return true;
  for (const offset of yield* readNumbers(first.fields.get(SUB_IFDS), MOST_DIRECTORIES)) {
    const below = yield* readDirectory(place, place.base + offset);
    if (below !== undefined && (yield* hasSensorData(below))) return true;
  }
  return false;
}

function* hasSensorData({ fields }: Directory): Reading<boolean> {
  const photometric = yield* readNumber(fields.get(PHOTOMETRIC));
  const compression = yield* readNumber(fields.get(COMPRESSION));
  return RAW_PHOTOMETRIC.has(photometric ?? 0) || RAW_COMPRESSION.has(compression ?? 0);
}
