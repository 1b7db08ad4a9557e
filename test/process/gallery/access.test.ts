// Pages that everybody can use: axe-core finds nothing serious.

import fs from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import {
  type BrowsedGallery,
  browsedGallery,
  photoLinks,
  testInChromium,
} from '../../support/gallery/browser.js';
import { makeJourney, runThumbs } from '../../support/gallery/photos.js';

const gallery: BrowsedGallery = browsedGallery(async (folder) => {
  await makeJourney(folder, '--failed-page', '--originals');
  expect(fs.existsSync(path.join(folder, 'gallery/failed.html'))).toBe(true);
  await runThumbs(folder, ['gallery']);
});

/** What axe-core finds of impact: `color-contrast: main > a`. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run({
      preload: false,
    } as object);
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      at: nodes.map(({ target }) => target.join(' ')),
    }));
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, at }) => `${id}: ${at.join(', ')}`);
}

const SCREENS = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 640 } };

for (const [screen, viewport] of Object.entries(SCREENS))
  for (const colorScheme of ['light', 'dark'] as const) {
    const options = { viewport, colorScheme, reducedMotion: 'reduce' } as const;

    testInChromium(`nothing serious on the pages, ${screen} and ${colorScheme}`, async () => {
      const page = await gallery.openPhotos('index.html', options);
      expect(await findings(page)).toEqual([]);
      await page.getByRole('link', { name: 'Italy' }).click();
      await page.getByRole('heading', { name: 'Italy', level: 1 }).waitFor();
      await photoLinks(page).first().waitFor();
      expect(await findings(page)).toEqual([]);
      await page.getByRole('link', { name: 'Photos that could not be read' }).click();
      await page.getByText('broken.jpg').waitFor();
      expect(await findings(page)).toEqual([]);
      await page.getByRole('link', { name: 'Timeline' }).click();
      await page.getByRole('heading', { name: '2024' }).waitFor();
      expect(await findings(page)).toEqual([]);
      await page.getByRole('searchbox').fill('rome');
      await page.getByRole('heading', { name: 'Search' }).waitFor();
      await photoLinks(page).first().waitFor();
      expect(await findings(page)).toEqual([]);
    });

    testInChromium(`nothing serious in the full view, ${screen} and ${colorScheme}`, async () => {
      const page = await gallery.openPhotos('timeline.html', options);
      await photoLinks(page).nth(2).click();
      await page.locator('.pswp--ui-visible .pswp__caption').getByText('cover.jpg').waitFor();
      expect(await findings(page)).toEqual([]);
    });
  }

testInChromium('axe-core finds what is wrong', async () => {
  const page = await gallery.openPhotos('index.html');
  await page.evaluate(() => {
    document.querySelector('main img')?.removeAttribute('alt');
  });
  expect(await findings(page)).toEqual([expect.stringMatching(/^image-alt: /)]);
});
