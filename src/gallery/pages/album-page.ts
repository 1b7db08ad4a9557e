// The pages of an album: cards of the albums in it, and its own photos, some hundred on a page. The script joins these pages to one.

import { PAGE_PHOTOS } from '../client/format.js';
import type { Album } from '../contents/albums.js';
import { ratioOf, shownInFull } from '../contents/data.js';
import type { GalleryPhoto } from '../contents/photos.js';
import { type Page, rootFrom } from './frame.js';
import { type Html, type HtmlValue, html } from './html.js';

/** The path of an album's page. @param number From 0. */
export function albumFile({ slug, parent }: Album, number = 0): string {
  const name = number === 0 ? slug : `${slug}-${number + 1}`;
  return parent === undefined ? `${name}.html` : `albums/${name}.html`;
}

/** @param version That of the album's data. */
export function* albumPages(album: Album, version: string, siteTitle: string): Generator<Page> {
  const pages = Math.max(1, Math.ceil(album.photos.length / PAGE_PHOTOS));
  for (let number = 0; number < pages; number += 1) {
    const file = albumFile(album, number);
    const photos = album.photos.slice(number * PAGE_PHOTOS, (number + 1) * PAGE_PHOTOS);
    const isHome = album.parent === undefined;
    yield {
      file,
      title: isHome ? undefined : album.title,
      list: { key: album.slug, version },
      ...(isHome ? { current: 'albums' as const } : {}),
      main: html`${trail(album, file, siteTitle)}<h1><bdi>${isHome ? siteTitle : album.title}</bdi></h1>
${figures(album)}
${number === 0 && album.albums.length > 0 && cards(album, file)}${
  photos.length > 0 &&
  html`${
    album.albums.length > 0 &&
    html`<h2 data-text="photos">Photos</h2>
`
  }<div class="photos">${photos.map((photo) => photoLink(photo, file))}</div>
`
}${pages > 1 && pageLinks(album, number, pages, file)}`,
    };
  }
}

/** The albums that this one lies in. */
function trail(album: Album, file: string, siteTitle: string): HtmlValue {
  const above: Album[] = [];
  for (let { parent } = album; parent !== undefined; { parent } = parent) above.unshift(parent);
  if (above.length === 0) return undefined;
  const links = above.map(
    (each) =>
      html`<li><a href="${rootFrom(file)}${albumFile(each)}"><bdi>${each.parent === undefined ? siteTitle : each.title}</bdi></a></li>`,
  );
  return html`<nav class="trail" data-label="trail" aria-label="Albums above"><ol>${links}</ol></nav>
`;
}

function figures({ count, days }: Album): Html {
  return html`<p class="figures">${photoCount(count)}${days && html` · ${dayRange(days)}`}</p>`;
}

/** The script says it in the reader's language. */
function photoCount(count: number): Html {
  return html`<span data-count="${count}">${count === 1 ? '1 photo' : `${count} photos`}</span>`;
}

function dayRange([first, last]: readonly [string, string]): Html {
  const day = (text: string) => html`<time datetime="${text}">${text}</time>`;
  return first === last
    ? day(first)
    : html`<span data-range="${first}/${last}">${day(first)} – ${day(last)}</span>`;
}

function cards(album: Album, file: string): Html {
  const root = rootFrom(file);
  const items = album.albums.map((each) => {
    const { cover, title, count, days } = each;
    const picture =
      cover &&
      html`<img src="${root}${cover.file}" width="${cover.width}" height="${cover.height}" alt="" loading="lazy" decoding="async">`;
    return html`<li><a href="${root}${albumFile(each)}"><span class="cover">${picture}</span><bdi class="title">${title}</bdi><span class="figures">${photoCount(count)}${days && html` · ${years(days)}`}</span></a></li>
`;
  });
  return html`<ul class="albums">
${items}</ul>
`;
}

function years([first, last]: readonly [string, string]): string {
  const [from, to] = [first.slice(0, 4), last.slice(0, 4)];
  return from === to ? from : `${from}–${to}`;
}

function photoLink(photo: GalleryPhoto, file: string): Html {
  const root = rootFrom(file);
  const { small, larger, id, name, takenAt } = photo;
  const sources =
    larger &&
    html` srcset="${root}${small.file} ${small.width}w, ${root}${larger.file} ${larger.width}w" sizes="${small.width}px"`;
  const described = takenAt === undefined ? name : `${name}, ${takenAt.slice(0, 10)}`;
  return html`<a class="r${ratioClass(photo)}" id="p${id}" href="${root}${shownInFull(photo).file}"><img src="${root}${small.file}"${sources} width="${small.width}" height="${small.height}" alt="${described}" loading="lazy" decoding="async"></a>
`;
}

const RATIO_STEP = 5;

/** The photo's class in {@link ratioStyles}. */
function ratioClass(photo: GalleryPhoto): number {
  return Math.round(ratioOf(photo) / RATIO_STEP) * RATIO_STEP;
}

/**
 * Styles by which rows are filled without the script: an attribute with a style is against the pages' Content-Security-Policy, so there is a
 * class for each ratio, in steps of 0.05.
 */
export function ratioStyles(): string {
  const rules: string[] = [];
  for (let ratio = 30; ratio <= 400; ratio += RATIO_STEP)
    rules.push(
      `.photos .r${ratio}{flex:${ratio} 1 calc(var(--row-now)*${ratio / 100});aspect-ratio:${ratio}/100}`,
    );
  return `${rules.join('\n')}\n`;
}

function pageLinks(album: Album, number: number, pages: number, file: string): Html {
  const root = rootFrom(file);
  const links = Array.from({ length: pages }, (_, index) => {
    const current = index === number && html` aria-current="page"`;
    return html`<li><a href="${root}${albumFile(album, index)}"${current}>${index + 1}</a></li>`;
  });
  return html`<nav class="pages" data-label="pages" aria-label="Pages of this album"><ol>${links}</ol></nav>
`;
}
