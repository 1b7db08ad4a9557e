// SVG drawings for tests.

const NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';

/** A drawing of 40 x 30 pixels, or with other attributes of its root. */
export function drawing(content: string, attributes = 'width="40" height="30"'): string {
  return `<svg ${NAMESPACES} ${attributes}>${content}</svg>`;
}

/** Noise over the whole drawing, again and again: each turn takes some milliseconds at 200 x 200 pixels. */
export function slowDrawing(turns: number): string {
  const filter =
    '<filter id="f" x="0" y="0" width="1" height="1"><feTurbulence baseFrequency="0.1" numOctaves="9"/></filter>';
  const noise = '<rect width="300" height="300" filter="url(#f)"/>'.repeat(turns);
  return drawing(filter + noise, 'width="300" height="300"');
}

/** Groups of references to groups of references. */
export function referenceBomb(depth: number, uses: number): string {
  const group = (index: number) =>
    `<g id="g${index}">${index === 0 ? '<path/>' : `<use xlink:href="#g${index - 1}"/>`.repeat(uses)}</g>`;
  const groups = Array.from({ length: depth }, (_, index) => group(index)).join('');
  return drawing(`<defs>${groups}</defs><use xlink:href="#g${depth - 1}"/>`);
}
