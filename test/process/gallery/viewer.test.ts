// The full view: opened and left by mouse, keyboard, touch and the browser's history.

import fs from 'node:fs';
import path from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { expect } from 'vitest';
import {
  browsedGallery,
  eventually,
  type OpenOptions,
  photoLinks,
  shownNames,
  testInChromium,
  WAYS,
} from '../../support/gallery/browser.js';
import { makeJourney } from '../../support/gallery/photos.js';

const gallery = browsedGallery((folder) => makeJourney(folder));

/** The photos of the album Italy, in their order. */
const ITALY = ['IMG_2.jpg', 'IMG_1.jpg', 'IMG_10.jpg', 'view 2.jpg', 'view 10.jpg'];

/** What moves is of no interest to most tests. */
const STILL = { reducedMotion: 'reduce' } as const;

function viewer(page: Page) {
  return page.getByRole('dialog', { name: 'Photo' });
}

/** The name of the open photo; undefined when none is open. */
async function openName(page: Page): Promise<string | undefined> {
  const captions = await page.locator('.pswp__caption bdi').allInnerTexts();
  return captions[0];
}

function focusedName(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.querySelector('img')?.alt.replace(/,.*/, ''));
}

async function openItaly(options: OpenOptions = {}): Promise<Page> {
  const names = fs.readdirSync(path.join(gallery.folder, 'albums'));
  const name = names.find((each) => each.startsWith('italy-'));
  const page = await gallery.open(`albums/${name}`, { ...STILL, ...options });
  await eventually(async () => (await shownNames(page)).length).toBe(ITALY.length);
  return page;
}

/** Opens the album from the first page, so that there is a step before it. */
async function comeToItaly(options: OpenOptions = {}): Promise<Page> {
  const page = await gallery.open('index.html', { ...STILL, ...options });
  await page.getByRole('link', { name: 'Italy' }).click();
  await eventually(async () => (await shownNames(page)).length).toBe(ITALY.length);
  return page;
}

function photo(page: Page, name: string) {
  return photoLinks(page).filter({ has: page.locator(`img[alt^="${name}"]`) });
}

function hasAddress(page: Page): boolean {
  return /#p[0-9a-f]{12}$/.test(page.url());
}

for (const way of WAYS) {
  testInChromium(`a click opens a photo, and Back closes it and stays on the page (${way})`, async () => {
    const page = await comeToItaly({ way });
    const album = page.url();
    await photo(page, 'IMG_1.jpg').click();
    await eventually(() => openName(page)).toBe('IMG_1.jpg');
    expect(hasAddress(page)).toBe(true);
    await page.goBack();
    await eventually(() => viewer(page).count()).toBe(0);
    expect(page.url()).toBe(album);
    await page.goForward();
    await eventually(() => openName(page)).toBe('IMG_1.jpg');
    await page.goBack();
    await eventually(() => viewer(page).count()).toBe(0);
    await page.goBack();
    await page.getByRole('heading', { name: 'photos', level: 1 }).waitFor();
  });

  testInChromium(`the address of a photo opens it, and Back leads to its album (${way})`, async () => {
    const page = await openItaly({ way });
    const album = page.url();
    await photo(page, 'view 2.jpg').click();
    await eventually(() => openName(page)).toBe('view 2.jpg');
    const address = page.url();
    await page.goto('about:blank');
    await page.goto(address);
    await eventually(() => openName(page)).toBe('view 2.jpg');
    await page.goBack();
    await eventually(() => viewer(page).count()).toBe(0);
    expect(page.url()).toBe(album);
    await eventually(() => focusedName(page)).toBe('view 2.jpg');
  });
}

testInChromium('a photo that is not in the album, or not any more, opens nothing', async () => {
  const page = await openItaly();
  await page.goto(`${page.url()}#p0123456789ab`);
  await page.reload();
  await photoLinks(page).first().waitFor();
  await eventually(() => hasAddress(page)).toBe(false);
  expect(await viewer(page).count()).toBe(0);
});

testInChromium('arrows, Home and End go through the album, and Enter and Escape open and close', async () => {
  const page = await openItaly();
  const shows = async (key: string, name: string) => {
    await page.keyboard.press(key);
    await eventually(() => openName(page)).toBe(name);
  };
  await photo(page, 'IMG_2.jpg').focus();
  await shows('Enter', 'IMG_2.jpg');
  await shows('ArrowRight', 'IMG_1.jpg');
  await shows('ArrowRight', 'IMG_10.jpg');
  await shows('ArrowLeft', 'IMG_1.jpg');
  await shows('End', 'view 10.jpg');
  await shows('ArrowRight', 'view 10.jpg');
  await shows('Home', 'IMG_2.jpg');
  await shows('ArrowLeft', 'IMG_2.jpg');
  await page.keyboard.press('Escape');
  await eventually(() => viewer(page).count()).toBe(0);
  await eventually(() => focusedName(page)).toBe('IMG_2.jpg');
});

