// The gallery's script: what a page can do beyond its HTML. Without it a page is a plain album.

import { addressed, isPhotoStep, replaceAddress } from './addresses.js';
import { translatePage, words } from './locale.js';
import { address, element, pageList, root } from './page.js';
import { type PhotoList, StoredList } from './photo-list.js';
import { enableSearch } from './search.js';
import { showPhotos, type Viewer } from './viewer.js';

/** The photos of the page's own list, where it has some. */
interface Shown {
  readonly list: StoredList;
  readonly viewer: Viewer;
}

leaveForAlbum();
translatePage();
const shown = pageList === undefined ? undefined : showList(pageList).catch(report);
/** While what a search has found is shown: its viewer. */
let found: Viewer | undefined;
const leaveSearch =
  document.querySelector('form.search') === null
    ? undefined
    : enableSearch((viewer) => {
        found = viewer;
      });

async function showList({
  key,
  version,
}: {
  readonly key: string;
  readonly version: string;
}): Promise<Shown | undefined> {
  const container = document.querySelector<HTMLElement>('main .photos');
  if (container === null) return undefined;
  leaveLaterPage();
  const list = await StoredList.open(key, version);
  await list.load(0);
  document.querySelector('nav.pages')?.remove();
  addYears(list, container);
  const { viewer } = showPhotos(container, list);
  await openAddressed({ list, viewer });
  return { list, viewer };
}

/** A photo that a search has found has an address with its album: that is where it is opened again. */
function leaveForAlbum(): void {
  const { id, album } = addressed() ?? {};
  if (album === undefined || album === pageList?.key) return;
  location.replace(`${root}${album === 'index' ? '' : 'albums/'}${album}.html#p${id}`);
}

/** Later pages of an album are for readers without the script: here the first has all photos. */
function leaveLaterPage(): void {
  const first = document.querySelector<HTMLAnchorElement>('nav.pages a');
  const isLater = first !== null && first.getAttribute('aria-current') === null;
  if (isLater) location.replace(first.href + location.hash);
}

/** Opens the photo that the address names, so that Back leads to its album. */
async function openAddressed({ list, viewer }: Shown): Promise<void> {
  const wanted = addressed();
  if (wanted === undefined) return;
  const index = await list.find(wanted.id, wanted.near);
  // The page was loaded anew while the photo was open.
  if (index >= 0 && isPhotoStep()) {
    await viewer.follow(index);
    return;
  }
  if (replaceAddress(address(), null) && index >= 0) await viewer.open(index);
}

async function onHistory(): Promise<void> {
  const wanted = addressed();
  if (found !== undefined) {
    // What was looked at is loaded.
    const index = wanted === undefined ? -1 : found.indexOf(wanted.id);
    if (wanted === undefined) found.closeByHistory();
    else if (index >= 0) await found.follow(index);
    if (wanted === undefined || index >= 0 || found.isOpen) return;
    // The address of a photo of the page was typed, or followed.
    leaveSearch?.();
  }
  const page = await shown;
  if (page === undefined) return;
  if (wanted === undefined) page.viewer.closeByHistory();
  else {
    const index = await page.list.find(wanted.id, wanted.near);
    if (index >= 0) await page.viewer.follow(index);
  }
}

window.addEventListener('popstate', () => {
  onHistory().catch(report);
});

/** Links to the years of a timeline. */
function addYears(list: PhotoList, container: HTMLElement): void {
  const years = [...new Set(list.sections.map(({ title }) => title.slice(0, 4)))];
  if (years.length < 2) return;
  const links = years.map((year) =>
    element(
      'li',
      {},
      element('a', { href: `#year-${year}`, textContent: year === '' ? words.undated : year }),
    ),
  );
  const nav = element('nav', { className: 'years' }, element('ol', {}, ...links));
  nav.setAttribute('aria-label', words.years);
  container.before(nav);
}

/** The page stays as it is without the script; the console says why. */
function report(error: unknown): undefined {
  console.error(error);
}
