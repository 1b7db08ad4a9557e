// Justified rows: each is as wide as the page, and its photos keep their shapes.

/** Photos side by side. */
export interface Row {
  readonly first: number;
  readonly count: number;
  /** Pixels. */
  readonly height: number;
}

export interface RowOptions {
  /** Pixels of the page. */
  readonly width: number;
  /** Pixels that a row has at least; the last one has just these. */
  readonly height: number;
  /** Pixels between photos. */
  readonly gap: number;
}

/**
 * Fills rows one after the other, as browsers wrap flexible boxes: so they are those that a page has without its script. A photo that is
 * wider than the page has a row of its own, which is lower.
 * @param ratio Width by height of a photo.
 */
export function rowsOf(
  first: number,
  count: number,
  ratio: (index: number) => number,
  { width, height, gap }: RowOptions,
): Row[] {
  const rows: Row[] = [];
  let start = first;
  let sum = 0;
  for (let index = first; index < first + count; index += 1) {
    const next = ratio(index);
    const inRow = index - start;
    if (inRow > 0 && (sum + next) * height + inRow * gap > width) {
      rows.push({ first: start, count: inRow, height: (width - (inRow - 1) * gap) / sum });
      start = index;
      sum = 0;
    }
    sum += next;
  }
  const left = first + count - start;
  if (left > 0)
    rows.push({ first: start, count: left, height: Math.min(height, (width - (left - 1) * gap) / sum) });
  return rows;
}