testInChromium('closing leads back to the photo that was looked at last, and so does Forward', async () => {
  const page = await openItaly({ viewport: { width: 320, height: 400 } });
  await photo(page, 'IMG_2.jpg').click();
  await eventually(() => openName(page)).toBe('IMG_2.jpg');
  const first = page.url();
  await page.keyboard.press('End');
  await eventually(() => openName(page)).toBe('view 10.jpg');
  await eventually(() => hasAddress(page) && page.url() !== first).toBe(true);
  await page.getByRole('button', { name: 'Close' }).click();
  await eventually(() => focusedName(page)).toBe('view 10.jpg');
  const isInSight = () =>
    photo(page, 'view 10.jpg').evaluate((link) => {
      const { top, bottom } = link.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
  await eventually(isInSight).toBe(true);
  await page.goForward();
  await eventually(() => openName(page)).toBe('view 10.jpg');
});

testInChromium(
  'opening, looking at many and closing by the button is one step of the history, taken back',
  async () => {
    const page = await comeToItaly();
    const album = page.url();
    const steps = () => page.evaluate(() => history.length);
    const before = await steps();
    await photo(page, 'IMG_2.jpg').click();
    for (const name of ITALY.slice(1)) {
      await page.getByRole('button', { name: 'Next photo' }).click();
      await eventually(() => openName(page)).toBe(name);
    }
    await page.getByRole('button', { name: 'Close' }).click();
    await eventually(() => page.url()).toBe(album);
    expect(await steps()).toBe(before + 1);
    await page.goBack();
    await page.getByRole('heading', { name: 'photos', level: 1 }).waitFor();
  },
);

/** Goes one step back in the history and, as soon as the page has noticed, forward again. */
function goBackAndForward(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let steps = 0;
        addEventListener('popstate', () => {
          steps += 1;
          if (steps === 1) history.forward();
          else if (steps === 2) resolve();
        });
        history.back();
      }),
  );
}

for (const when of ['opens', 'closes'] as const)
  testInChromium(
    `Back and Forward while the view still ${when} leave it open, as the address says`,
    async () => {
      const page = await openItaly({ reducedMotion: 'no-preference' });
      // While the view opens, keys are ignored.
      const goTo = async (key: string) => {
        await page.keyboard.press(key);
        return openName(page);
      };
      await photo(page, 'IMG_1.jpg').click();
      if (when === 'closes') await eventually(() => goTo('End')).toBe('view 10.jpg');
      await goBackAndForward(page);
      await eventually(() => goTo('Home')).toBe('IMG_2.jpg');
      await eventually(() => goTo('End')).toBe('view 10.jpg');
      expect(hasAddress(page)).toBe(true);
      await page.goBack();
      await eventually(() => viewer(page).count()).toBe(0);
    },
  );

testInChromium('the view is a modal dialog that keeps the focus and says where the reader is', async () => {
  const page = await openItaly();
  await photo(page, 'IMG_1.jpg').click();
  await eventually(() => openName(page)).toBe('IMG_1.jpg');
  expect(await viewer(page).getAttribute('aria-modal')).toBe('true');
  expect(await page.locator('.pswp__counter').innerText()).toBe('2 / 5');
  const announced = page.locator('[aria-live=polite]').last();
  await eventually(() => announced.textContent()).toBe('2 of 5: IMG_1.jpg, May 2, 2023');
  const isInert = () =>
    page
      .locator('main')
      .first()
      .evaluate((main) => (main as HTMLElement).inert);
  expect(await isInert()).toBe(true);
  const reached = new Set<string>();
  for (let press = 0; press < 12; press += 1) {
    await page.keyboard.press(press < 8 ? 'Tab' : 'Shift+Tab');
    const focused = await page.evaluate(() => {
      const active = document.activeElement;
      const isInside = active === document.body || active?.closest('.pswp') !== null;
      return isInside ? (active?.getAttribute('title') ?? active?.tagName ?? '') : 'outside of the dialog';
    });
    reached.add(focused);
  }
  expect([...reached]).toEqual(expect.arrayContaining(['Close', 'Previous photo', 'Next photo']));
  expect([...reached]).not.toContain('outside of the dialog');
  await page.keyboard.press('ArrowRight');
  await eventually(() => announced.textContent()).toBe('3 of 5: IMG_10.jpg, May 3, 2023');
  await page.keyboard.press('Escape');
  await eventually(() => viewer(page).count()).toBe(0);
  await eventually(isInert).toBe(false);
});

