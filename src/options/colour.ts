// Colours as they are typed.

import type { Colour } from './variant.js';

const NAMED: Readonly<Record<string, string>> = { white: 'ffffff', black: '000000', transparent: '00000000' };

/** Three, six or eight hex digits, as CSS has them; `#` may be left out. */
const HEX = /^#?(?:([0-9a-f])([0-9a-f])([0-9a-f])|([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?)$/i;

/** `#fff`, `#ffffff`, `#ffffff80`, `white`, `black` or `transparent`; undefined for anything else. */
export function parseColour(value: unknown): Colour | undefined {
  if (typeof value !== 'string') return undefined;
  const match = HEX.exec(NAMED[value.toLowerCase()] ?? value);
  if (match === null) return undefined;
  const [r = 0, g = 0, b = 0, alpha = 255] = match
    .slice(1)
    .filter((digits) => digits !== undefined)
    .map((digits) => Number.parseInt(digits.length === 1 ? digits + digits : digits, 16));
  return { r, g, b, alpha: alpha / 255 };
}
