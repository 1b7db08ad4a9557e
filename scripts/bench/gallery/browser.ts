// What a reader waits for, in Chromium: the first thumbnails of a page, and frames while it is scrolled from its beginning to its end.

import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

/** The script that measures in the page. */
const IN_PAGE = fileURLToPath(new URL('in-page.js', import.meta.url));

/** What scrolling a page from its beginning to its end took. */
interface Scrolled {
  /** Between two frames at most. */
  readonly longestFrameMs: number;
  readonly frames: number;
  /** Pixels of the page. */
  readonly height: number;
}

/** The figures of one page. */
export interface PageFigures extends Scrolled {
  /** From the start of the navigation until a thumbnail in the window is drawn. */
  readonly firstThumbnailMs: number;
  /** Until all in the window are. */
  readonly windowMs: number;
  /** Of every file that was loaded until then. */
  readonly bytes: number;
}

/** As a container's root needs them, and so that nothing is looked up in a network. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}

/** Opens a page in a browser without a cache. */
export async function measurePage(browser: Browser, file: string): Promise<PageFigures> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const bodies: Array<Promise<number>> = [];
  page.on('response', (response) => {
    const none = () => 0; // Of a request that was given up.
    bodies.push(response.body().then((body) => body.length, none));
  });
  await page.addInitScript({ path: IN_PAGE });
  await page.goto(pathToFileURL(file).href);
  const [firstThumbnailMs, windowMs] = await page.evaluate<readonly [number, number]>('measured.drawn');
  const bytes = (await Promise.all(bodies)).reduce((sum, length) => sum + length, 0);
  // Reading what is loaded while the page is scrolled would slow it down.
  page.removeAllListeners('response');
  const scrolled = await page.evaluate<Scrolled>('measured.scroll()');
  await context.close();
  return { firstThumbnailMs, windowMs, bytes, ...scrolled };
}
