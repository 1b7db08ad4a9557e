// Shows a list of photos in justified rows. The height of everything is known from the start, so the scroll bar is true; only what is near
// the visible part has elements, so that a list may have a hundred thousand photos.

import { describePhoto, periodTitle } from '../locale.js';
import { element, root } from '../page.js';
import type { Photo, PhotoList } from '../photo-list.js';
import { placeholderImage } from './placeholder.js';
import { type Row, rowsOf } from './rows.js';

/** Photos in one group at least: the step in which elements come and go. */
const GROUP_PHOTOS = 60;

/** How far from the visible part groups are filled, as the observer takes it: heights of the window. */
const NEAR = '150% 0px';

/** Groups that stay filled, near or not. */
const MOST_FILLED = 40;

/** Rows that are filled and rendered together. */
interface Group {
  readonly element: HTMLElement;
  readonly rows: readonly Row[];
  isNear: boolean;
}

export class Grid {
  readonly #container: HTMLElement;
  readonly #list: PhotoList;
  readonly #onOpen: (index: number) => void;
  /** Links that the page had before the script, by id: their pictures are loaded. */
  readonly #present = new Map<string, HTMLAnchorElement>();
  readonly #observer: IntersectionObserver;
  readonly #sizes = new ResizeObserver(() => this.#onResize());
  readonly #groups = new Map<Element, Group>();
  /** The least recently filled first. */
  readonly #filled = new Set<Group>();
  #width = 0;

  /** @param onOpen Called with the photo that was chosen. */
  constructor(container: HTMLElement, list: PhotoList, onOpen: (index: number) => void) {
    this.#container = container;
    this.#list = list;
    this.#onOpen = onOpen;
    for (const link of container.querySelectorAll<HTMLAnchorElement>('a[id]'))
      this.#present.set(link.id, link);
    this.#observer = new IntersectionObserver((entries) => this.#onSeen(entries), { rootMargin: NEAR });
    container.addEventListener('click', (event) => this.#onClick(event));
    // These events of pictures do not bubble.
    container.addEventListener('load', ({ target }) => removePlaceholder(target), { capture: true });
    container.addEventListener('error', ({ target }) => markNotLoaded(target), { capture: true });
    container.classList.add('laid-out');
    this.#layOut();
    this.#sizes.observe(container);
  }

  /** The link of a photo; undefined when it has no element now. */
  link(index: number): HTMLAnchorElement | undefined {
    return this.#container.querySelector<HTMLAnchorElement>(`a[data-index="${index}"]`) ?? undefined;
  }

  /** Brings a photo into sight and fills its group. Resolves when its link is there. */
  async reveal(index: number): Promise<void> {
    for (const group of this.#groups.values()) {
      const last = group.rows.at(-1);
      if (last === undefined || index >= last.first + last.count) continue;
      await this.#fill(group);
      this.link(index)?.scrollIntoView({ block: 'nearest' });
      return;
    }
  }

  /** Ends the grid; its elements stay. */
  close(): void {
    this.#observer.disconnect();
    this.#sizes.disconnect();
  }

  #onResize(): void {
    if (this.#container.clientWidth === this.#width || this.#container.clientWidth === 0) return;
    const index = this.#firstVisible();
    this.#layOut();
    if (index !== undefined) this.reveal(index).catch(report);
  }

  /** The first photo in the window; undefined at the beginning of the page. */
  #firstVisible(): number | undefined {
    if (window.scrollY === 0) return undefined;
    const links = this.#container.querySelectorAll<HTMLAnchorElement>('a[data-index]');
    const visible = [...links].find((link) => link.getBoundingClientRect().top >= 0);
    return visible === undefined ? undefined : Number(visible.dataset.index);
  }

