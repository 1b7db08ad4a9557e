// Which labels are shown where there is no room for all.

export interface Label {
  readonly text: string;
  /** Of its middle, in pixels. */
  readonly x: number;
  /** Of its base line. */
  readonly y: number;
  /** Shown rather than those with a smaller one. */
  readonly importance: number;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of 12 or 13 pixels high, in wide system fonts. */
const CHARACTER_WIDTH = 7.5;
const HEIGHT = 14;
/** To the left and the right of a label. */
const SPACE = 4;

export function widthOf(text: string): number {
  return text.length * CHARACTER_WIDTH;
}

/** The `x` nearest to this one at which a label is wholly between `left` and `right`. */
export function within(x: number, text: string, left: number, right: number): number {
  const half = widthOf(text) / 2;
  return Math.max(left + half, Math.min(x, right - half));
}

/**
 * The labels that overlap neither a more important one nor an obstacle; of equals the one further right.
 * @returns From left to right.
 */
export function thinned<Shown extends Label>(
  labels: readonly Shown[],
  obstacles: readonly Box[] = [],
): Shown[] {
  const byImportance = [...labels].sort((a, b) => b.importance - a.importance || b.x - a.x);
  const taken = [...obstacles];
  const kept = byImportance.filter((label) => {
    const box = boxOf(label);
    if (taken.some((other) => overlap(box, other))) return false;
    taken.push(box);
    return true;
  });
  return kept.sort((a, b) => a.x - b.x);
}

function boxOf({ text, x, y }: Label): Box {
  const half = widthOf(text) / 2 + SPACE;
  return { left: x - half, right: x + half, top: y - HEIGHT + 3, bottom: y + 3 };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** The best count is labelled first, then the last one, which says how far the axis goes. */
export function importanceOf(isBest: boolean, isLast: boolean): number {
  return isBest ? 2 : isLast ? 1 : 0;
}
