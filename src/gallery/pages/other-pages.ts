// The timeline, which needs the script, and the list of failed photos.

import type { FailedPhoto } from '../contents/photos.js';
import type { Page } from './frame.js';
import { html } from './html.js';

export const TIMELINE_FILE = 'timeline.html';
export const FAILED_FILE = 'failed.html';

/** @param version That of the timeline's data. */
export function timelinePage(version: string): Page {
  return {
    file: TIMELINE_FILE,
    title: 'Timeline',
    list: { key: 'timeline', version },
    current: 'timeline',
    main: html`<h1 data-text="timeline">Timeline</h1>
<noscript><p>The timeline needs JavaScript. <a href="index.html">The albums</a> do not.</p></noscript>
<div class="photos"></div>`,
  };
}

export function failedPage(photos: readonly FailedPhoto[]): Page {
  const items = photos.map(
    ({ path, code, reason }) =>
      html`<li><bdi class="title">${path}</bdi><span class="reason">${code}: ${reason}</span></li>
`,
  );
  return {
    file: FAILED_FILE,
    title: 'Photos that could not be read',
    current: 'failed',
    main: html`<h1 data-text="failed">Photos that could not be read</h1>
<ul class="failed">
${items}</ul>`,
  };
}
