// A sweep's figures as bars of text, one for each worker count.

import type { Figures } from './figures.js';
import type { Row } from './rows.js';

export interface BarOptions {
  /** Of the terminal, or of the page. */
  readonly columns: number;
  /** Whether the reader can show block elements; otherwise a bar is of `#`. */
  readonly blocks: boolean;
  /** Colours a bar. Without it there is no colour. */
  color?(bar: string, isBest: boolean): string;
}

/** Four spaces: in Markdown they are a block of code, as in this project's documents. */
const INDENT = '    ';
const GAP = '  ';
/** A longer bar shows no more. */
const MAX_BAR = 60;
/** A shorter bar shows nothing: then the figures stand alone. */
const MIN_BAR = 4;
/** From an eighth of a column to seven. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

interface Cells {
  readonly label: string;
  readonly rate: string;
  /** Empty if one worker was not tried. */
  readonly speedup: string;
  /** What the report concludes of this count; empty for the others. */
  readonly mark: string;
}

/** A line for each worker count: `    2 workers  ██████████▌  100.1 images/s  1.63 x  enough` */
export function benchBars(figures: Figures, { columns, blocks, color }: BarOptions): string[] {
  const { rows, conclusion } = figures;
  const cells = rows.map((row) => cellsOf(row, figures));
  const label = widest(cells.map((cell) => cell.label));
  const rate = widest(cells.map((cell) => cell.rate));
  const speedup = widest(cells.map((cell) => cell.speedup));
  const endings = cells.map((cell) =>
    [cell.rate.padStart(rate), cell.speedup.padStart(speedup), cell.mark].filter(Boolean).join(GAP),
  );
  const room = columns - INDENT.length - label - 2 * GAP.length - widest(endings);
  const width = room < MIN_BAR ? 0 : Math.min(room, MAX_BAR);
  const most = Math.max(...rows.map(({ imagesPerSecond }) => imagesPerSecond.median));
  return rows.map((row, index) => {
    const start = `${INDENT}${cells[index]?.label.padEnd(label)}${GAP}`;
    const ending = endings[index] ?? '';
    if (width === 0) return start + ending;
    const bar = barOf((row.imagesPerSecond.median / most) * width, blocks);
    const shown = color === undefined ? bar : color(bar, row === conclusion.row);
    return `${start}${shown}${' '.repeat(width - bar.length)}${GAP}${ending}`;
  });
}

function cellsOf(row: Row, { conclusion }: Figures): Cells {
  const { workers, imagesPerSecond, speedup } = row;
  return {
    label: `${workers} worker${workers === 1 ? '' : 's'}`,
    rate: `${imagesPerSecond.median.toFixed(1)} images/s`,
    speedup: Number.isNaN(speedup.median) ? '' : `${speedup.median.toFixed(2)} x`,
    mark: row === conclusion.row ? conclusion.kind : '',
  };
}

/** @param length Columns, a fraction too. What is not zero can be seen. */
function barOf(length: number, blocks: boolean): string {
  if (!blocks) return '#'.repeat(Math.max(1, Math.round(length)));
  const eighths = Math.max(1, Math.round(8 * length));
  return '█'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? '');
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}
