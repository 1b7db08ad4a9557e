// Names of files and folders, titles and styles are untrusted: whatever is in them is shown as text, and nothing of it is executed.

import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { printable } from '../../../src/printable.js';
import { writeByteFile } from '../../support/byte-names.js';
import {
  type BrowsedGallery,
  browsedGallery,
  eventually,
  photoLinks,
  testInChromium,
  WAYS,
} from '../../support/gallery/browser.js';
import { runThumbs, SIZES, writeGalleryPhotos } from '../../support/gallery/photos.js';
import { jpeg } from '../../support/photos.js';

const LONG = 'long'.repeat(60);

/** Names of photos; each folder of the same name has one, too. */
const NAMES = [
  '<img src=x onerror=alert(1)>',
  '"><img src=x onerror=alert(1)>',
  '" onload="alert(1)" x="',
  "' onmouseover='alert(1)",
  '<!--',
  ']]>',
  '\'quotes\' & "quotes" &amp; &lt;b&gt;',
  'family \u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  'תמונה של הים',
  'صورة من البحر',
  'exe\u202egpj',
  'two\nlines\r',
  'javascript:alert(1)',
  '%2e%2e%2f%00',
  '#?&=+ ;',
  '$& $1 $` {n} $1{of}',
  '\\u003cb\\u003e \\',
  '\u2028\u2029\ufeff',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'index',
  'timeline',
  'con.',
  LONG,
];

/** A folder `<` or `"><` and in it a file: a slash cannot be in a name, but in a path. */
const PATHS = [
  '"><script>alert(1)</script><b>.jpg',
  '</script><script>alert(2)</script>.jpg',
  '</title></style><!--.jpg',
  `${LONG}/in/it.jpg`,
];

/** Not UTF-8. */
const BYTE_NAMES = ['caf\xe9 <b>.jpg', '\x95\\\x8e\x86.jpg'];

const TITLE = '</title><script>alert(3)</script>"\'&\u202e';

const gallery: BrowsedGallery = browsedGallery(async (folder) => {
  const photos = NAMES.flatMap((name) => [`${name}.jpg`, `${name}/in it.jpg`]);
  await writeGalleryPhotos(
    path.join(folder, 'photos'),
    Object.fromEntries([...photos, ...PATHS].map((name) => [name, {}])),
  );
  for (const name of BYTE_NAMES) writeByteFile(folder, `photos/${name}`, await jpeg(7, 40, 30));
  writeByteFile(folder, `photos/caf\xe9/${NAMES[0]}.jpg`, await jpeg(8, 40, 30));
  fs.writeFileSync(path.join(folder, 'photos', `${NAMES[1]} broken.jpg`), '');
  await runThumbs(folder, ['photos', ...SIZES], 1);
  await runThumbs(folder, ['gallery', '--title', TITLE, '--failed-page']);
});

/** Texts of elements as they are in the page, without what styles make of them. */
function texts(page: Page, selector: string): Promise<string[]> {
  return page
    .locator(selector)
    .evaluateAll((elements) => elements.map((element) => element.textContent ?? ''));
}

/** Names of the photos that have elements. */
function altTexts(page: Page): Promise<string[]> {
  return photoLinks(page)
    .locator('img')
    .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).alt));
}

function search(page: Page, text: string): Promise<void> {
  return page.getByRole('searchbox').fill(text);
}

/** Elements and attributes that no page of a gallery has. */
function intruders(page: Page): Promise<number> {
  return page.locator('[onerror], [onload], [onmouseover], script:not([src]), style, b, [src=x]').count();
}

const shownName = (name: string) => printable(name.toWellFormed());
const byName = (a: string, b: string) => (a < b ? -1 : 1);

for (const way of WAYS) {
  testInChromium(`names of photos and folders are shown as text, and their pages open (${way})`, async () => {
    const page = await gallery.openPhotos('index.html', { way });
    expect(await page.title()).toBe(printable(TITLE));
    expect(await texts(page, 'h1')).toEqual([printable(TITLE)]);
    const cards = await texts(page, '.albums .title');
    expect(cards).toEqual(expect.arrayContaining(NAMES.map(shownName)));
    const names = await altTexts(page);
    expect(names.sort(byName)).toEqual(
      [
        ...NAMES.map((name) => `${shownName(name)}.jpg`),
        'caf\ufffd <b>.jpg',
        '\ufffd\\\ufffd\ufffd.jpg',
      ].sort(byName),
    );
    expect(await intruders(page)).toBe(0);
    await page.locator('.albums a').first().click();
    await eventually(() => texts(page, 'h1')).toEqual([cards[0]]);
    await page.locator('.trail a').click();
    await eventually(() => texts(page, 'h1')).toEqual([printable(TITLE)]);
  });

  testInChromium(`a search finds a hostile name, and shows it as text (${way})`, async () => {
    const page = await gallery.openPhotos('index.html', { way });
    await search(page, 'script>alert(2)');
    await eventually(() => texts(page, '.found-albums bdi')).toEqual(['< / script><script>alert(2)<']);
    await page.locator('.found-albums a').click();
    await eventually(() => texts(page, 'h1')).toEqual(['script><script>alert(2)<']);
    expect(await intruders(page)).toBe(0);
  });
}

