// What all pages have: the head with its Content-Security-Policy, the bar with the gallery's title, and the footer.

import { type Html, type HtmlValue, html } from './html.js';

/** The gallery, as pages name it. */
export interface Site {
  readonly title: string;
  /** Paths in the gallery. */
  readonly assets: { readonly styles: readonly string[]; readonly script: string; readonly icon: string };
  /** Whether it has photos, and so a timeline and a search. */
  readonly hasPhotos: boolean;
  readonly hasFailedPage: boolean;
}

export interface Page {
  /** Its path in the gallery. */
  readonly file: string;
  /** Undefined for the gallery's own. */
  readonly title: string | undefined;
  /** The list of photos that the page shows; undefined for none. */
  readonly list?: { readonly key: string; readonly version: string };
  readonly current?: 'albums' | 'timeline' | 'failed';
  readonly main: Html;
}

/**
 * Nothing but the gallery's own files, and no script or style in a page. `data:` is for blurred placeholders, which the script draws. It
 * holds where a page is opened from a disk, too: there `'self'` is every file of it.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/** From a page back to the gallery's folder. */
export function rootFrom(file: string): string {
  return '../'.repeat(file.split('/').length - 1);
}

/** The text of the page's file. */
export function pageText(site: Site, page: Page): string {
  const root = rootFrom(page.file);
  const { title, assets, hasPhotos } = site;
  const data: HtmlValue =
    page.list && html` data-list="${page.list.key}" data-version="${page.list.version}"`;
  const link = (file: string, text: string, name: NonNullable<Page['current']>) =>
    html`<a href="${root}${file}"${page.current === name && html` aria-current="page"`} data-text="${name}">${text}</a>`;
  return html`<!doctype html>
<html lang="en" data-root="${root}"${data}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${page.title === undefined ? title : `${page.title} – ${title}`}</title>
<link rel="icon" href="${root}${assets.icon}">
${assets.styles.map((file) => html`<link rel="stylesheet" href="${root}${file}">\n`)}<script defer src="${root}${assets.script}"></script>
</head>
<body>
<a class="skip" href="#content" data-text="skip">Skip to the photos</a>
<header class="bar">
<a class="home" href="${root}index.html"><bdi>${title}</bdi></a>
<nav class="views" data-label="views" aria-label="Views">${link('index.html', 'Albums', 'albums')}${hasPhotos && link('timeline.html', 'Timeline', 'timeline')}</nav>
${
  hasPhotos &&
  html`<form class="search" role="search" hidden><input type="search" name="q" autocomplete="off" spellcheck="false" data-label="search" aria-label="Search photos and albums by name" data-placeholder="search" placeholder="Search"></form>`
}
</header>
<main id="content" tabindex="-1">
${page.main}
</main>
${
  site.hasFailedPage &&
  html`<footer><a href="${root}failed.html"${page.current === 'failed' && html` aria-current="page"`} data-text="failed">Photos that could not be read</a></footer>
`
}</body>
</html>
`.text;
}
