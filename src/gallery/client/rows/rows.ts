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
  /** Pixels that a row is to have about; the last one has at most these. */
  readonly height: number;
  /** Pixels between photos. */
  readonly gap: number;
}

/**
 * Fills rows one after the other, each with so many photos that its height is as near as possible to the wanted one. A photo that is wider
 * than the page has a row of its own, which is lower. The last row is not stretched.
 * @param ratio Width by height of a photo.
 */
export function rowsOf(
  first: number,
  count: number,
  ratio: (index: number) => number,
  { width, height, gap }: RowOptions,
): Row[] {
  const rows: Row[] = [];
  const heightOf = (sum: number, photos: number) => (width - (photos - 1) * gap) / sum;
  let start = first;
  let sum = 0;
  for (let index = first; index < first + count; index += 1) {
    const inRow = index - start;
    const without = heightOf(sum, inRow);
    const withIt = heightOf(sum + ratio(index), inRow + 1);
    // As factors: half as high is as far away as twice as high.
    if (inRow > 0 && withIt < height && without / height < height / withIt) {
      rows.push({ first: start, count: inRow, height: without });
      start = index;
      sum = 0;
    }
    sum += ratio(index);
  }
  const left = first + count - start;
  if (left > 0) rows.push({ first: start, count: left, height: Math.min(height, heightOf(sum, left)) });
  return rows;
}