testInChromium('pages of albums open, and have their names as text', async () => {
  const page = await gallery.openPhotos('index.html');
  const cards = await texts(page, '.albums .title');
  const addresses = await page
    .locator('.albums a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  // Some of them, because each takes time: their addresses have nothing of the names.
  for (const [index, address] of addresses.entries()) {
    if (index % 4 !== 0) continue;
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    expect(await texts(page, 'h1')).toEqual([cards[index]]);
    expect(await intruders(page)).toBe(0);
  }
});

testInChromium('a search finds every name as it was typed', async () => {
  const page = await gallery.openPhotos('index.html');
  // What no field takes in is not typed.
  for (const name of NAMES.filter((each) => !/[\n\u202e\u2028]/.test(each))) {
    await search(page, name);
    await eventually(() => altTexts(page)).toContain(`${name}.jpg`);
    await eventually(() => texts(page, '.found-albums bdi')).toContain(name);
    expect(await intruders(page)).toBe(0);
  }
});

testInChromium(
  'the full view shows each name as text, and offers no address that a name has made',
  async () => {
    const page = await gallery.openPhotos('timeline.html', { reducedMotion: 'reduce' });
    const count = await photoLinks(page).count();
    expect(count).toBe(2 * NAMES.length + PATHS.length + BYTE_NAMES.length + 1);
    await photoLinks(page).first().click();
    const seen: string[] = [];
    for (let index = 1; index <= count; index += 1) {
      await eventually(() => texts(page, '.pswp__counter')).toEqual([`${index} / ${count}`]);
      seen.push(...(await texts(page, '.pswp__caption > bdi')));
      await page.keyboard.press('ArrowRight');
    }
    expect(seen).toEqual(expect.arrayContaining(NAMES.map((name) => `${shownName(name)}.jpg`)));
    expect(seen.length).toBe(count);
    expect(await intruders(page)).toBe(0);
  },
);

testInChromium('failed photos are listed as text', async () => {
  const page = await gallery.open('failed.html');
  expect(await texts(page, '.failed .title')).toEqual([`${NAMES[1]} broken.jpg`]);
  expect(await intruders(page)).toBe(0);
});

testInChromium('names are harmless without JavaScript, too', async () => {
  const page = await gallery.open('index.html', { javaScriptEnabled: false });
  expect(await texts(page, '.albums .title')).toEqual(expect.arrayContaining(NAMES.map(shownName)));
  expect(await intruders(page)).toBe(0);
});

testInChromium('a long name makes no page wider than a narrow screen', async () => {
  const viewport = { width: 320, height: 640 };
  const page = await gallery.openPhotos('index.html', { viewport, reducedMotion: 'reduce' });
  const hidden = () => page.evaluate(() => document.documentElement.scrollWidth - document.body.offsetWidth);
  expect(await hidden()).toBe(0);
  await page.locator('.albums a', { hasText: LONG }).click();
  await page.getByRole('heading', { name: LONG, level: 1 }).waitFor();
  expect(await hidden()).toBe(0);
  await page.locator('.albums a').click();
  await page.getByRole('heading', { name: 'in', level: 1 }).waitFor();
  expect(await hidden()).toBe(0);
  await search(page, `${LONG}.jpg`);
  await eventually(() => altTexts(page)).toEqual([`${LONG}.jpg`]);
  expect(await hidden()).toBe(0);
  await search(page, LONG);
  await page.locator('.found-albums a').first().waitFor();
  expect(await hidden()).toBe(0);
  await photoLinks(page).first().click();
  const caption = page.locator('.pswp--ui-visible .pswp__caption');
  await caption.waitFor();
  expect((await caption.boundingBox())?.width).toBeLessThanOrEqual(viewport.width);
  await page.goto(gallery.address('failed.html'));
  expect(await hidden()).toBe(0);
});

for (const way of WAYS) {
  testInChromium(
    `a script or style that gets into a page is not applied, and loads nothing (${way})`,
    async () => {
      const page = fs.readFileSync(path.join(gallery.folder, 'index.html'), 'utf8');
      const added = [
        '<script>document.title = "executed"</script>',
        '<img id="added" src="missing.svg" onerror="document.title = `executed`" style="position: fixed">',
        '<style>h1 { position: fixed }</style>',
        '<img src="https://example.org/a.png">',
        '<iframe src="timeline.html"></iframe>',
        '<a id="link" href="javascript:document.title = `executed`">link</a>',
        '<base href="https://example.org/">',
      ].join('\n');
      // In a folder of its own, so that the gallery stays as it is.
      const file = path.join(gallery.folder, `changed-${way}.html`);
      fs.writeFileSync(file, page.replace('</main>', `${added}</main>`));
      const opened = await gallery.open(`changed-${way}.html`, {
        way,
        expected: [
          /^console: Executing inline script violates/,
          /^console: Executing inline event handler violates/,
          /^console: Applying inline style violates/,
          /^console: Loading the image 'https:\/\/example.org/,
          /^console: Framing /,
          /^console: Running the JavaScript URL violates/,
          /base/,
          /missing\.svg/,
          /^console: Failed to load resource/,
        ],
      });
      await opened.locator('#link').click();
      expect(await opened.title()).toBe(printable(TITLE));
      for (const selector of ['#added', 'h1'])
        expect(await opened.locator(selector).evaluate((element) => getComputedStyle(element).position)).toBe(
          'static',
        );
      fs.rmSync(file);
    },
  );
}

/** Styles of the reader that ask for more than the folder. */
const STYLES =
  '@import "https://example.org/a.css"; h1 { background: url("https://example.org/b.png") } </style><script>alert(4)</script>';

testInChromium('styles of one’s own are a file, and load nothing from other hosts', async () => {
  const folder = path.dirname(gallery.folder);
  fs.writeFileSync(path.join(folder, 'own.css'), STYLES);
  await runThumbs(folder, ['gallery', '--css', 'own.css']);
  const page = await gallery.openPhotos('index.html', {
    expected: [/^console: Loading the stylesheet 'https:/, /^console: Loading the image 'https:/],
  });
  expect(await intruders(page)).toBe(0);
});
