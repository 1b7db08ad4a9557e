// A gallery without its script: plain pages with links.

import { expect } from 'vitest';
import {
  type BrowsedGallery,
  browsedGallery,
  eventually,
  testInChromium,
  WAYS,
} from '../../support/gallery/browser.js';
import { makeJourney } from '../../support/gallery/photos.js';

const gallery: BrowsedGallery = browsedGallery((folder) => makeJourney(folder));

for (const way of WAYS)
  testInChromium(
    `without JavaScript albums are read, and photos lead to their pictures (${way})`,
    async () => {
      const page = await gallery.open('index.html', { way, javaScriptEnabled: false });
      expect(await page.locator('main > .figures').innerText()).toBe('11 photos · 2022-07-03 – 2024-03-01');
      expect(await page.getByRole('searchbox').isVisible()).toBe(false);
      await page.getByRole('link', { name: 'Italy' }).click();
      await page.getByRole('heading', { name: 'Italy', level: 1 }).waitFor();
      const photos = page.locator('.photos a');
      const names = await photos
        .locator('img')
        .evaluateAll((images) => images.map((image) => image.getAttribute('alt')));
      expect(names).toEqual([
        'IMG_2.jpg, 2023-05-01',
        'IMG_1.jpg, 2023-05-02',
        'IMG_10.jpg, 2023-05-03',
        'view 2.jpg',
        'view 10.jpg',
      ]);
      for (const photo of await photos.all()) {
        const box = await photo.boundingBox();
        expect([Math.round(box?.width ?? 0) > 50, Math.round(box?.height ?? 0) > 50]).toEqual([true, true]);
      }
      const address = (await photos.first().getAttribute('href')) ?? '';
      expect(address).toMatch(/^\.\.\/pictures\/[0-9a-f]{2}\/[0-9a-f]{14}\.png$/);
      // Over HTTP a browser would ask the host for an icon of the picture.
      if (way === 'http')
        return expect((await page.request.get(new URL(address, page.url()).href)).status()).toBe(200);
      await photos.first().click();
      await eventually(() => page.url()).toContain('/pictures/');
      expect(await page.locator('img').evaluate((image) => (image as HTMLImageElement).naturalHeight)).toBe(
        320,
      );
    },
  );

testInChromium('without JavaScript the timeline says what it needs, and leads to the albums', async () => {
  const page = await gallery.open('timeline.html', { javaScriptEnabled: false });
  expect(await page.locator('noscript p').innerText()).toContain('The timeline needs JavaScript.');
  await page.getByRole('link', { name: 'The albums' }).click();
  await page.getByRole('link', { name: 'Italy' }).waitFor();
});