testInChromium(
  'the caption has name and time in the reader’s language, and in the timeline the album',
  async () => {
    const page = await gallery.openPhotos('timeline.html', { ...STILL, locale: 'de-DE' });
    await photo(page, 'forum.jpg').click();
    const caption = page.locator('.pswp__caption');
    await eventually(() => caption.innerText()).toMatch(/^forum\.jpg\s+10\. Juni 2023 um 12:30\s+Rome$/);
    await caption.getByRole('link', { name: 'Rome' }).click();
    await page.getByRole('heading', { name: 'Rome', level: 1 }).waitFor();
  },
);

testInChromium(
  'photos that a search has found are gone through in their order, and Back leads to them',
  async () => {
    const page = await openItaly();
    await page.getByRole('searchbox').fill('IMG');
    await page.getByRole('heading', { name: 'Search' }).waitFor();
    await eventually(async () => (await shownNames(page)).length).toBe(3);
    await photoLinks(page).first().click();
    await eventually(() => openName(page)).toBe('IMG_2.jpg');
    expect(await page.locator('.pswp__counter').innerText()).toBe('1 / 3');
    await page.keyboard.press('ArrowRight');
    await eventually(() => openName(page)).toBe('IMG_1.jpg');
    await page.goBack();
    await eventually(() => viewer(page).count()).toBe(0);
    await eventually(() => focusedName(page)).toBe('IMG_1.jpg');
    expect(await photoLinks(page).count()).toBe(3);
  },
);

for (const way of WAYS)
  testInChromium(
    `the address of a photo that a search has found opens it in its album (${way})`,
    async () => {
      const page = await gallery.openPhotos('timeline.html', { ...STILL, way });
      for (const [name, album] of [
        ['view 10', 'Italy'],
        ['harbour', 'photos'],
      ] as const) {
        await page.getByRole('searchbox').fill(name);
        await eventually(async () => (await shownNames(page)).length).toBe(1);
        await photoLinks(page).first().click();
        await eventually(() => openName(page)).toBe(`${name}.jpg`);
        const address = page.url();
        await page.goto('about:blank');
        await page.goto(address);
        await eventually(() => openName(page)).toBe(`${name}.jpg`);
        await page.goBack();
        await eventually(() => viewer(page).count()).toBe(0);
        await page.getByRole('heading', { name: album, level: 1 }).waitFor();
      }
    },
  );

testInChromium('closing stays at the photo, also where the address names a year', async () => {
  const page = await gallery.openPhotos('timeline.html', { ...STILL, viewport: { width: 400, height: 300 } });
  await page.getByRole('navigation', { name: 'Years' }).getByRole('link', { name: '2022' }).click();
  await eventually(() => page.url()).toContain('#year-2022');
  await photo(page, 'forum.jpg').scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  await photo(page, 'forum.jpg').click();
  await eventually(() => openName(page)).toBe('forum.jpg');
  await page.getByRole('button', { name: 'Close' }).click();
  await eventually(() => focusedName(page)).toBe('forum.jpg');
  await eventually(() => page.url()).toContain('#year-2022');
  expect(await page.evaluate(() => scrollY)).toBe(before);
});

testInChromium('Forward opens again what was found', async () => {
  const page = await openItaly();
  await page.getByRole('searchbox').fill('IMG');
  await eventually(async () => (await shownNames(page)).length).toBe(3);
  await photoLinks(page).first().click();
  await eventually(() => openName(page)).toBe('IMG_2.jpg');
  await page.goBack();
  await eventually(() => viewer(page).count()).toBe(0);
  await page.goForward();
  await eventually(() => openName(page)).toBe('IMG_2.jpg');
});

testInChromium('a picture that cannot be loaded says so, and the next one is shown', async () => {
  const page = await openItaly({ way: 'http', expected: [/^failed: /, /^console: Failed to load/] });
  const link = photo(page, 'IMG_1.jpg');
  const full = (await link.getAttribute('href'))?.replace('../', '') ?? '';
  await page.route(`**/${full}`, (route) => route.abort());
  await link.click();
  await page.getByText('The picture cannot be loaded').first().waitFor();
  await page.keyboard.press('ArrowRight');
  await eventually(() => openName(page)).toBe('IMG_10.jpg');
  const isShown = () =>
    page
      .locator('.pswp__item[aria-hidden=false] .pswp__img')
      .evaluateAll((images) => images.some((image) => (image as HTMLImageElement).naturalWidth === 320));
  await eventually(isShown).toBe(true);
});

