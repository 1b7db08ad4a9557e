// A JPEG against exiftool's tags, and against the file's own pixels turned by them.

import { type Difference, formatSize, isDone, type Photo, thumbnailOf, uprightSize } from './comparison.js';
import { orientationIn, sizesIn, type Tags } from './exiftool.js';
import { pixelDifference, reduced } from './pixels.js';

/** One that failed is no difference: exiftool decodes no pixels. */
export async function compareJpeg(photo: Photo, tags: Tags): Promise<Difference[]> {
  if (!isDone(photo)) return [];
  const { record } = photo;
  const orientation = orientationIn(tags);
  const differences: Difference[] = [];
  const ours = formatSize(record.sourceWidth, record.sourceHeight);
  const stored = sizesIn(tags)[0];
  const theirs = stored === undefined ? 'no size' : formatSize(...uprightSize(stored, orientation));
  if (ours !== theirs) differences.push({ what: 'size', ours, theirs: `exiftool ${theirs}` });
  const thumbnail = thumbnailOf(photo);
  const upright = await reduced(photo.file, orientation, thumbnail.width, thumbnail.height);
  const pixels = await pixelDifference(thumbnail.file, upright);
  if (pixels !== undefined) differences.push({ ...pixels, theirs: `exiftool orientation ${orientation}` });
  return differences;
}
