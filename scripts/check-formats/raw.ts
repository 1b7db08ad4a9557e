// A RAW file against exiftool: the photo's size, and which of the previews that exiftool extracts is shown, and which way up.

import sharp from 'sharp';
import { reductionOf } from '../../src/options/variant.js';
import { variantOf } from '../variant-of.js';
import {
  type Difference,
  type DonePhoto,
  failureOf,
  formatSize,
  isDone,
  type Photo,
  thumbnailOf,
  uprightSize,
} from './comparison.js';
import { extractPreviews, orientationIn, sizesIn, type Tags } from './exiftool.js';
import { isTurned, pixelDifference, reduced } from './pixels.js';

/** A preview is to have this many times the width and height of the thumbnail. */
const TIMES_THUMBNAIL = 2;

/** Ratios of the shapes of previews that show the same may differ by this much. */
const SAME_SHAPE = 0.05;

/** A JPEG in a RAW file. */
export interface Preview {
  readonly bytes: Buffer;
  /** Pixels, upright. */
  readonly width: number;
  /** Pixels, upright. */
  readonly height: number;
  /** EXIF orientation that turns the bytes upright. */
  readonly orientation: number;
}

export async function compareRaw(photo: Photo, tags: Tags): Promise<Difference[]> {
  const previews = await readPreviews(extractPreviews(photo.file), tags);
  if (isDone(photo)) return [...compareSize(photo, tags), ...(await comparePreview(photo, previews))];
  if (previews.length === 0) return [];
  return [{ what: 'previews', ours: failureOf(photo), theirs: `exiftool ${describe(previews)}` }];
}

function describe(previews: readonly Preview[]): string {
  return previews.map(({ width, height }) => formatSize(width, height)).join(', ') || 'no preview';
}

/** exiftool knows a size with the sensor's edges, one without, or one that the camera shows: one of them is to be ours. */
function compareSize({ record }: DonePhoto, tags: Tags): Difference[] {
  const ours = formatSize(record.sourceWidth, record.sourceHeight);
  const upright = sizesIn(tags).map((size) => formatSize(...uprightSize(size, orientationIn(tags))));
  if (upright.includes(ours)) return [];
  return [{ what: 'size', ours, theirs: `exiftool ${[...new Set(upright)].join(' or ') || 'no size'}` }];
}

/** The previews that can be decoded, whole. libvips refuses lossless ones (SOF3), which are sensor data. */
export async function readPreviews(extracted: readonly Buffer[], tags: Tags): Promise<Preview[]> {
  const previews: Preview[] = [];
  for (const bytes of extracted) {
    const stored = await storedSize(bytes);
    if (stored === undefined) continue;
    const orientation = orientationOfPreview(stored, tags);
    const [width, height] = uprightSize(stored, orientation);
    previews.push({ bytes, orientation, width, height });
  }
  return previews;
}

/** Width and height in pixels of a JPEG; undefined when it cannot be decoded to its end. */
async function storedSize(bytes: Buffer): Promise<[width: number, height: number] | undefined> {
  try {
    const { info } = await sharp(bytes, { failOn: 'truncated' }).toColourspace('b-w').raw().toBuffer({
      resolveWithObject: true,
    });
    return [info.width, info.height];
  } catch {
    return undefined; // What this JPEG lacks does not matter: it is no preview.
  }
}

/** The RAW's orientation; 1 where the shape shows that the camera has turned the preview already. */
function orientationOfPreview([width, height]: readonly [number, number], tags: Tags): number {
  const orientation = orientationIn(tags);
  const [stored] = sizesIn(tags);
  if (stored === undefined || !isTurned(orientation)) return orientation;
  const [storedWidth, storedHeight] = stored;
  return width > height === storedWidth > storedHeight ? orientation : 1;
}

/**
 * The smallest that is large enough for a thumbnail, or else the largest. One of another shape than the largest has black bars, as 4:3
 * thumbnails of 3:2 photos do, and does not count.
 */
export function bestPreview(
  previews: readonly Preview[],
  needed: { readonly width: number; readonly height: number },
): Preview | undefined {
  const bySize = previews.toSorted((a, b) => a.width * a.height - b.width * b.height);
  const largest = bySize.at(-1);
  if (largest === undefined) return undefined;
  const ofShape = bySize.filter((preview) => Math.abs(shape(preview) / shape(largest) - 1) <= SAME_SHAPE);
  const isLargeEnough = ({ width, height }: Preview) => width >= needed.width && height >= needed.height;
  return ofShape.find(isLargeEnough) ?? largest;
}

function shape({ width, height }: Preview): number {
  return width / height;
}

async function comparePreview(photo: DonePhoto, previews: readonly Preview[]): Promise<Difference[]> {
  const { sourceWidth, sourceHeight } = photo.record;
  const thumbnail = thumbnailOf(photo);
  const { fromWidth = sourceWidth, fromHeight = sourceHeight } = thumbnail;
  const source = { width: sourceWidth, height: sourceHeight };
  const reduction = reductionOf(variantOf(photo.size), source) / TIMES_THUMBNAIL;
  const needed = { width: Math.floor(sourceWidth / reduction), height: Math.floor(sourceHeight / reduction) };
  const best = bestPreview(previews, needed);
  const ours = formatSize(fromWidth, fromHeight);
  if (best === undefined || ours !== formatSize(best.width, best.height))
    return [
      {
        what: 'preview',
        ours,
        theirs: `exiftool ${describe(previews)} (at least ${formatSize(needed.width, needed.height)} is wanted)`,
      },
    ];
  const upright = await reduced(best.bytes, best.orientation, thumbnail.width, thumbnail.height);
  const difference = await pixelDifference(thumbnail.file, upright);
  const theirs = `exiftool orientation ${best.orientation}`;
  return difference === undefined ? [] : [{ ...difference, theirs }];
}
