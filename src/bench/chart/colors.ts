// How the chart is painted, on light and on dark screens.

/** Colours as `#rrggbb`. */
export interface Scheme {
  readonly surface: string;
  /** Titles and values. */
  readonly text: string;
  /** All other text. */
  readonly quiet: string;
  /** What was measured. */
  readonly measured: string;
  /** The ideal line and the core count, which are dashed and thin: nothing is told by its colour alone. */
  readonly reference: string;
  /** Only helps to read off values, which are written too. */
  readonly grid: string;
}

/** Text has a contrast of 4.5 or more to the surface, lines of 3 or more (WCAG 2.2, 1.4.3 and 1.4.11). */
export const schemes: Readonly<Record<'light' | 'dark', Scheme>> = {
  light: {
    surface: '#ffffff',
    text: '#1f2328',
    quiet: '#57606a',
    measured: '#0b5fc0',
    reference: '#6a737d',
    grid: '#e4e8ec',
  },
  dark: {
    surface: '#0d1117',
    text: '#e6edf3',
    quiet: '#9aa4af',
    measured: '#5aa9ff',
    reference: '#8b949e',
    grid: '#242b33',
  },
};

/** The chart's id: in a page that has the SVG in it, the styles are the chart's alone. */
export const CHART_ID = 'thumbs-bench';

const SHAPES = `
#${CHART_ID} { font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif }
#${CHART_ID} .title { font-size: 20px; font-weight: 600 }
#${CHART_ID} .heading { font-size: 15px; font-weight: 600 }
#${CHART_ID} .value { font-size: 12px }
#${CHART_ID} .halo { stroke-width: 4px; stroke-linejoin: round; paint-order: stroke }
#${CHART_ID} .best { font-weight: 700 }
#${CHART_ID} .small { font-size: 12px }
#${CHART_ID} .line { fill: none; stroke-width: 2.5px; stroke-linejoin: round }
#${CHART_ID} .spread { stroke-width: 1.5px; fill: none }
#${CHART_ID} .ideal { fill: none; stroke-width: 1.5px; stroke-dasharray: 6 5 }
#${CHART_ID} .cores { stroke-width: 1px; stroke-dasharray: 2 3 }
#${CHART_ID} .ring { fill: none; stroke-width: 1.5px }
`;

/** The text of the chart's `style` element. */
export function styleSheet(): string {
  return `${SHAPES}${rulesOf(schemes.light)}@media (prefers-color-scheme: dark) {\n${rulesOf(schemes.dark)}}\n`;
}

/** Without variables, which renderers other than browsers do not know. */
function rulesOf(scheme: Scheme): string {
  const rules = {
    '.surface': `fill: ${scheme.surface}`,
    '.title, #ID .heading, #ID .value': `fill: ${scheme.text}`,
    '.quiet': `fill: ${scheme.quiet}`,
    '.halo': `stroke: ${scheme.surface}`,
    '.line, #ID .spread, #ID .ring': `stroke: ${scheme.measured}`,
    '.point': `fill: ${scheme.measured}`,
    '.ideal, #ID .cores, #ID .axis': `stroke: ${scheme.reference}`,
    '.grid': `stroke: ${scheme.grid}`,
  };
  return Object.entries(rules)
    .map(([selector, rule]) => `#ID ${selector} { ${rule} }\n`.replaceAll('#ID', `#${CHART_ID}`))
    .join('');
}
