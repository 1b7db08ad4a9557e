// The example as its README says it, with the real command and the real Eleventy.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { damagedImages, projectFolder, sampleImages } from '../../support/paths.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { start } from '../../support/processes/processes.js';

const example = path.join(projectFolder, 'examples/eleventy');
const eleventy = path.join(projectFolder, 'node_modules/@11ty/eleventy/cmd.cjs');

const samples = ['alpha.png', 'panorama.jpg', 'smaller-than-the-box.png'];
const drawn = ['<b>&"quote".jpg', 'a/twin.jpg', 'b/twin.jpg', '{{ photo }} %2e.jpg'];
const damaged = ['truncated.jpg', 'zero-byte.jpg'];

/** By the clocks of the cameras the first is the newest. By the offsets the last is. */
const taken = [
  { title: 'evening', at: '2024-05-02T00:30:00+14:00', clock: /^2 May 2024\D+00:30$/ },
  { title: 'local', at: '2024-05-01T23:45:00', clock: /^1 May 2024\D+23:45$/ },
  { title: 'morning', at: '2024-05-01T12:30:05-12:00', clock: /^1 May 2024\D+12:30$/ },
];

/** In the order of the site: by time, then by path. */
const titles = [
  ...taken.map(({ title }) => title),
  ...['<b>&"quote"', 'twin', 'alpha', 'twin', 'panorama', 'smaller-than-the-box', '{{ photo }} %2e'],
];

test('the Eleventy example makes a page of every photo that has thumbnails, from the export alone', async () => {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  await writePhotos(photos);
  const site = copyOfExample(path.join(folder, 'site'));

  const made = await thumbs([...argumentsOf(site), photos], { cwd: site });
  expect(made).toMatchObject({ code: 1, stderr: expect.stringContaining(`${damaged.length} failed`) });
  fs.rmSync(photos, { recursive: true });
  // A zone in which no photo was taken: no time may be converted to it.
  const env = { TZ: 'America/New_York' };
  const built = await start(process.execPath, [eleventy, '--quiet'], { cwd: site, env }).finished;
  expect(built.code, built.stderr).toBe(0);

  const root = path.join(site, '_site');
  const published = fs.readdirSync(root, { recursive: true, encoding: 'utf8' });
  expect(published.filter((file) => /json|manifest/.test(file))).toEqual([]);
  const index = pageOf(root, '/');
  expect(imagesOf(index).map(({ alt }) => alt)).toEqual(titles);
  expect(imagesOf(index).map(({ loading }) => loading)).toEqual(
    titles.map((_, at) => (at === 0 ? undefined : 'lazy')),
  );
  const addresses = index.flatMap(({ name, attributes }) => (name === 'a' ? [attributes.href ?? ''] : []));
  const files = published.filter((file) => file.endsWith('.html')).sort();
  expect(files).toEqual(
    ['index.html', ...addresses.map((address) => `${address.slice(1)}index.html`)].sort(),
  );
  for (const address of addresses) expect(address).toMatch(/^\/photos\/[a-z0-9-]+\/$/);

  const pages = addresses.map((address) => pageOf(root, address));
  expect(pages.map((page) => textOf(page, 'title'))).toEqual(titles);
  expect(pages.map((page) => textOf(page, 'h1'))).toEqual(titles);
  expect(pages.slice(0, taken.length).map((page) => textOf(page, 'time'))).toEqual(
    taken.map(({ clock }) => expect.stringMatching(clock)),
  );
  const times = pages.map((page) => page.find(({ name }) => name === 'time')?.attributes.datetime);
  expect(times).toEqual(titles.map((_, at) => taken[at]?.at));
  for (const page of [index, ...pages]) await expectSoundPictures(root, page);

  const [small] = imagesOf(pages[titles.indexOf('smaller-than-the-box')] ?? []);
  expect(small?.srcset).toMatch(/^\S+ 120w$/);
  const [panorama] = imagesOf(pages[titles.indexOf('panorama')] ?? []);
  expect(panorama?.srcset?.split(', ').map((entry) => entry.split(' ')[1])).toEqual([
    '400w',
    '800w',
    '1600w',
  ]);
  // The placeholder would show through a picture with transparency.
  const withHandler = imagesOf(index).filter(({ onload }) => onload !== undefined);
  expect(withHandler.map(({ alt }) => alt)).toEqual(['alpha']);
});

async function writePhotos(folder: string): Promise<void> {
  for (const name of ['a', 'b']) fs.mkdirSync(path.join(folder, name), { recursive: true });
  for (const name of samples) fs.copyFileSync(path.join(sampleImages, name), path.join(folder, name));
  for (const name of damaged) fs.copyFileSync(path.join(damagedImages, name), path.join(folder, name));
  for (const [seed, name] of drawn.entries()) fs.writeFileSync(path.join(folder, name), await jpeg(seed));
  for (const [seed, { title, at }] of taken.entries()) {
    const [date = '', time = ''] = at.split('T');
    const exif = {
      DateTimeOriginal: `${date.replaceAll('-', ':')} ${time.slice(0, 8)}`,
      ...(time.length > 8 && { OffsetTimeOriginal: time.slice(8) }),
    };
    const photo = sharp(await jpeg(drawn.length + seed)).withExif({ IFD2: exif });
    await photo.jpeg().toFile(path.join(folder, `${title}.jpg`));
  }
}

