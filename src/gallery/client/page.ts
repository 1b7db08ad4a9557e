// What the page's own HTML says.

const { dataset } = document.documentElement;

/** The way from the page to the gallery's folder: empty, or `../`. */
export const root: string = dataset.root ?? '';

/** The list of photos that the page shows; undefined for none. */
export const pageList: { readonly key: string; readonly version: string } | undefined =
  dataset.list === undefined ? undefined : { key: dataset.list, version: dataset.version ?? '' };

/** The page's address without its fragment. */
export function address(): string {
  return location.href.replace(/#.*$/, '');
}

/** An element that the page has for certain. */
export function required<Kind extends Element>(selector: string, kind: new () => Kind): Kind {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page has no ${selector}`);
  return found;
}

/** A new element with these properties and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: Array<Node | string>
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
