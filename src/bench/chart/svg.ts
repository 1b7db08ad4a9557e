// SVG as text. All that comes from outside, as the CPU's name does, is escaped here.

import { printable } from '../../printable.js';

export type Attributes = Readonly<Record<string, string | number>>;

/** @param children Markup: elements, or text that is {@link escaped}. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const start = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? shortNumber(value) : value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${start}/>` : `<${name}${start}>${children.join('')}</${name}>`;
}

/** A `text` element. */
export function words(content: string, attributes: Attributes): string {
  return element('text', attributes, [escaped(content)]);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for a place in an element or an attribute. XML has neither most controls nor the two noncharacters, not even escaped. */
export function escaped(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A hundredth of a pixel is enough. */
function shortNumber(value: number): string {
  return String(Math.round(value * 100) / 100);
}
