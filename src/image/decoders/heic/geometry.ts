// Where the upright picture lies in the stored one: irot, imir and clap, one after the other, as a rectangle and an EXIF orientation.

import { DecoderFailure } from '../sharp-image.js';
import type { Borders, Transformation } from './libheif/heif-file.js';

/** Pixels of the stored picture. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What is to be shown of a stored picture, and how it is turned. */
export interface Placement {
  readonly area: Area;
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
}

/** How the picture has been turned so far: rows and columns exchanged or not, and then reversed or not. */
interface Turn {
  readonly isTransposed: boolean;
  readonly isFlippedX: boolean;
  readonly isFlippedY: boolean;
}

const UPRIGHT: Turn = { isTransposed: false, isFlippedX: false, isFlippedY: false };

/**
 * @param width Pixels, as stored.
 * @param height Pixels, as stored.
 * @throws {DecoderFailure} A clap leaves nothing.
 */
export function placementOf(
  transformations: readonly Transformation[],
  width: number,
  height: number,
): Placement {
  let turn = UPRIGHT;
  let area: Area = { left: 0, top: 0, width, height };
  for (const transformation of transformations) {
    if (transformation.type === 'irot') turn = rotated(turn, transformation.degrees);
    else if (transformation.type === 'imir') turn = flipped(turn, transformation.flip === 'horizontally');
    else area = cropped(area, turn, transformation.borders);
  }
  return { area, orientation: orientationOf(turn) };
}

function flipped(turn: Turn, isX: boolean): Turn {
  return isX ? { ...turn, isFlippedX: !turn.isFlippedX } : { ...turn, isFlippedY: !turn.isFlippedY };
}

/** @param degrees Counterclockwise. */
function rotated(turn: Turn, degrees: number): Turn {
  if (degrees === 180) return flipped(flipped(turn, true), false);
  if (degrees !== 90 && degrees !== 270) return turn;
  const transposed = {
    isTransposed: !turn.isTransposed,
    isFlippedX: turn.isFlippedY,
    isFlippedY: turn.isFlippedX,
  };
  return flipped(transposed, degrees === 270);
}

/** The EXIF orientation that turns the stored picture in the same way (CIPA DC-008, Orientation). */
function orientationOf({ isTransposed, isFlippedX, isFlippedY }: Turn): number {
  if (isTransposed) return isFlippedX ? (isFlippedY ? 7 : 6) : isFlippedY ? 8 : 5;
  return isFlippedX ? (isFlippedY ? 3 : 2) : isFlippedY ? 4 : 1;
}

/** As libheif crops: borders beyond an edge are the edge. */
function cropped(area: Area, turn: Turn, bordersOf: (width: number, height: number) => Borders): Area {
  const [width, height] = turn.isTransposed ? [area.height, area.width] : [area.width, area.height];
  const { left, top, right, bottom } = storedBorders(bordersOf(width, height), turn);
  const inner = {
    left: area.left + left,
    top: area.top + top,
    width: area.width - left - right,
    height: area.height - top - bottom,
  };
  if (inner.width < 1 || inner.height < 1)
    throw new DecoderFailure([], new Error('its clean aperture is empty'));
  return inner;
}

function storedBorders(borders: Borders, { isTransposed, isFlippedX, isFlippedY }: Turn): Borders {
  const [left, top, right, bottom] = [borders.left, borders.top, borders.right, borders.bottom].map(
    (border) => Math.max(0, border),
  ) as [number, number, number, number];
  const [startX, endX] = isFlippedX ? [right, left] : [left, right];
  const [startY, endY] = isFlippedY ? [bottom, top] : [top, bottom];
  return isTransposed
    ? { left: startY, top: startX, right: endY, bottom: endX }
    : { left: startX, top: startY, right: endX, bottom: endY };
}
