// HTML from templates. Every value is escaped, unless it is HTML of another template: names of files are untrusted.

import { markupText } from '../../printable.js';

/** HTML that {@link html} has made. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined` and `false` stand for nothing. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

function rendered(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(rendered).join('');
  return markupText(String(value));
}

/** A template: ``html`<p>${name}</p>` ``. Attributes with values must be quoted. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + rendered(values[index])).join(''));
}
