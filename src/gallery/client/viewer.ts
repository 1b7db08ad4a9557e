// The full view: PhotoSwipe over a list of photos, with an address for each photo. Opening it is one step in the browser's history, however
// many photos are looked at, so Back closes it.

import PhotoSwipe, { type SlideData } from 'photoswipe';
import { addressed, addressWith, pushAddress, replaceAddress } from './addresses.js';
import { PAGE_PHOTOS } from './format.js';
import { describePhoto, timeText, withNumbers, words } from './locale.js';
import { address, element, root } from './page.js';
import type { Photo, PhotoList } from './photo-list.js';
import { Grid } from './rows/grid.js';

/** Safari refuses more than a hundred changes of the address in half a minute. */
const ADDRESS_DELAY_MS = 400;

/** Pixels, of one line. */
const CAPTION_HEIGHT = 44;

/** The class of the page while a photo is open. */
const VIEWING = 'viewing';

/** An event of the document: no photo is open any more. */
const CLOSED = 'thumbs-viewer-closed';

export function isViewing(): boolean {
  return document.documentElement.classList.contains(VIEWING);
}

/** Calls back when no photo is open any more. */
export function afterViewing(callback: () => void): void {
  document.addEventListener(CLOSED, callback, { once: true });
}

/** Says where the reader is, to those who do not see it. */
const liveRegion = element('div', { className: 'unseen' });
liveRegion.setAttribute('aria-live', 'polite');

/** Shows a list of photos in rows, and opens those that are chosen. */
export function showPhotos(container: HTMLElement, list: PhotoList): { grid: Grid; viewer: Viewer } {
  let viewer: Viewer | undefined;
  const grid = new Grid(container, list, (index) => viewer?.open(index).catch(console.error));
  viewer = new Viewer(list, grid);
  return { grid, viewer };
}

export class Viewer {
  readonly #list: PhotoList;
  readonly #grid: Grid;
  /** Undefined while no photo is open. */
  #open: PhotoSwipe | undefined;
  /** Whether opening it was a step in the history. */
  #isStep = false;
  #timer = 0;

