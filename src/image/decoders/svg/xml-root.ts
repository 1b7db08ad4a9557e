// The root element of an XML file, by its beginning.

/** A prolog may have a licence and a document type with entities; Adobe Illustrator's has about 1,000 bytes. */
const PROLOG_BYTES = 4096;

const SPACE = /\s*/y;
/** A document type, and the start tag of an element; libvips knows no drawing with another prefix. */
const NAME = /<(?:!doctype\s+)?(?:svg:)?([\w.-]+)[\s/>[]/iy;

/**
 * The name of the root element without its prefix; undefined for what does not begin as XML does, in UTF-8 or another superset of ASCII.
 */
export function xmlRoot(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1', 0, PROLOG_BYTES);
  // Behind a byte order mark.
  for (let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0; ; ) {
    at = endOf(SPACE, text, at);
    const end = text.startsWith('<?', at) ? '?>' : text.startsWith('<!--', at) ? '-->' : undefined;
    if (end === undefined) return matchAt(NAME, text, at)?.[1];
    const found = text.indexOf(end, at + 2);
    if (found === -1) return undefined;
    at = found + end.length;
  }
}

function endOf(pattern: RegExp, text: string, at: number): number {
  return at + (matchAt(pattern, text, at)?.[0].length ?? 0);
}

/** @param pattern A sticky one. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