  #layOut(): void {
    const style = getComputedStyle(this.#container);
    this.#width = this.#container.clientWidth;
    const options = {
      width: this.#width,
      height: Number.parseFloat(style.getPropertyValue('--row-now')) || 200,
      gap: Number.parseFloat(style.columnGap) || 0,
    };
    this.#observer.disconnect();
    this.#groups.clear();
    this.#filled.clear();
    const sections: HTMLElement[] = [];
    let first = 0;
    let year = '';
    for (const { title, count } of this.#list.sections) {
      const section = element('section');
      if (this.#list.sections.length > 1) {
        const heading = element('h2', { textContent: periodTitle(title) });
        // The list of years leads here.
        if (title.slice(0, 4) !== year) heading.id = `year-${title.slice(0, 4)}`;
        year = title.slice(0, 4);
        section.append(heading);
      }
      const rows = rowsOf(first, count, (index) => this.#list.ratio(index), options);
      for (const group of this.#groupsOf(rows, options.gap)) section.append(group);
      sections.push(section);
      first += count;
    }
    this.#container.replaceChildren(...sections);
    for (const target of this.#groups.keys()) this.#observer.observe(target);
    // At once: an observer would report only after the next frame.
    for (const group of [...this.#groups.values()].slice(0, 2)) this.#fillLoaded(group);
  }

  #groupsOf(rows: readonly Row[], gap: number): HTMLElement[] {
    const groups: HTMLElement[] = [];
    let from = 0;
    let photos = 0;
    for (const [at, row] of rows.entries()) {
      photos += row.count;
      if (photos < GROUP_PHOTOS && at + 1 < rows.length) continue;
      const inGroup = rows.slice(from, at + 1);
      const height = inGroup.reduce((sum, each) => sum + each.height, (inGroup.length - 1) * gap);
      const target = element('div', { className: 'group' });
      target.style.height = `${height}px`;
      target.style.setProperty('contain-intrinsic-size', `auto ${height}px`);
      this.#groups.set(target, { element: target, rows: inGroup, isNear: false });
      groups.push(target);
      from = at + 1;
      photos = 0;
    }
    return groups;
  }

  #onSeen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const group = this.#groups.get(target);
      if (group === undefined) continue;
      group.isNear = isIntersecting;
      if (isIntersecting) this.#fill(group).catch(report);
    }
    for (const group of this.#filled) {
      if (this.#filled.size <= MOST_FILLED) break;
      if (!group.isNear && !group.element.contains(document.activeElement)) this.#empty(group);
    }
  }

  #empty(group: Group): void {
    group.element.replaceChildren();
    this.#filled.delete(group);
  }

  async #fill(group: Group): Promise<void> {
    if (this.#fillLoaded(group)) return;
    const indices = indicesOf(group);
    await Promise.all(
      indices.filter((index) => this.#list.photo(index) === undefined).map((index) => this.#list.load(index)),
    );
    this.#fillLoaded(group);
  }

  /** Fills a group if its photos are loaded. */
  #fillLoaded(group: Group): boolean {
    if (this.#filled.has(group)) return true;
    const photos = new Map<number, Photo>();
    for (const index of indicesOf(group)) {
      const photo = this.#list.photo(index);
      if (photo === undefined) return false;
      photos.set(index, photo);
    }
    group.element.replaceChildren(...group.rows.map((row) => this.#rowElement(row, photos)));
    this.#filled.add(group);
    return true;
  }

  #rowElement({ first, count, height }: Row, photos: ReadonlyMap<number, Photo>): HTMLElement {
    const row = element('div', { className: 'row' });
    row.style.height = `${height}px`;
    for (let index = first; index < first + count; index += 1) {
      const photo = photos.get(index);
      if (photo !== undefined) row.append(this.#linkOf(index, photo, height));
    }
    return row;
  }

  #linkOf(index: number, photo: Photo, height: number): HTMLAnchorElement {
    const ratio = this.#list.ratio(index);
    const link = this.#present.get(`p${photo.id}`) ?? newLink(photo);
    link.dataset.index = String(index);
    link.style.flex = `0 1 ${ratio * height}px`;
    const image = link.querySelector('img');
    if (image === null) return link;
    image.alt = describePhoto(photo);
    if (photo.larger !== undefined) image.sizes = `${Math.round(ratio * height)}px`;
    if (!image.complete && photo.placeholder !== undefined)
      image.style.backgroundImage = placeholderImage(photo.placeholder) ?? '';
    return link;
  }

  #onClick(event: MouseEvent): void {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('a[data-index]') : null;
    if (link === null) return;
    event.preventDefault();
    this.#onOpen(Number(link.dataset.index));
  }
}

/** It would show behind a picture that is transparent. */
function removePlaceholder(target: EventTarget | null): void {
  if (target instanceof HTMLImageElement) target.style.backgroundImage = '';
}

/** Shows the text of a picture that cannot be loaded. */
function markNotLoaded(target: EventTarget | null): void {
  if (target instanceof HTMLImageElement) target.classList.add('not-loaded');
}

function indicesOf({ rows }: Group): number[] {
  return rows.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index));
}

function newLink({ id, small, larger, full }: Photo): HTMLAnchorElement {
  const image = element('img', {
    loading: 'lazy',
    decoding: 'async',
    width: small.width,
    height: small.height,
  });
  if (larger !== undefined) {
    image.sizes = `${small.width}px`;
    image.srcset = `${root}${small.file} ${small.width}w, ${root}${larger.file} ${larger.width}w`;
  }
  image.src = root + small.file;
  return element('a', { id: `p${id}`, href: root + full.file }, image);
}

/** A script of data that cannot be loaded leaves its photos out; the console says which. */
function report(error: unknown): void {
  console.error(error);
}
