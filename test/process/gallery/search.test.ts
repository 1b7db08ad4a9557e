// Search by the names of photos and folders.

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import {
  browsedGallery,
  eventually,
  photoLinks,
  shownNames,
  testInChromium,
  WAYS,
} from '../../support/gallery/browser.js';
import { makeJourney } from '../../support/gallery/photos.js';

const gallery = browsedGallery((folder) => makeJourney(folder));

/** What a search has found: how many, which albums, which photos. */
async function found(page: Page): Promise<[status: string, albums: string[], photos: string[]]> {
  const status = page.getByRole('status');
  const names = await shownNames(page);
  return [
    (await status.count()) === 0 ? '' : await status.innerText(),
    await page.locator('.found-albums a').allInnerTexts(),
    names.map((name) => name.replace(/, .*/, '')),
  ];
}

async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Search photos and albums by name' }).fill(text);
}

for (const way of WAYS)
  testInChromium(`a word finds the photos and albums in whose names it is (${way})`, async () => {
    const page = await gallery.openPhotos('index.html', { way });
    await search(page, 'img');
    await eventually(() => found(page)).toEqual(['3 photos', [], ['IMG_2.jpg', 'IMG_1.jpg', 'IMG_10.jpg']]);
    await search(page, 'rome');
    await eventually(() => found(page)).toEqual(['2 photos', ['Italy / Rome'], ['forum.jpg', 'cover.jpg']]);
    await page.getByRole('link', { name: 'Italy / Rome' }).click();
    await page.getByRole('heading', { name: 'Rome', level: 1 }).waitFor();
    await search(page, 'harbour');
    await eventually(() => found(page)).toEqual(['1 photo', [], ['harbour.jpg']]);
  });

testInChromium('of several words each is in the name of the photo or of an album around it', async () => {
  const page = await gallery.openPhotos('timeline.html');
  await search(page, 'cover italy');
  await eventually(() => found(page)).toEqual(['1 photo', [], ['cover.jpg']]);
  await search(page, ' italy  10 ');
  await eventually(() => found(page)).toEqual(['2 photos', [], ['IMG_10.jpg', 'view 10.jpg']]);
  await search(page, 'cover harbour');
  await eventually(() => found(page)).toEqual(['Nothing found', [], []]);
});

testInChromium('letter case and accents make no difference', async () => {
  const page = await gallery.openPhotos('index.html');
  await search(page, 'CREME brulee');
  await eventually(() => found(page)).toEqual(['1 photo', [], ['Crème brûlée.jpg']]);
  await search(page, 'ítaly img_10');
  await eventually(() => found(page)).toEqual(['1 photo', [], ['IMG_10.jpg']]);
  await search(page, 'osterreich größe');
  await eventually(() => found(page)).toEqual(['1 photo', [], ['Größe.jpg']]);
});

testInChromium('an empty field leads back to the page, where it was', async () => {
  const page = await gallery.openPhotos('timeline.html', { viewport: { width: 800, height: 300 } });
  await page.getByRole('heading', { name: '2022' }).scrollIntoViewIfNeeded();
  const scrolled = () => page.evaluate(() => Math.round(scrollY));
  const before = await scrolled();
  expect(before).toBeGreaterThan(0);
  const names = await shownNames(page);
  // By the keyboard: a click would scroll to the field first.
  await page.keyboard.press('/');
  await page.keyboard.type('rome');
  await eventually(() => found(page)).toEqual(['2 photos', ['Italy / Rome'], ['forum.jpg', 'cover.jpg']]);
  for (const _ of 'rome') await page.keyboard.press('Backspace');
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  await eventually(() => shownNames(page)).toEqual(expect.arrayContaining(names));
  expect(await page.getByRole('heading', { name: 'Search' }).count()).toBe(0);
  await eventually(scrolled).toBe(before);
});

testInChromium('a slash leads to the field, and is typed there', async () => {
  const page = await gallery.openPhotos('index.html');
  await page.keyboard.press('/');
  const field = page.getByRole('searchbox');
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await field.inputValue()).toBe('');
  await page.keyboard.type('a/b');
  expect(await field.inputValue()).toBe('a/b');
  await eventually(() => found(page)).toEqual(['Nothing found', [], []]);
});

testInChromium('Enter searches, too, and asks no server', async () => {
  const page = await gallery.openPhotos('index.html', { way: 'http' });
  const address = page.url();
  await search(page, 'forum');
  await page.keyboard.press('Enter');
  await eventually(() => found(page)).toEqual(['1 photo', [], ['forum.jpg']]);
  expect(page.url()).toBe(address);
});

testInChromium('the results are said in the reader’s language', async () => {
  const page = await gallery.openPhotos('index.html', { locale: 'de-DE' });
  await page.getByRole('searchbox', { name: 'Fotos und Alben nach Namen suchen' }).fill('img');
  await eventually(async () => (await found(page))[0]).toBe('3 Fotos');
  await page.getByRole('searchbox').fill('nirgends');
  await eventually(async () => (await found(page))[0]).toBe('Nichts gefunden');
  expect(await photoLinks(page).count()).toBe(0);
});

testInChromium(
  'what is found while a photo is open waits for its end, and Back closes the photo first',
  async () => {
    const page = await gallery.open('timeline.html', { way: 'http', reducedMotion: 'reduce' });
    await page.getByRole('link', { name: 'Albums' }).click();
    await photoLinks(page).first().waitFor();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/data/search.js*', async (route) => {
      await released;
      await route.continue();
    });
    await search(page, 'rome');
    await photoLinks(page).first().click();
    const dialog = page.getByRole('dialog', { name: 'Photo' });
    await dialog.waitFor();
    const loaded = page.waitForResponse(/search\.js/);
    release();
    await loaded;
    await page.goBack();
    await dialog.waitFor({ state: 'detached' });
    expect(page.url()).toBe(gallery.address('index.html', 'http'));
    await eventually(() => found(page)).toEqual(['2 photos', ['Italy / Rome'], ['forum.jpg', 'cover.jpg']]);
  },
);

testInChromium('the link that skips the bar leads to what was found', async () => {
  const page = await gallery.openPhotos('index.html');
  await search(page, 'rome');
  await page.getByRole('heading', { name: 'Search', level: 1 }).waitFor();
  await page.locator('a.skip').press('Enter');
  await eventually(() => page.evaluate(() => document.activeElement?.className)).toBe('results');
});
