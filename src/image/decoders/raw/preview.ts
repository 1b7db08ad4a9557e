// Finds the preview of a RAW file and what the file says of its photo; from a whole file, or reading only the parts that are needed.

import { noPreviewError } from '../../../errors.js';
import type { Variant } from '../../../options/variant.js';
import type { PictureSize } from '../../upright.js';
import type { OpenRequest } from '../decoder.js';
import { type Choice, choosePreview } from './choice.js';
import { readCr3 } from './containers/cr3.js';
import { readRaf } from './containers/raf.js';
import type { ExifTime, RawStructure } from './containers/structure.js';
import { readTiffRaw } from './containers/tiff.js';
import { withExif } from './exif-writer.js';
import { type PreviewJpeg, readPreviewJpeg } from './jpeg-head.js';
import { type FileParts, type Reading, readInParts, readWhole } from './parts.js';
import { type Container, recognizeContainer } from './recognition.js';

/** A RAW file's preview, as what its thumbnail is made of. */
export interface RawPreview {
  /** A JPEG whose EXIF says how it is turned and when the photo was taken, and nothing else. */
  readonly jpeg: Buffer;
  /** Pixels of the preview, upright. */
  readonly size: PictureSize;
  /** Pixels of the photo, upright. */
  readonly photo: PictureSize;
}

/** Where the preview of a RAW file lies, and what becomes of it. */
export interface LocatedPreview extends Choice {
  readonly time: ExifTime | undefined;
}

/** A preview, and the variants that are made of it. */
export interface PreviewFor {
  readonly preview: RawPreview;
  readonly variants: readonly Variant[];
}

/**
 * The preview of a RAW file that was read whole.
 * @throws {ThumbsError} `UNSUPPORTED`: there is no usable one.
 */
export function previewOf(
  file: Buffer,
  { variant, shared }: Pick<OpenRequest, 'variant' | 'shared'>,
): RawPreview {
  const [located] = requireFound(readWhole(findPreviews(file.length, [variant]), file));
  if (located === undefined) throw noPreviewError();
  const { offset, length } = located.preview.part;
  return shared.once(`preview ${offset}`, () => toPreview(located, file.subarray(offset, offset + length)));
}

/**
 * Where the previews of a RAW file lie that these variants are made of, each preview once.
 * @throws {ThumbsError} `UNSUPPORTED`: there is no usable one. And whatever reading throws.
 */
export async function locatePreviews(
  file: FileParts,
  variants: readonly Variant[],
): Promise<Array<{ readonly located: LocatedPreview; readonly variants: readonly Variant[] }>> {
  const found = requireFound(await readInParts(findPreviews(file.size, variants), file));
  const offsets = [...new Set(found.map(({ preview }) => preview.part.offset))];
  return offsets.flatMap((offset) => {
    const isOf = (located: LocatedPreview | undefined) => located?.preview.part.offset === offset;
    const located = found.find(isOf);
    return located === undefined
      ? []
      : [{ located, variants: variants.filter((_, index) => isOf(found[index])) }];
  });
}

/** @param bytes Those of the part that the preview is. */
export function toPreview(located: LocatedPreview, bytes: Buffer): RawPreview {
  const { preview, orientation, time, size, photo } = located;
  return { jpeg: withExif(bytes, preview.exifSegments, orientation, time), size, photo };
}

function requireFound(found: LocatedPreview[] | undefined): LocatedPreview[] {
  if (found === undefined) throw noPreviewError();
  return found;
}

/** One for each variant; undefined when there is none. */
function* findPreviews(
  fileSize: number,
  variants: readonly Variant[],
): Reading<LocatedPreview[] | undefined> {
  const container = yield* recognizeContainer();
  const structure = container && (yield* readStructure(container, fileSize));
  if (structure === undefined) return undefined;
  const previews: PreviewJpeg[] = [];
  for (const candidate of structure.candidates) {
    const preview = yield* readPreviewJpeg(candidate, fileSize);
    if (preview !== undefined) previews.push(preview);
  }
  const time = structure.time ?? previews.find((preview) => preview.time !== undefined)?.time;
  const choices = variants.flatMap((variant) => choosePreview(structure, previews, variant) ?? []);
  return choices.length === 0 ? undefined : choices.map((choice) => ({ ...choice, time }));
}

function readStructure(container: Container, fileSize: number): Reading<RawStructure | undefined> {
  switch (container) {
    case 'tiff':
      return readTiffRaw();
    case 'cr3':
      return readCr3(fileSize);
    case 'raf':
      return readRaf();
  }
}