  constructor(list: PhotoList, grid: Grid) {
    this.#list = list;
    this.#grid = grid;
    if (!liveRegion.isConnected) document.body.append(liveRegion);
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Opens a photo by a new step in the history. */
  async open(index: number): Promise<void> {
    await this.#list.load(index);
    const photo = this.#list.photo(index);
    if (photo === undefined || this.#open !== undefined) return;
    // Of this step and of the next: closing shows the photo that was looked at last, and not the first.
    history.scrollRestoration = 'manual';
    this.#isStep = pushAddress(this.#addressOf(index, photo));
    this.#show(index);
  }

  /** Opens a photo, or goes to it, as the address says already. */
  async follow(index: number): Promise<void> {
    await this.#list.load(index);
    this.#isStep = true;
    const open = this.#open;
    if (open === undefined) this.#show(index);
    // Closed by a step back just before this one forward.
    else if (open.isDestroying) open.on('destroy', () => this.#show(index));
    else open.goTo(index);
  }

  /** Where a photo is in the list, if it is loaded; -1 elsewhere. */
  indexOf(id: string): number {
    for (let index = 0; index < this.#list.count; index += 1)
      if (this.#list.photo(index)?.id === id) return index;
    return -1;
  }

  /** Closes it because the address has changed. */
  closeByHistory(): void {
    this.#isStep = false;
    const open = this.#open;
    if (open === undefined) return;
    // PhotoSwipe ignores what comes while it opens.
    if (open.opener.isOpening) open.on('openingAnimationEnd', () => this.#isStep || open.close());
    else open.close();
  }

  #show(index: number): void {
    const pswp = new PhotoSwipe({
      index,
      dataSource: [],
      bgOpacity: 1,
      // The caption covers nothing of a photo that is seen as a whole.
      padding: { top: 0, bottom: CAPTION_HEIGHT, left: 0, right: 0 },
      loop: false,
      // What it does itself works only after a key was pressed, and leads to the first photo.
      returnFocus: false,
      wheelToZoom: false,
      closeTitle: words.close,
      zoomTitle: words.zoom,
      arrowPrevTitle: words.previous,
      arrowNextTitle: words.next,
      errorMsg: words.notLoaded,
    });
    this.#open = pswp;
    pswp.addFilter('numItems', () => this.#list.count);
    pswp.addFilter('itemData', (_, at) => this.#slide(at));
    // The filter's type leaves out that there may be none.
    pswp.addFilter('thumbEl', (_, __, at) => this.#grid.link(at)?.querySelector('img') as HTMLElement);
    pswp.addFilter('contentErrorElement', (target) => {
      target.classList.add('not-loaded');
      return target;
    });
    pswp.on('uiRegister', () => this.#addInterface(pswp));
    pswp.on('firstUpdate', () => this.#setUp(pswp));
    pswp.on('change', () => this.#onChange(pswp));
    pswp.on('close', () => this.#onClose());
    pswp.on('destroy', () => this.#onDestroyed(pswp.currIndex));
    pswp.on('keydown', ({ originalEvent: event }) => {
      if (event.key === 'Home') pswp.goTo(0);
      if (event.key === 'End') pswp.goTo(this.#list.count - 1);
    });
    history.scrollRestoration = 'manual';
    pswp.init();
  }

  /** What PhotoSwipe is to show; a photo that is not loaded yet is shown when it is. */
  #slide(index: number): SlideData {
    const photo = this.#list.photo(index);
    if (photo !== undefined) {
      const { full, small } = photo;
      return {
        src: root + full.file,
        width: full.width,
        height: full.height,
        msrc: root + small.file,
        alt: describePhoto(photo),
      };
    }
    this.#list
      .load(index)
      .then(() => this.#open?.refreshSlideContent(index))
      .catch((error: unknown) => console.error(error));
    return { html: '<div class="waiting"></div>' };
  }

  #setUp({ element: dialog }: PhotoSwipe): void {
    if (dialog === undefined) return;
    dialog.setAttribute('aria-modal', 'true');
    dialog.setAttribute('aria-label', words.viewer);
    document.documentElement.classList.add(VIEWING);
    for (const behind of behindOf(dialog)) behind.inert = true;
    // Outside of a modal dialog it might not be heard.
    dialog.append(liveRegion);
  }

  #addInterface(pswp: PhotoSwipe): void {
    const { ui } = pswp;
    ui?.registerElement({
      name: 'download',
      order: 8,
      isButton: true,
      tagName: 'a',
      title: words.download,
      ariaLabel: words.download,
      html: {
        isCustomSVG: true,
        inner:
          '<path d="M20.5 14.3 17.1 18V10h-2.2v7.9l-3.4-3.6L10 16l6 6.1 6-6.1zM23 23H9v2h14z" id="pswp__icn-download"/>',
        outlineID: 'pswp__icn-download',
      },
      onInit: (link) => {
        if (!(link instanceof HTMLAnchorElement)) return;
        pswp.on('change', () => {
          const photo = this.#list.photo(pswp.currIndex);
          link.hidden = photo?.original === undefined;
          if (photo?.original === undefined) return;
          link.href = root + photo.original;
          link.download = photo.name;
        });
      },
    });
    ui?.registerElement({
      name: 'caption',
      order: 9,
      isButton: false,
      appendTo: 'root',
      onInit: (caption) => {
        pswp.on('change', () => caption.replaceChildren(...this.#caption(pswp.currIndex)));
      },
    });
  }

  /** Name, time and, where photos of several albums are shown, the album. */
  #caption(index: number): Node[] {
    const photo = this.#list.photo(index);
    if (photo === undefined) return [];
    const { name, takenAt, album } = photo;
    const lines: Node[] = [element('bdi', { textContent: name })];
    const time = timeText(takenAt);
    if (time !== '') lines.push(element('span', { textContent: time }));
    if (album !== undefined && album.title !== '')
      lines.push(
        element(
          'a',
          { href: `${root}albums/${album.slug}.html` },
          element('bdi', { textContent: album.title }),
        ),
      );
    return lines;
  }

  #onChange(pswp: PhotoSwipe): void {
    const index = pswp.currIndex;
    const photo = this.#list.photo(index);
    if (photo === undefined) {
      this.#list
        .load(index)
        .then(
          () => this.#open === pswp && this.#list.photo(index) !== undefined && pswp.dispatch('change'),
          console.error,
        );
      return;
    }
    // Behind the open photo, so that closing leads back to it.
    this.#grid.reveal(index).catch((error: unknown) => console.error(error));
    liveRegion.textContent = `${withNumbers(words.position, index + 1, this.#list.count)}: ${describePhoto(photo)}`;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => replaceAddress(this.#addressOf(index, photo)), ADDRESS_DELAY_MS);
  }

  #onClose(): void {
    clearTimeout(this.#timer);
    liveRegion.textContent = '';
    if (this.#isStep) history.back();
    else if (addressed() !== undefined) replaceAddress(address());
    this.#isStep = false;
  }

  #onDestroyed(index: number): void {
    this.#open = undefined;
    document.documentElement.classList.remove(VIEWING);
    document.dispatchEvent(new Event(CLOSED));
    for (const behind of document.body.children) if (behind instanceof HTMLElement) behind.inert = false;
    // To the photo that was looked at last, which need not be the first.
    this.#grid
      .reveal(index)
      .then(() => {
        this.#grid.link(index)?.focus({ preventScroll: true });
        history.scrollRestoration = 'auto';
      })
      .catch((error: unknown) => console.error(error));
  }

  #addressOf(index: number, { id }: Photo): string {
    return addressWith({ id, near: index < PAGE_PHOTOS ? 0 : index, album: this.#list.albumOf?.(index) });
  }
}

/** Everything that the open dialog covers. */
function behindOf(dialog: HTMLElement): HTMLElement[] {
  return [...document.body.children].filter(
    (each): each is HTMLElement => each instanceof HTMLElement && each !== dialog && each !== liveRegion,
  );
}
