// What the pages of a gallery show: folders as albums, all photos by time, in the reader's language.

import fs from 'node:fs';
import path from 'node:path';
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
import { makeJourney, runThumbs, SIZES, writeGalleryPhotos } from '../../support/gallery/photos.js';

const journey = browsedGallery(async (folder) => {
  await makeJourney(folder);
  expect(await runThumbs(folder, ['gallery'])).toMatchObject({
    stderr: expect.stringContaining('0 files written'),
  });
});

const TITLE = 'Tom & Jerry’s <i>best</i>';
const STYLES = 'h1 { color: rgb(1, 2, 3) }';

/** Two folders of the same name, with a title, styles, originals and a page of failed photos. */
const roots = browsedGallery(async (folder) => {
  await writeGalleryPhotos(folder, {
    'phone/DCIM/a.jpg': {},
    'camera/DCIM/b.jpg': {},
    'camera/DCIM/100/c.jpg': {},
  });
  fs.writeFileSync(path.join(folder, 'camera/DCIM/empty.jpg'), '');
  fs.writeFileSync(path.join(folder, 'own.css'), STYLES);
  await runThumbs(folder, ['phone/DCIM', 'camera/DCIM', '-w', '1', ...SIZES], 1);
  const options = ['--title', TITLE, '--css', 'own.css', '--failed-page', '--originals'];
  const { stderr } = await runThumbs(folder, ['gallery', ...options]);
  expect(stderr).toContain(
    '3 originals in the gallery, with all that cameras wrote into them, such as GPS positions',
  );
  // A later call keeps what the first was asked for.
  await runThumbs(folder, ['gallery']);
});

/** Texts of the cards: title, then figures. */
function cards(page: Page): Promise<string[]> {
  return page.locator('.albums a').allInnerTexts();
}

async function expectPictures(page: Page): Promise<void> {
  const broken = () =>
    page
      .locator('img')
      .evaluateAll(
        (images) => images.filter((image) => (image as HTMLImageElement).naturalWidth === 0).length,
      );
  await eventually(broken).toBe(0);
}

