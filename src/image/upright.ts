// Width and height of images that are turned upright.

/** Pixels of an image as it is stored, and how it is to be turned. */
export interface StoredSize {
  /** Pixels of the first frame or page, as stored. */
  readonly width: number;
  /** Pixels of the first frame or page, as stored. */
  readonly height: number;
  /** EXIF orientation: 1 is upright; from 5 on, width and height change places. */
  readonly orientation: number;
}

/** Pixels of the image when it is upright. */
export function uprightSize({
  width,
  height,
  orientation,
}: StoredSize): readonly [width: number, height: number] {
  return orientation >= 5 ? [height, width] : [width, height];
}
