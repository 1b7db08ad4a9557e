// An album of many photos: its pages without the script, and the one page that the script makes of them.

import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import {
  type BrowsedGallery,
  browsedGallery,
  eventually,
  photoLinks,
  shownNames,
  testInChromium,
  WAYS,
} from '../../support/gallery/browser.js';
import { runThumbs, writeManyPhotos } from '../../support/gallery/photos.js';

const PHOTOS = 4500;

/** Photos on a page without the script. */
const ON_PAGE = 200;
const PAGES = Math.ceil(PHOTOS / ON_PAGE);

const gallery: BrowsedGallery = browsedGallery(async (folder) => {
  await writeManyPhotos(folder, PHOTOS);
  await runThumbs(folder, ['gallery']);
});

/** The name of the photo with this number from 1, as the manifest has it. */
function nameOf(number: number): string {
  return `photo ${number}.jpg`;
}

/** The links of photos on a page without the script. */
function staticLinks(number: number): string[] {
  const name = number === 1 ? 'index.html' : `index-${number}.html`;
  const text = fs.readFileSync(path.join(gallery.folder, name), 'utf8');
  return [...text.matchAll(/ id="(p[0-9a-f]{12})"/g)].map(([, id = '']) => id);
}

function viewerName(page: Page): Promise<string[]> {
  return page.locator('.pswp__caption bdi').allInnerTexts();
}

const STILL = { reducedMotion: 'reduce' } as const;

for (const way of WAYS) {
  testInChromium(`without JavaScript the pages of a large album have each photo once (${way})`, async () => {
    const page = await gallery.open('index.html', { way, javaScriptEnabled: false });
    const pages = page.getByRole('navigation', { name: 'Pages of this album' }).getByRole('link');
    expect(await pages.allInnerTexts()).toEqual(
      Array.from({ length: PAGES }, (_, index) => String(index + 1)),
    );
    await pages.getByText('2', { exact: true }).click();
    await page.locator('nav.pages a[aria-current=page]', { hasText: /^2$/ }).waitFor();
    const first = page.locator('.photos img').first();
    expect(await first.getAttribute('alt')).toMatch(new RegExp(`^photo ${ON_PAGE + 1}\\.jpg`));
    await pages.last().click();
    await eventually(() => page.locator('.photos a').count()).toBe(PHOTOS - (PAGES - 1) * ON_PAGE);
    const all = Array.from({ length: PAGES }, (_, index) => staticLinks(index + 1)).flat();
    expect(new Set(all).size).toBe(PHOTOS);
  });

  testInChromium(
    `with the script a later page leads to the first, and keeps the photo that was asked for (${way})`,
    async () => {
      const page = await gallery.openPhotos('index-3.html', { way, ...STILL });
      await page.waitForURL(gallery.address('index.html', way));
      await photoLinks(page).first().waitFor();
      expect(await page.getByRole('navigation', { name: 'Pages of this album' }).count()).toBe(0);
      const [wanted = ''] = staticLinks(3);
      await page.goto('about:blank');
      await page.goto(`${gallery.address('index-3.html', way)}#${wanted}`);
      await eventually(() => viewerName(page)).toEqual([nameOf(2 * ON_PAGE + 1)]);
      await page.goBack();
      await eventually(() => page.getByRole('dialog').count()).toBe(0);
      expect(page.url()).toBe(gallery.address('index.html', way));
      // The later page is no step of the history.
      await page.goBack();
      await eventually(() => page.url()).toBe('about:blank');
    },
  );

  testInChromium(`the end of the page shows the last photo, without those before it (${way})`, async () => {
    const page = await gallery.openPhotos('index.html', { way });
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const last = page.getByAltText(`${nameOf(PHOTOS)},`);
    await eventually(() =>
      last.evaluate((image) => image.getBoundingClientRect().bottom <= innerHeight),
    ).toBe(true);
    await eventually(() =>
      last.evaluate((image) => (image as HTMLImageElement).naturalWidth),
    ).toBeGreaterThan(0);
    expect(await photoLinks(page).count()).toBeLessThan(PHOTOS / 4);
  });

  testInChromium(
    `the address of the last photo opens it, and leads to its place in the page (${way})`,
    async () => {
      const wanted = staticLinks(PAGES).at(-1) ?? '';
      const page = await gallery.open(`index.html#${wanted}.${PHOTOS - 1}`, { way, ...STILL });
      await eventually(() => viewerName(page)).toEqual([nameOf(PHOTOS)]);
      expect(await page.locator('.pswp__counter').innerText()).toBe(`${PHOTOS} / ${PHOTOS}`);
      await page.keyboard.press('ArrowLeft');
      await eventually(() => viewerName(page)).toEqual([nameOf(PHOTOS - 1)]);
      await page.keyboard.press('Escape');
      await eventually(() => page.getByRole('dialog').count()).toBe(0);
      const focused = () => page.evaluate(() => document.activeElement?.querySelector('img')?.alt ?? '');
      await eventually(focused).toContain(`${nameOf(PHOTOS - 1)},`);
    },
  );
}

testInChromium(
  'a reader who scrolls through the whole album sees every photo, and never has all in memory',
  async () => {
    const page = await gallery.openPhotos('index.html');
    const { seen, most } = await page.evaluate(async () => {
      const names = new Set<string>();
      let elements = 0;
      for (const group of document.querySelectorAll('.group')) {
        group.scrollIntoView();
        while (group.childElementCount === 0) await new Promise(requestAnimationFrame);
        for (const link of group.querySelectorAll('a')) names.add(link.id);
        elements = Math.max(elements, document.querySelectorAll('.group a').length);
      }
      return { seen: names.size, most: elements };
    });
    expect(seen).toBe(PHOTOS);
    expect(most).toBeLessThan(0.75 * PHOTOS);
  },
);

testInChromium(
  'End in the full view of the first photo shows the last, whose data are loaded then',
  async () => {
    const page = await gallery.openPhotos('index.html', STILL);
    await photoLinks(page).first().click();
    await eventually(() => viewerName(page)).toEqual([nameOf(1)]);
    await page.keyboard.press('End');
    await eventually(() => viewerName(page)).toEqual([nameOf(PHOTOS)]);
    const isShown = () =>
      page
        .locator('.pswp__item[aria-hidden=false] .pswp__img')
        .evaluateAll((images) => images.some((image) => (image as HTMLImageElement).naturalWidth > 0));
    await eventually(isShown).toBe(true);
  },
);

testInChromium('the timeline of many photos has months, and loads what is in sight alone', async () => {
  const page = await gallery.openPhotos('timeline.html', { locale: 'de-DE' });
  const months = await page.locator('h2').allInnerTexts();
  expect([months.length, months[0], months.at(-1)]).toEqual([15, 'März 2025', 'Januar 2024']);
  expect((await shownNames(page))[0]).toBe(`${nameOf(PHOTOS)}, 25. März 2025`);
  expect(await photoLinks(page).count()).toBeLessThan(PHOTOS / 2);
});

testInChromium('a search of many photos counts all, and shows them as they come into sight', async () => {
  const page = await gallery.openPhotos('index.html');
  await page.getByRole('searchbox').fill('photo');
  await eventually(() => page.getByRole('status').innerText()).toBe(
    '4,500 photos (the first 2,000 of 4,500)',
  );
  await page.getByRole('searchbox').fill('photo 449');
  // 449, 1449, 2449, 3449, 4449 and 4490 to 4499.
  await eventually(() => page.getByRole('status').innerText()).toBe('15 photos');
  await eventually(() => photoLinks(page).count()).toBe(15);
});
