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

/** What turns an image upright: it is mirrored, left to right, and then turned clockwise. */
export interface Turn {
  readonly isMirrored: boolean;
  readonly degrees: 0 | 90 | 180 | 270;
}

/** By EXIF orientation (CIPA DC-008, 4.6.4.1). */
const TURNS: Readonly<Record<number, Turn>> = {
  2: { isMirrored: true, degrees: 0 },
  3: { isMirrored: false, degrees: 180 },
  4: { isMirrored: true, degrees: 180 },
  5: { isMirrored: true, degrees: 270 },
  6: { isMirrored: false, degrees: 90 },
  7: { isMirrored: true, degrees: 90 },
  8: { isMirrored: false, degrees: 270 },
};

/** @param orientation EXIF orientation, 1 to 8. */
export function turnOf(orientation: number): Turn {
  return TURNS[orientation] ?? { isMirrored: false, degrees: 0 };
}

/** The size of the image when it is upright. */
export function uprightSize({ width, height, orientation }: StoredSize): PictureSize {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
