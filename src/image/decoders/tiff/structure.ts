// Whether the first directory of a TIFF may be trusted although libtiff warns of it: a damaged number of a tag loses the tag, and libtiff
// then says no more than that tags are not sorted, or that some text has no end.

import { type Entry, TiffBytes, TYPE } from './directory.js';

const { BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, IFD } = TYPE;

/** The tags that may stand in such a directory, with their types (TIFF 6.0, its supplements, and TIFF/EP). */
const TAGS: ReadonlyMap<number, readonly number[]> = new Map([
  ...withType([LONG], [254]),
  ...withType([SHORT, LONG], [255, 256, 257, 273, 278, 279, 322, 323, 324, 325]),
  ...withType([SHORT], [258, 259, 262, 266, 274, 277, 284, 296, 297, 317, 320, 338, 339, 530, 531]),
  ...withType([ASCII], [269, 270, 271, 272, 305, 306, 315, 316, 33_432]),
  ...withType([RATIONAL], [282, 283, 318, 319, 529, 532]),
  ...withType([BYTE, LONG, UNDEFINED], [347, 700, 33_723, 34_377, 34_675]),
  ...withType([LONG, IFD], [34_665, 34_853]),
]);

function withType(types: readonly number[], tags: readonly number[]): Array<[number, readonly number[]]> {
  return tags.map((tag) => [tag, types]);
}

/** Tags that only describe the picture, and may have another type. */
const MAY_HAVE_ANY_TYPE: ReadonlySet<number> = new Set([282, 283, 296, 297]);

/** Without them libtiff assumes something: width, height, bits, compression, colours, samples. */
const REQUIRED = [256, 257, 258, 259, 262, 277];
const OFFSETS = [273, 324];
const FIRST_PRIVATE_TAG = 32_768;

/** A directory, with its numbers. */
interface Directory {
  readonly entries: readonly Entry[];
  /** The value of a tag, if it is one SHORT; 0 when there is no such tag. */
  readonly number: (tag: number) => number;
}

/**
 * Whether every tag is one that such a directory has, with its type, and once, and none is missing that pixels depend on.
 * @param file A whole file. BigTIFF is not read.
 */
export function isWholeTiff(file: Buffer): boolean {
  const directory = readDirectory(file);
  if (directory === undefined) return false;
  const { entries, number } = directory;
  const tags = entries.map(({ tag }) => tag);
  const isSorted = tags.every((tag, index) => index === 0 || (tags[index - 1] ?? 0) < tag);
  const isExpected = ({ tag, type }: Entry) => {
    const types = TAGS.get(tag);
    // In a sorted directory a private tag stands where it belongs.
    if (types === undefined) return isSorted && tag >= FIRST_PRIVATE_TAG;
    return types.includes(type) || MAY_HAVE_ANY_TYPE.has(tag);
  };
  return (
    new Set(tags).size === tags.length &&
    entries.every(isExpected) &&
    REQUIRED.every((tag) => tags.includes(tag)) &&
    OFFSETS.some((tag) => tags.includes(tag)) &&
    (!tags.includes(338) || number(277) > coloursOf(number(262)))
  );
}

/** Samples that the colours of a pixel take, by PhotometricInterpretation: grey or palette, CMYK, or three colours. */
function coloursOf(photometric: number): number {
  if ([0, 1, 3].includes(photometric)) return 1;
  return photometric === 5 ? 4 : 3;
}

/** Whether an RGB image has a fourth sample that it does not declare: the one way in which samples may be more than its colours. */
export function hasUndeclaredAlpha(file: Buffer): boolean {
  const directory = readDirectory(file);
  if (directory === undefined) return false;
  const { entries, number } = directory;
  const isAbsent = (wanted: number) => entries.every(({ tag }) => tag !== wanted);
  // A damaged ExtraSamples may have become one of the last two.
  const isUndeclared = isAbsent(338) && isAbsent(339) && (isAbsent(274) || number(274) === 1);
  return number(262) === 2 && number(277) === 4 && isUndeclared;
}

/** Undefined when there is no directory. */
function readDirectory(file: Buffer): Directory | undefined {
  const tiff = TiffBytes.of(file);
  const entries = tiff?.firstDirectory();
  if (tiff === undefined || entries === undefined) return undefined;
  const number = (wanted: number) => {
    const entry = entries.find(({ tag }) => tag === wanted);
    return entry === undefined ? 0 : tiff.u16(entry.valueAt);
  };
  return { entries, number };
}
