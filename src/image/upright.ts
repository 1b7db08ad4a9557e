// Width and height of images, and of images that are turned upright.

export interface PictureSize {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** The size of an image as it is stored, of its first frame or page; and how it is to be turned. */
export interface StoredSize extends PictureSize {
  /** EXIF orientation: 1 is upright; from 5 on, width and height change places. */
  readonly orientation: number;
}

/** The size of the image when it is upright. */
export function uprightSize({ width, height, orientation }: StoredSize): PictureSize {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