for (const way of WAYS) {
  testInChromium(`the first page counts the photos of each folder and shows its own (${way})`, async () => {
    const page = await journey.openPhotos('index.html', { way });
    expect(await page.title()).toBe('photos');
    expect(await page.locator('main > .figures').innerText()).toBe(
      '11 photos · July 3, 2022 – March 1, 2024',
    );
    expect(await cards(page)).toEqual(['Italy\n7 photos · 2023', 'Österreich\n2 photos · 2024']);
    expect(await shownNames(page)).toEqual(['harbour.jpg, July 3, 2022', 'meadow.jpg']);
    await expectPictures(page);
  });

  testInChromium(`folders in folders are albums in albums, with the way back (${way})`, async () => {
    const page = await journey.openPhotos('index.html', { way });
    await page.getByRole('link', { name: 'Italy' }).click();
    await page.getByRole('heading', { name: 'Italy', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Rome' }).click();
    await page.getByRole('heading', { name: 'Rome', level: 1 }).waitFor();
    expect(await page.title()).toBe('Rome – photos');
    const trail = page.getByRole('navigation', { name: 'Albums above' });
    expect(await trail.getByRole('link').allInnerTexts()).toEqual(['photos', 'Italy']);
    await trail.getByRole('link', { name: 'Italy' }).click();
    await page.getByRole('heading', { name: 'Italy', level: 1 }).waitFor();
    await page.getByRole('navigation', { name: 'Albums above' }).getByRole('link').click();
    await page.getByRole('heading', { name: 'photos', level: 1 }).waitFor();
    await photoLinks(page).first().waitFor();
  });

  testInChromium(
    `the timeline has all photos, the latest first, those without a date at the end (${way})`,
    async () => {
      const page = await journey.openPhotos('timeline.html', { way });
      expect(await page.locator('h2').allInnerTexts()).toEqual(['2024', '2023', '2022', 'Without a date']);
      expect((await shownNames(page)).map((text) => text.replace(/,.*/, ''))).toEqual([
        'Crème brûlée.jpg',
        'Größe.jpg',
        'cover.jpg',
        'forum.jpg',
        'IMG_10.jpg',
        'IMG_1.jpg',
        'IMG_2.jpg',
        'harbour.jpg',
        'view 10.jpg',
        'view 2.jpg',
        'meadow.jpg',
      ]);
    },
  );
}

testInChromium(
  'photos of an album are ordered by time, then by name with numbers by their values',
  async () => {
    const page = await journey.openPhotos('index.html');
    await page.getByRole('link', { name: 'Italy' }).click();
    await eventually(() => shownNames(page)).toEqual([
      'IMG_2.jpg, May 1, 2023',
      'IMG_1.jpg, May 2, 2023',
      'IMG_10.jpg, May 3, 2023',
      'view 2.jpg',
      'view 10.jpg',
    ]);
  },
);

testInChromium(
  'the cover is the photo that is called so, else the first that is wider than high',
  async () => {
    const page = await journey.openPhotos('index.html');
    const coverOf = (album: string) =>
      page.getByRole('link', { name: album }).locator('img').getAttribute('src');
    const pictureOf = (name: string) => page.getByAltText(name).getAttribute('src');
    const italy = await coverOf('Italy');
    await page.getByRole('link', { name: 'Italy' }).click();
    await photoLinks(page).first().waitFor();
    expect(await pictureOf('IMG_1.jpg')).toBe(`../${italy}`);
    const rome = await coverOf('Rome');
    await page.getByRole('link', { name: 'Rome' }).click();
    await page.getByAltText('cover.jpg').waitFor();
    expect(await pictureOf('cover.jpg')).toBe(rome);
  },
);

testInChromium('the years of a timeline lead to their photos', async () => {
  const page = await journey.openPhotos('timeline.html', { viewport: { width: 300, height: 300 } });
  const years = page.getByRole('navigation', { name: 'Years' }).getByRole('link');
  expect(await years.allInnerTexts()).toEqual(['2024', '2023', '2022', 'Without a date']);
  for (const year of ['2022', '2023', 'Without a date']) {
    await years.getByText(year, { exact: true }).click();
    await eventually(() =>
      page.locator('h2', { hasText: year }).evaluate((heading) => {
        const { top, bottom } = heading.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      }),
    ).toBe(true);
  }
});

for (const { locale, albums, timeline, figures, described, undated } of [
  {
    locale: 'de-AT',
    albums: 'Alben',
    timeline: 'Zeitleiste',
    figures: /^11 Fotos · 3\. Juli 2022 – 1\. März 2024$/,
    described: 'harbour.jpg, 3. Juli 2022',
    undated: 'Ohne Datum',
  },
  {
    locale: 'fr-FR',
    albums: 'Albums',
    timeline: 'Chronologie',
    figures: /^11 photos · 3 juillet 2022 – 1 mars 2024$/,
    described: 'harbour.jpg, 3 juillet 2022',
    undated: 'Sans date',
  },
  {
    locale: 'sv-SE',
    albums: 'Albums',
    timeline: 'Timeline',
    figures: /^11 photos · 3 juli 2022–1 mars 2024$/,
    described: 'harbour.jpg, 3 juli 2022',
    undated: 'Without a date',
  },
])
  testInChromium(
    `words are in the reader's language where the gallery speaks it, dates always: ${locale}`,
    async () => {
      const page = await journey.openPhotos('index.html', { locale });
      const views = page.locator('nav.views a');
      expect(await views.allInnerTexts()).toEqual([albums, timeline]);
      expect((await page.locator('main > .figures').innerText()).replace(/\s/g, ' ')).toMatch(figures);
      expect(await shownNames(page)).toEqual([described, 'meadow.jpg']);
      expect(await page.locator('html').getAttribute('lang')).toBe(
        locale === 'sv-SE' ? 'en' : locale.slice(0, 2),
      );
      await views.nth(1).click();
      await page.getByRole('heading', { name: undated }).waitFor();
    },
  );

testInChromium('no time zone of the reader moves a photo to another day', async () => {
  for (const timezoneId of ['Asia/Tokyo', 'America/Los_Angeles']) {
    const page = await journey.openPhotos('timeline.html', { timezoneId, reducedMotion: 'reduce' });
    expect((await shownNames(page)).slice(0, 2)).toEqual([
      'Crème brûlée.jpg, March 1, 2024',
      'Größe.jpg, February 29, 2024',
    ]);
    await photoLinks(page).first().click();
    const time = page.locator('.pswp__caption > span');
    await eventually(() => time.innerText()).toMatch(/^March 1, 2024 at 12:00\sAM$/);
  }
});

testInChromium('each of several folders is an album, also where two have the same name', async () => {
  const page = await roots.open('index.html');
  expect(await cards(page)).toEqual(['DCIM\n2 photos', 'DCIM (2)\n1 photo']);
  await page.getByRole('link', { name: 'DCIM (2)' }).click();
  await eventually(() => shownNames(page)).toEqual(['a.jpg']);
});

testInChromium('title and styles are those that were asked for, also after a later call', async () => {
  const page = await roots.open('index.html');
  expect(await page.title()).toBe(TITLE);
  expect(await page.locator('h1').innerText()).toBe(TITLE);
  expect(await page.locator('h1').evaluate((heading) => getComputedStyle(heading).color)).toBe(
    'rgb(1, 2, 3)',
  );
});

testInChromium('failed photos have a page of their own, if it was asked for', async () => {
  const page = await roots.open('index.html');
  await page.getByRole('link', { name: 'Photos that could not be read' }).click();
  await eventually(() => page.locator('.failed li').allInnerTexts()).toEqual([
    expect.stringMatching(/^empty\.jpg\n.*CORRUPT: /),
  ]);
  const without = await journey.open('index.html');
  expect(await without.locator('footer').count()).toBe(0);
  expect(fs.readdirSync(journey.folder)).not.toContain('failed.html');
});

testInChromium('with originals the full view shows and offers the photo itself', async () => {
  const page = await roots.open('index.html');
  await page.getByRole('link', { name: 'DCIM (2)' }).click();
  await photoLinks(page).first().click();
  const offered = page.getByRole('link', { name: 'Download the original' });
  await offered.waitFor();
  expect(await offered.getAttribute('download')).toBe('a.jpg');
  const file = (await offered.getAttribute('href'))?.replace('../', '') ?? '';
  const original = path.join(path.dirname(roots.folder), 'phone/DCIM/a.jpg');
  expect(fs.readFileSync(path.join(roots.folder, file))).toEqual(fs.readFileSync(original));
  await eventually(() => page.locator('.pswp__img').first().getAttribute('src')).toBe(`../${file}`);
});
