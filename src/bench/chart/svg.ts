// SVG as text. All that comes from outside, as the CPU's name does, is escaped here.

import { markupText } from '../../printable.js';

export type Attributes = Readonly<Record<string, string | number>>;

/** @param children Markup: elements, or text that is of {@link markupText}. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const start = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${markupText(typeof value === 'number' ? shortNumber(value) : value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${start}/>` : `<${name}${start}>${children.join('')}</${name}>`;
}

/** A `text` element. */
export function words(content: string, attributes: Attributes): string {
  return element('text', attributes, [markupText(content)]);
}

/** A hundredth of a pixel is enough. */
function shortNumber(value: number): string {
  return String(Math.round(value * 100) / 100);
}
