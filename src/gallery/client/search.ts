// Search by name: every word that is typed is in the name of the photo, or of an album that it lies in.

import { loadData } from './data.js';
import type { SearchScript } from './format.js';
import { photoCount, withNumbers, words } from './locale.js';
import { element, required, root } from './page.js';
import { FoundList, StoredList } from './photo-list.js';
import type { Grid } from './rows/grid.js';
import { afterViewing, isViewing, showPhotos, type Viewer } from './viewer.js';

/** Photos that are shown of those found. */
const MOST_SHOWN = 2000;

/** So long after a key, a search begins. */
const PAUSE_MS = 120;

/** Text as it is compared: without letter case and accents. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

interface PlainAlbum {
  readonly slug: string;
  readonly title: string;
  readonly text: string;
  readonly names: readonly string[];
  readonly list: StoredList;
}

let albums: Promise<PlainAlbum[]> | undefined;

/** Loaded once, unless that failed. */
function loadedAlbums(): Promise<PlainAlbum[]> {
  albums ??= loadAlbums();
  return albums;
}

async function loadAlbums(): Promise<PlainAlbum[]> {
  const found: PlainAlbum[] = [];
  // The current minute: no page knows the version of the names.
  const version = Math.floor(Date.now() / 60_000).toString(36);
  for (let number = 0, more = true; more; number += 1) {
    const script = (await loadData(number === 0 ? 'search' : `search-${number}`, version)) as SearchScript;
    for (const [slug, title, names, ratios, listVersion] of script.albums) {
      const list = new StoredList(slug, listVersion, ratios, [{ title: '', count: names.length }]);
      found.push({ slug, title, text: plain(title), names: names.map(plain), list });
    }
    more = script.more;
  }
  return found;
}

interface Results {
  readonly albums: readonly PlainAlbum[];
  readonly photos: FoundList;
  /** Photos that were found, shown or not. */
  readonly count: number;
}

function search(all: readonly PlainAlbum[], query: string): Results {
  const wanted = plain(query).split(/\s+/).filter(Boolean);
  const shown: Array<{ readonly list: StoredList; readonly index: number }> = [];
  let count = 0;
  for (const { text, names, list } of all) {
    const missing = wanted.filter((word) => !text.includes(word));
    for (const [index, name] of names.entries()) {
      if (!missing.every((word) => name.includes(word))) continue;
      count += 1;
      if (shown.length < MOST_SHOWN) shown.push({ list, index });
    }
  }
  const titled = all.filter(({ title, text }) => title !== '' && wanted.every((word) => text.includes(word)));
  return { albums: titled, photos: new FoundList(shown), count };
}

/**
 * Makes the search field of the page work.
 * @param onShown Called with what the viewer of the results is, or undefined for none.
 * @returns Leaves the results for the page.
 */
export function enableSearch(onShown: (viewer: Viewer | undefined) => void): () => void {
  const form = required('form.search', HTMLFormElement);
  const field = required('form.search input', HTMLInputElement);
  const main = required('main', HTMLElement);
  const results = element('main', { className: 'results', hidden: true, tabIndex: -1 });
  const status = element('p', { className: 'figures' });
  status.setAttribute('role', 'status');
  main.after(results);
  form.hidden = false;
  let grid: Grid | undefined;
  let scrolled = 0;
  let timer = 0;
  let latest = '';

  const leave = () => {
    if (results.hidden) return;
    results.hidden = true;
    main.hidden = false;
    // The link that skips the bar leads to what is shown.
    [results.id, main.id] = ['', results.id];
    grid?.close();
    results.replaceChildren();
    onShown(undefined);
    window.scrollTo(0, scrolled);
  };

  const show = async (query: string) => {
    latest = query;
    const found = query === '' ? undefined : search(await loadedAlbums(), query);
    if (latest !== query) return;
    // Nothing is changed behind an open photo: its steps in the history belong to what is there.
    if (isViewing()) {
      afterViewing(start);
      return;
    }
    if (found === undefined) return leave();
    if (results.hidden) {
      scrolled = window.scrollY;
      [results.id, main.id] = [main.id, ''];
    }
    main.hidden = true;
    results.hidden = false;
    grid?.close();
    const photos = element('div', { className: 'photos' });
    results.replaceChildren(
      element('h1', { textContent: words.search }),
      status,
      albumLinks(found.albums),
      photos,
    );
    status.textContent = statusOf(found);
    window.scrollTo(0, 0);
    const shown = showPhotos(photos, found.photos);
    grid = shown.grid;
    onShown(shown.viewer);
  };

  const start = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      show(field.value.trim()).catch((error: unknown) => {
        albums = undefined;
        console.error(error);
      });
    }, PAUSE_MS);
  };
  field.addEventListener('input', start);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    start();
  });
  document.addEventListener('keydown', (event) => {
    if (isViewing() || event.target === field) return;
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
    }
  });
  // What a browser has kept in the field when it came back to the page.
  if (field.value !== '') start();
  return () => {
    field.value = '';
    leave();
  };
}

function statusOf({ albums: titled, photos, count }: Results): string {
  if (count === 0 && titled.length === 0) return words.nothingFound;
  const figures = photoCount(count);
  return photos.count === count ? figures : `${figures} (${withNumbers(words.firstOf, photos.count, count)})`;
}

const MOST_ALBUMS = 50;

function albumLinks(found: readonly PlainAlbum[]): HTMLElement {
  const items = found.slice(0, MOST_ALBUMS).map(({ slug, title }) => {
    const link = element('a', { href: `${root}albums/${slug}.html` }, element('bdi', { textContent: title }));
    return element('li', {}, link);
  });
  return element('ul', { className: 'found-albums', hidden: items.length === 0 }, ...items);
}
