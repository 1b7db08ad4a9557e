// Which of a RAW file's pictures its thumbnail is made of, and how that picture is turned.

import { reductionOf, type Variant } from '../../../options/variant.js';
import { type PictureSize, uprightSize } from '../../upright.js';
import { hasShapeOf } from '../embedded.js';
import { pixels, type RawStructure } from './containers/structure.js';
import type { PreviewJpeg } from './jpeg-head.js';

/** What is known of a RAW file's photo, and the picture that stands for it. */
export interface Choice {
  readonly preview: PreviewJpeg;
  /** How the preview is to be turned: EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** Pixels of the preview, upright. */
  readonly size: PictureSize;
  /** Pixels of the photo, upright. */
  readonly photo: PictureSize;
}

/** A preview has at least so many times the thumbnail's width and height, so that its own JPEG losses do not show. */
const REDUCTION = 2;

/**
 * A photo may be this much smaller than its largest preview, which may have the sensor's edges; one stated to be smaller is not the photo.
 */
const LEAST_SHARE = 0.9;

/** A small preview whose shape differs by more than this from the largest one's has black bars, as 4:3 thumbnails of 3:2 photos do. */
const SAME_SHAPE = 0.05;

/** The smallest preview that is large enough, else the largest; undefined when there is none. */
export function choosePreview(
  structure: RawStructure,
  previews: readonly PreviewJpeg[],
  variant: Variant,
): Choice | undefined {
  const sorted = [...previews].sort((a, b) => pixels(a) - pixels(b) || a.part.offset - b.part.offset);
  const largest = sorted.at(-1);
  if (largest === undefined) return undefined;
  const stated = structure.size ?? largest.photoSize;
  const stored = stated !== undefined && pixels(stated) >= pixels(largest) * LEAST_SHARE ? stated : undefined;
  const orientation =
    structure.orientation ??
    sorted.findLast((preview) => preview.orientation !== undefined)?.orientation ??
    1;
  const options = sorted.map((preview) => toChoice(preview, stored, orientation));
  const whole = options.at(-1);
  if (whole === undefined) return undefined;
  // A photo is as large as its largest picture, whatever the container says or does not say.
  const photo = stored === undefined ? whole.size : uprightSize({ ...stored, orientation });
  const chosen =
    options.find(({ size }) => isLargeEnough(size, variant) && hasShapeOf(size, whole.size, SAME_SHAPE)) ??
    whole;
  return { ...chosen, photo };
}

function toChoice(
  preview: PreviewJpeg,
  stored: PictureSize | undefined,
  orientation: number,
): Omit<Choice, 'photo'> {
  const turn = turnOf(preview, stored, orientation);
  return { preview, orientation: turn, size: uprightSize({ ...preview, orientation: turn }) };
}

/**
 * How a preview is to be turned: as the photo, unless it is upright already. Its shape tells where the photo is turned by a quarter; its
 * own EXIF, where the shapes do not.
 */
function turnOf(preview: PreviewJpeg, stored: PictureSize | undefined, orientation: number): number {
  const isUprightByExif = preview.orientation === 1;
  if (orientation < 5 || stored === undefined || isSquare(stored) || isSquare(preview))
    return isUprightByExif ? 1 : orientation;
  return isLandscape(preview) === isLandscape(stored) ? orientation : 1;
}

function isSquare({ width, height }: PictureSize): boolean {
  return width === height;
}

function isLandscape({ width, height }: PictureSize): boolean {
  return width > height;
}

function isLargeEnough(size: PictureSize, variant: Variant): boolean {
  return reductionOf(variant, size) >= REDUCTION;
}