for (const reducedMotion of ['no-preference', 'reduce'] as const)
  testInChromium(
    `opening and closing ${reducedMotion === 'reduce' ? 'jump' : 'move'}, where the reader says ${reducedMotion}`,
    async () => {
      const page = await openItaly({ reducedMotion });
      await page.evaluate(() => {
        document.addEventListener('transitionrun', ({ target }) => {
          if (target instanceof Element && target.closest('.pswp') !== null)
            document.body.dataset.moved = 'yes';
        });
      });
      await photo(page, 'IMG_1.jpg').click();
      await eventually(() => openName(page)).toBe('IMG_1.jpg');
      // While the view opens, keys are ignored.
      await eventually(async () => {
        await page.keyboard.press('Escape');
        return viewer(page).count();
      }).toBe(0);
      const moved = await page.evaluate(() => document.body.dataset.moved ?? 'no');
      expect(moved).toBe(reducedMotion === 'reduce' ? 'no' : 'yes');
    },
  );

const PHONE = { viewport: { width: 240, height: 400 }, hasTouch: true, isMobile: true };

/** Moves one finger from one point to another. */
async function swipe(
  session: CDPSession,
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
): Promise<void> {
  const at = (part: number) => ({ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [from] });
  for (const part of [0.2, 0.4, 0.6, 0.8, 1])
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [at(part)] });
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** Moves two fingers apart. */
async function pinch(
  session: CDPSession,
  { x, y }: { readonly x: number; readonly y: number },
): Promise<void> {
  const apart = (pixels: number) => [
    { x: x - pixels, y },
    { x: x + pixels, y },
  ];
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: apart(30) });
  for (const pixels of [40, 50, 60, 70, 80])
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: apart(pixels) });
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

testInChromium(
  'on a touch screen a tap opens, a swipe goes on, a pinch enlarges, and a swipe down closes',
  async () => {
    const page = await openItaly(PHONE);
    await photo(page, 'IMG_2.jpg').tap();
    await eventually(() => openName(page)).toBe('IMG_2.jpg');
    await eventually(() => page.locator('.pswp--open').count()).toBe(1);
    const session = await page.context().newCDPSession(page);
    await swipe(session, { x: 200, y: 200 }, { x: 40, y: 205 });
    await eventually(() => openName(page)).toBe('IMG_1.jpg');
    await swipe(session, { x: 40, y: 200 }, { x: 200, y: 205 });
    await eventually(() => openName(page)).toBe('IMG_2.jpg');
    const width = async () => {
      const box = await page.locator('.pswp__item[aria-hidden=false] .pswp__img').last().boundingBox();
      return box?.width ?? 0;
    };
    const fitting = PHONE.viewport.width;
    await eventually(width).toBe(fitting);
    await pinch(session, { x: 120, y: 200 });
    await eventually(width).toBeGreaterThan(1.2 * fitting);
    await page.getByRole('button', { name: 'Close' }).tap();
    await eventually(() => viewer(page).count()).toBe(0);
    await photo(page, 'IMG_2.jpg').tap();
    await eventually(() => page.locator('.pswp--open').count()).toBe(1);
    await eventually(width).toBe(fitting);
    await swipe(session, { x: 120, y: 120 }, { x: 122, y: 360 });
    await eventually(() => viewer(page).count()).toBe(0);
  },
);

testInChromium('a page that is loaded anew with an open photo adds no step to the history', async () => {
  const page = await comeToItaly();
  await photo(page, 'IMG_1.jpg').click();
  await viewer(page).waitFor();
  const steps = await page.evaluate(() => history.length);
  for (const _ of [1, 2]) {
    await page.reload();
    await viewer(page).waitFor();
    await eventually(() => openName(page)).toBe('IMG_1.jpg');
  }
  expect(await page.evaluate(() => history.length)).toBe(steps);
  await page.goBack();
  await viewer(page).waitFor({ state: 'detached' });
  expect(hasAddress(page)).toBe(false);
  await page.goBack();
  await page.getByRole('heading', { name: 'Italy', level: 1 }).waitFor({ state: 'detached' });
});