/** Without what a developer has built in the example; with the packages of this project. */
function copyOfExample(folder: string): string {
  const ignored = fs.readFileSync(path.join(example, '.gitignore'), 'utf8').split('\n').filter(Boolean);
  const left = new Set(ignored.map((line) => path.join(example, line.replaceAll('/', ''))));
  fs.cpSync(example, folder, { recursive: true, filter: (file) => !left.has(file) });
  fs.symlinkSync(path.join(projectFolder, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

/** What follows the command in the script `thumbs` of the example. */
function argumentsOf(site: string): string[] {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(site, 'package.json'), 'utf8'));
  const [node, file, ...args] = scripts.thumbs.split(' ');
  expect([node, file]).toEqual(['node', '../../bin/thumbs.js']);
  return args;
}

/** A start tag, and the text up to the next tag. */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Partial<Record<string, string>>>;
  readonly text: string;
}

const VOID_ELEMENTS = new Set(['meta', 'link', 'source', 'img']);

/** The elements of a page. Fails where it is not written as strictly as XML: each tag closed, each attribute quoted, each `&` escaped. */
function pageOf(root: string, address: string): Element[] {
  const html = fs.readFileSync(path.join(root, address, 'index.html'), 'utf8');
  const [doctype = '', rest = ''] = html.split(/(?<=^<!doctype html>\n)/);
  expect(doctype).toBe('<!doctype html>\n');
  expect(html).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/);
  const elements: Element[] = [];
  const open: string[] = [];
  const left = rest.replaceAll(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"<>]*")*)>([^<>]*)/g,
    (_, slash: string, name: string, attributes: string, text: string) => {
      if (slash === '/') expect(open.pop(), address).toBe(name);
      else {
        const pairs = [...attributes.matchAll(/([a-z-]+)="([^"]*)"/g)];
        const entries = pairs.map(([, key = '', value = '']) => [key, unescaped(value)]);
        elements.push({ name, attributes: Object.fromEntries(entries), text: unescaped(text).trim() });
        expect(Object.keys(elements.at(-1)?.attributes ?? {})).toHaveLength(pairs.length);
        if (!VOID_ELEMENTS.has(name)) open.push(name);
      }
      return '';
    },
  );
  expect({ left, open }).toEqual({ left: '', open: [] });
  return elements;
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&([^;]+);/g, (_, name: string) => CHARACTERS[name] ?? '');
}

function textOf(page: readonly Element[], wanted: string): string | undefined {
  return page.find(({ name }) => name === wanted)?.text;
}

function imagesOf(page: readonly Element[]): Array<Element['attributes']> {
  return page.filter(({ name }) => name === 'img').map(({ attributes }) => attributes);
}

/** Every address leads to a file, every width is that of the file, and every image has a placeholder. */
async function expectSoundPictures(root: string, page: readonly Element[]): Promise<void> {
  for (const { name, attributes } of page) {
    const { href, src, srcset, type } = attributes;
    for (const address of [href, src]) {
      if (address === undefined) continue;
      expect(address).toMatch(/^\//);
      const file = path.join(root, address, address.endsWith('/') ? 'index.html' : '');
      expect(fs.existsSync(file), address).toBe(true);
    }
    if (srcset !== undefined) await expectRealWidths(root, srcset, name === 'img' ? 'image/jpeg' : type);
    if (name === 'img') await expectSoundImage(root, attributes);
  }
  const sources = page.filter(({ name }) => name === 'source').map(({ attributes }) => attributes.type);
  expect(sources).toEqual(imagesOf(page).flatMap(() => ['image/avif', 'image/webp']));
}

async function expectRealWidths(root: string, srcset: string, type: string | undefined): Promise<void> {
  const entries = srcset.split(', ').map((entry) => entry.split(' '));
  const widths: number[] = [];
  for (const [address = '', descriptor] of entries) {
    const { width, format } = await sharp(path.join(root, address)).metadata();
    expect({ descriptor, type }).toEqual({
      descriptor: `${width}w`,
      type: `image/${format === 'heif' ? 'avif' : format}`,
    });
    widths.push(width);
  }
  expect(widths).toEqual([...new Set(widths)].sort((a, b) => a - b));
}

async function expectSoundImage(
  root: string,
  { src = '', width, height, decoding, style = '' }: Element['attributes'],
): Promise<void> {
  const file = await sharp(path.join(root, src)).metadata();
  expect({ width, height, decoding }).toEqual({
    width: `${file.width}`,
    height: `${file.height}`,
    decoding: 'async',
  });
  const [, base64 = ''] =
    /^background: rgb\([\d ]+\/ [\d.]+\) url\(data:image\/png;base64,([A-Za-z0-9+/]+=*)\)/.exec(style) ?? [];
  const placeholder = await sharp(Buffer.from(base64, 'base64')).metadata();
  expect(Math.max(placeholder.width, placeholder.height)).toBe(32);
}
