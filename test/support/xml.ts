// Reads XML as strictly as a browser reads an SVG: what is not well-formed throws.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text and that of its children. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

const TOKEN = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
/** All that XML 1.0 does not allow, escaped or not. */
const NO_CHARACTER =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it looks for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** The root element of a document without comments, declarations and CDATA. */
export function parseXml(document: string): XmlElement {
  if (NO_CHARACTER.test(document)) throw new Error('a character that XML does not allow');
  const outside: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [outside];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < document.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(document);
    const current = open.at(-1);
    if (token === null || current === undefined)
      throw new Error(`not well-formed at ${document.slice(at, at + 40)}`);
    const [, isEnd, name = '', attributes = '', isEmpty, text] = token;
    if (text !== undefined) for (const element of open) element.text += unescaped(text);
    else if (isEnd) {
      if (current.name !== name) throw new Error(`</${name}> ends <${current.name}>`);
      open.pop();
    } else {
      const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
      current.children.push(element);
      if (!isEmpty) open.push(element);
    }
  }
  const [root, ...others] = outside.children;
  if (root === undefined || others.length > 0 || open.length > 1) throw new Error('not one whole element');
  return root;
}

/** An element and all below it, as they are written. */
export function elementsOf(element: XmlElement): XmlElement[] {
  return [element, ...element.children.flatMap(elementsOf)];
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  if (new Set(pairs.map(([name]) => name)).size < pairs.length)
    throw new Error(`twice the same attribute:${text}`);
  return Object.fromEntries(pairs.map(([name, value]) => [name, unescaped(value)]));
}

function unescaped(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`an unknown entity in ${text}`);
  return text.replace(/&([^;]+);/g, (_, name) => ENTITIES[name] ?? '');
}
