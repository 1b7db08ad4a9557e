// What a RAW file says of its photo and of the pictures in it, whatever the maker's container.

import type { PictureSize } from '../../../upright.js';
import { type Directory, type Field, readNumber, readNumbers, readText } from '../directories.js';
import type { Part, Reading } from '../parts.js';

/** The time at which the photo was taken, as EXIF has it. */
export interface ExifTime {
  readonly dateTimeOriginal: string;
  readonly offsetTimeOriginal: string | undefined;
}

/** What a container tells. */
export interface RawStructure {
  /** Where pictures may be: nothing in there has been looked at, and it may be outside the file. */
  readonly candidates: readonly Part[];
  /** EXIF orientation, 1 to 8; undefined when the container has none. */
  readonly orientation: number | undefined;
  /** The photo, as stored; undefined when the container does not say. */
  readonly size: PictureSize | undefined;
  readonly time: ExifTime | undefined;
}

/** More pictures than any maker puts into a file. */
const MOST_CANDIDATES = 24;

/** Collects what is found of a file, directory by directory. */
export class StructureBuilder {
  readonly #candidates: Part[] = [];
  #orientation: number | undefined;
  #main: PictureSize | undefined;
  #cropped: PictureSize | undefined;
  #exifSize: PictureSize | undefined;
  #time: ExifTime | undefined;

  /** Where a picture may be. */
  addCandidate(offset: number | undefined, length: number | undefined): void {
    if (offset === undefined || length === undefined || this.#candidates.length >= MOST_CANDIDATES) return;
    if (this.#candidates.some((known) => known.offset === offset)) return;
    this.#candidates.push({ offset, length });
  }

  /** A picture whose bytes are a field's value. */
  addData(field: Field | undefined): void {
    if (field !== undefined) this.addCandidate(field.offset, field.length);
  }

  /** A picture in a directory with offset and length (JPEGInterchangeFormat) of one; offsets count from the directory's base. */
  *addLinked({ fields, place }: Directory, start: number, length: number): Reading<void> {
    const offset = yield* readNumber(fields.get(start));
    if (offset !== undefined) this.addCandidate(place.base + offset, yield* readNumber(fields.get(length)));
  }

  /** The first valid one counts. */
  *addOrientation({ fields }: Directory): Reading<void> {
    const value = yield* readNumber(fields.get(0x0112));
    if (value !== undefined && value >= 1 && value <= 8) this.#orientation ??= value;
  }

  /** A picture's size, and the part of it that the photo is; the largest picture is the photo. */
  addSize(size: PictureSize, cropped?: PictureSize): void {
    if (!isSize(size) || (this.#main !== undefined && pixels(size) <= pixels(this.#main))) return;
    this.#main = size;
    this.#cropped = cropped !== undefined && isSize(cropped) && isPartOf(cropped, size) ? cropped : undefined;
  }

  /** What EXIF says (CIPA DC-008): the photo's size, and when it was taken. */
  *addExif({ fields }: Directory): Reading<void> {
    const [width, height] = [yield* readNumber(fields.get(0xa002)), yield* readNumber(fields.get(0xa003))];
    if (width !== undefined && height !== undefined && isSize({ width, height }))
      this.#exifSize ??= { width, height };
    const dateTimeOriginal = yield* readText(fields.get(0x9003), 20);
    if (dateTimeOriginal !== undefined)
      this.#time ??= { dateTimeOriginal, offsetTimeOriginal: yield* readText(fields.get(0x9011), 7) };
  }

  finish(): RawStructure {
    const main = this.#main;
    const exif = this.#exifSize;
    // Sensors have lines at their edges that are not in the photo. EXIF may give a preview's size, and directories those of previews alone.
    const isOfPhoto = exif !== undefined && (main === undefined || isMostOf(exif, main));
    return {
      candidates: this.#candidates,
      orientation: this.#orientation,
      size: this.#cropped ?? (isOfPhoto ? exif : main),
      time: this.#time,
    };
  }
}

function isSize({ width, height }: PictureSize): boolean {
  return Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
}

export function pixels({ width, height }: PictureSize): number {
  return width * height;
}

function isPartOf(part: PictureSize, whole: PictureSize): boolean {
  return part.width <= whole.width && part.height <= whole.height;
}

function isMostOf(part: PictureSize, whole: PictureSize): boolean {
  return part.width >= whole.width * 0.75 && part.height >= whole.height * 0.75;
}

/** The size in two fields of a directory; undefined when one is missing. */
export function* readSize(
  { fields }: Directory,
  width: number,
  height: number,
): Reading<PictureSize | undefined> {
  const [w, h] = [yield* readNumber(fields.get(width)), yield* readNumber(fields.get(height))];
  return w === undefined || h === undefined ? undefined : { width: w, height: h };
}

/** The part of a DNG's picture that is the photo: DefaultCropSize, else ActiveArea (top, left, bottom, right). */
export function* readCrop({ fields }: Directory): Reading<PictureSize | undefined> {
  const [width, height] = yield* readNumbers(fields.get(0xc620), 2);
  if (width !== undefined && height !== undefined)
    return { width: Math.round(width), height: Math.round(height) };
  const [top, left, bottom, right] = yield* readNumbers(fields.get(0xc68d), 4);
  if (top === undefined || left === undefined || bottom === undefined || right === undefined)
    return undefined;
  return { width: right - left, height: bottom - top };
}
