// Text that is safe on a terminal, in a log and on one line. File names are untrusted input: a name may contain line breaks,
// escape sequences or controls that reverse the writing direction.

/**
 * Everything that moves a cursor, ends a line or reorders text: C0, DEL and C1 controls, the line and
 * paragraph separators, the bidirectional controls (Unicode UAX #9, table 1 and the marks), the byte order mark and
 * unpaired surrogates.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/** One UTF-16 code unit as JSON writes it: `\u001b`. A byte of a path that is not UTF-8 (path-bytes.ts) has no such text. */
function escapeUnit(unit: string): string {
  if (unit >= '\udc80' && unit <= '\udcff') return '\ufffd';
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * `text` on one line, with every control as a JSON escape (`\u001b`), and U+FFFD for a byte that is not UTF-8. Text without controls is
 * returned unchanged, and applying it twice changes nothing more.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeUnit);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * {@link printable} text for a place in an element of HTML or XML, or in a quoted attribute. XML has neither most controls nor the two
 * noncharacters, not even escaped.
 */
export function markupText(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/**
 * `value` as one line of JSON that is also safe on a terminal. `JSON.stringify` escapes C0 controls only; the others are
 * escaped here, and every JSON parser reads them back as the same text.
 */
export function jsonLine(value: unknown): string {
  return printable(JSON.stringify(value));
}
