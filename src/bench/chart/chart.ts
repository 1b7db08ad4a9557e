// A sweep's figures as an SVG of their own: images/s and speedup against the workers. d3 is loaded with it, so it is imported only when
// a chart is asked for.

import { markupText } from '../../printable.js';
import type { Figures } from '../figures.js';
import type { Row, Spread } from '../rows.js';
import { CHART_ID, styleSheet } from './colors.js';
import { panelOf } from './panel.js';
import type { Panel } from './scales.js';
import { element, words } from './svg.js';
import {
  descriptionOf,
  hasSpeedup,
  notesOf,
  rateText,
  speedupText,
  subtitlesOf,
  titleOf,
} from './wording.js';

/** What every chart begins with. */
export const CHART_BEGINNING: RegExp = new RegExp(`^<svg id="${CHART_ID}" `);

const WIDTH = 920;
const MARGIN = 28;
/** For the values beside an axis. */
const AXIS = 44;
const GAP = 36;
const HEADER = { title: 44, firstSubtitle: 70, line: 20 };
const PLOT = { top: 190, bottom: 432 };
const FIRST_NOTE = 506;
const HEIGHT = 530;

/** The whole file. The same figures give the same bytes. */
export function benchChart(figures: Figures): string {
  const { rows } = figures;
  const panels = [ratePanel(figures)];
  if (rows.length > 1 && hasSpeedup(rows)) panels.push(speedupPanel(figures));
  const width = (WIDTH - 2 * MARGIN - (panels.length - 1) * GAP) / panels.length;
  const size = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT };
  const ids = { title: `${CHART_ID}-title`, desc: `${CHART_ID}-desc` };
  const root = {
    ...{ id: CHART_ID, xmlns: 'http://www.w3.org/2000/svg', ...size },
    ...{ role: 'img', 'aria-labelledby': ids.title, 'aria-describedby': ids.desc },
  };
  const lines = [
    element('title', { id: ids.title }, [markupText(titleOf(figures))]),
    element('desc', { id: ids.desc }, [markupText(descriptionOf(figures))]),
    element('style', {}, [styleSheet()]),
    element('rect', { class: 'surface', width: WIDTH, height: HEIGHT }),
    ...header(figures),
    ...panels.map((panel, index) => {
      const left = MARGIN + index * (width + GAP);
      return panelOf(panel, { left: left + AXIS, right: left + width, ...PLOT });
    }),
    ...notesOf(figures, panels.length > 1).map((note, index) =>
      words(note, { class: 'quiet small', x: MARGIN, y: FIRST_NOTE + index * HEADER.line }),
    ),
  ];
  return `${element('svg', root, ['\n', lines.join('\n'), '\n'])}\n`;
}

function header(figures: Figures): string[] {
  return [
    words(titleOf(figures), { class: 'title', x: MARGIN, y: HEADER.title }),
    ...subtitlesOf(figures).map((subtitle, index) =>
      words(subtitle, { class: 'quiet', x: MARGIN, y: HEADER.firstSubtitle + index * HEADER.line }),
    ),
  ];
}

function ratePanel(figures: Figures): Panel {
  return {
    ...{ name: 'rate', heading: 'Images/s', cores: figures.machine.cores, hasIdeal: false },
    points: pointsOf(figures, (row) => row.imagesPerSecond, figures.conclusion.kind),
    valueText: rateText,
    tickText: (tick) => tick,
  };
}

function speedupPanel(figures: Figures): Panel {
  return {
    ...{ name: 'speedup', heading: 'Speedup over one worker', cores: figures.machine.cores, hasIdeal: true },
    points: pointsOf(figures, (row) => row.speedup),
    valueText: speedupText,
    tickText: (tick) => `${tick} ×`,
  };
}

/** @param mark What is said of the best count. */
function pointsOf(
  { rows, conclusion }: Figures,
  value: (row: Row) => Spread,
  mark?: string,
): Panel['points'] {
  return rows.map((row) => {
    const isBest = row === conclusion.row;
    return { workers: row.workers, value: value(row), isBest, mark: isBest ? mark : undefined };
  });
}
