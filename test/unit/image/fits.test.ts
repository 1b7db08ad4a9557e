// The shapes of docs/variants.md: what inside, cover, contain and fill make of photos of every kind, in every format.

import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { mulberry32 } from '../../../scripts/painting/noise.js';
import { type RenderedThumbnail, renderThumbnails } from '../../../src/image/render.js';
import { outputFormatNames } from '../../../src/options/output-formats.js';
import { largestSize } from '../../../src/options/variant.js';
import { resolveVariants, type SizeOption } from '../../../src/options/variant-spec.js';
import { ORIENTATIONS, type Pixels, turnedFiles } from '../../support/images/upright/turned-files.js';

const FITS = ['inside', 'cover', 'contain', 'fill'] as const;

async function renderAll(photo: Buffer, specs: readonly SizeOption[]): Promise<readonly RenderedThumbnail[]> {
  const variants = resolveVariants(specs, {});
  return (await renderThumbnails(photo, { variants, maxPixels: 1e9 })).thumbnails;
}

async function render(photo: Buffer, spec: SizeOption): Promise<RenderedThumbnail> {
  const [thumbnail] = await renderAll(photo, [spec]);
  if (thumbnail === undefined) throw new RangeError('Expected a thumbnail');
  return thumbnail;
}

/** The colour of a pixel, RGBA; its place in parts of the width and the height. */
type ColourAt = (x: number, y: number) => readonly number[];

/** A thumbnail's pixels, in sRGB. */
async function pixelsOf({ bytes }: Pick<RenderedThumbnail, 'bytes'>): Promise<Pixels & { at: ColourAt }> {
  const image = sharp(bytes).toColourspace('srgb').ensureAlpha().raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const at: ColourAt = (x, y) => {
    const pixel = Math.floor(y * height) * width + Math.floor(x * width);
    return [...data.subarray(pixel * 4, pixel * 4 + 4)];
  };
  return { data, width, height, at };
}

/** @param tolerance Of each sample; what lossy formats lose. */
function expectColour(
  found: readonly number[],
  wanted: readonly number[],
  said: string,
  tolerance = 12,
): void {
  const differences = wanted.map((sample, index) => Math.abs(sample - (found[index] ?? Number.NaN)));
  expect(Math.max(...differences), `${said}: ${found} is not ${wanted}`).toBeLessThanOrEqual(tolerance);
}

function flat(width: number, height: number, background = '#2050c0'): Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** A picture whose pixels have the colours of a function of their place. */
function drawn(width: number, height: number, colour: (x: number, y: number) => readonly number[]): Pixels {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) data.set(colour(x / width, y / height), (y * width + x) * 3);
  return { data, width, height };
}

function asPng({ data, width, height }: Pixels): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

// [photo, spec, pixels of the thumbnail]
const TABLE: ReadonlyArray<readonly [photo: string, spec: string, size: string]> = [
  ['4000x3000', '300x300', '300x225'],
  ['4000x3000', '300x300,fit=cover', '300x300'],
  ['4000x3000', '300x300,fit=contain', '300x300'],
  ['4000x3000', '300x300,fit=fill', '300x300'],
  ['4000x3000', '300x300,enlarge', '300x225'],
  ['4000x3000', '300x', '300x225'],
  ['4000x3000', 'x300', '400x300'],
  ['100x50', '300x300', '100x50'],
  ['100x50', '300x300,fit=cover', '50x50'],
  ['100x50', '300x300,fit=contain', '300x300'],
  ['100x50', '300x300,fit=fill', '100x50'],
  ['100x50', '300x300,enlarge', '300x150'],
  ['100x50', '300x300,fit=cover,enlarge', '300x300'],
  ['100x50', '300x300,fit=contain,enlarge', '300x300'],
  ['100x50', '300x300,fit=fill,enlarge', '300x300'],
  ['100x50', '300x', '100x50'],
  ['100x50', 'x300', '100x50'],
  ['100x50', '300x,enlarge', '300x150'],
  ['100x50', 'x300,enlarge', '600x300'],
  // Longer than the box in one direction alone.
  ['1000x200', '300x300,fit=cover', '200x200'],
  ['1000x200', '400x200,fit=cover', '400x200'],
  ['1000x200', '300x300,fit=fill', '300x200'],
  ['1000x200', '300x300,fit=contain', '300x300'],
];

test('the sizes of the table in docs/variants.md, in each format', async () => {
  const photos = new Map<string, Buffer>();
  for (const [photo, spec, size] of TABLE) {
    const [width = 0, height = 0] = photo.split('x').map(Number);
    const file = photos.get(photo) ?? (await flat(width, height).jpeg().toBuffer());
    photos.set(photo, file);
    for (const format of outputFormatNames) {
      const thumbnail = await render(file, `${spec},format=${format}`);
      const stated = `${thumbnail.width}x${thumbnail.height}`;
      const decoded = await pixelsOf(thumbnail);
      expect([stated, `${decoded.width}x${decoded.height}`], `${photo} in ${spec} as ${format}`).toEqual([
        size,
        size,
      ]);
    }
  }
});

test('any photo in any box: the shape that its fit promises, nothing enlarged unasked, and never more pixels than were predicted', async () => {
  const random = mulberry32(16);
  const side = () => 1 + Math.floor(random() ** 2 * 150);
  for (let round = 0; round < 60; round += 1) {
    const photo = { width: side(), height: side() };
    const box = { width: side(), height: side() };
    const file = await flat(photo.width, photo.height).png().toBuffer();
    for (const fit of FITS)
      for (const enlarge of [false, true]) {
        const { variant, width, height } = await render(file, { ...box, fit, enlarge });
        const said = `${photo.width}x${photo.height}, ${fit} ${box.width}x${box.height}, enlarge ${enlarge}`;
        const wanted = sizeOf(photo, box, fit, enlarge);
        // Halves are rounded up or down.
        expect(Math.abs(width - wanted.width), `width of ${said}`).toBeLessThanOrEqual(0.51);
        expect(Math.abs(height - wanted.height), `height of ${said}`).toBeLessThanOrEqual(0.51);
        const largest = largestSize(variant, photo);
        expect(width <= largest.width && height <= largest.height, said).toBe(true);
      }
  }
});

/** Not rounded, and at least a pixel. */
function sizeOf(
  photo: Record<'width' | 'height', number>,
  box: Record<'width' | 'height', number>,
  fit: (typeof FITS)[number],
  enlarge: boolean,
): { width: number; height: number } {
  const most = enlarge ? Number.POSITIVE_INFINITY : 1;
  const [x, y] = [box.width / photo.width, box.height / photo.height];
  const scaled = ({ width, height }: typeof box, scale: number) => ({
    width: Math.max(1, width * scale),
    height: Math.max(1, height * scale),
  });
  if (fit === 'inside') return scaled(photo, Math.min(x, y, most));
  if (fit === 'cover') return scaled(box, enlarge ? 1 : Math.min(1, 1 / x, 1 / y));
  if (fit === 'contain') return box;
  return { width: photo.width * Math.min(x, most), height: photo.height * Math.min(y, most) };
}

const [RED, GREEN, BLUE] = [
  [220, 30, 30],
  [30, 180, 30],
  [30, 30, 220],
] as const;

/** Three squares side by side, or one above the other. */
const thirds = (part: number) => (part < 1 / 3 ? RED : part < 2 / 3 ? GREEN : BLUE);

test('a cover keeps the part that its position names, and the middle of the direction that it does not name', async () => {
  const lying = await asPng(drawn(900, 300, (x) => thirds(x)));
  const standing = await asPng(drawn(300, 900, (_, y) => thirds(y)));
  const kept = {
    centre: [GREEN, GREEN],
    left: [RED, GREEN],
    right: [BLUE, GREEN],
    top: [GREEN, RED],
    bottom: [GREEN, BLUE],
  } as const;
  for (const [position, colours] of Object.entries(kept))
    for (const [index, photo] of [lying, standing].entries()) {
      // Reduced, in its own size, and enlarged.
      for (const size of ['100x100', '300x300', '400x400', '400x400,enlarge']) {
        const spec = `${size},fit=cover,position=${position}`;
        const { at } = await pixelsOf(await render(photo, spec));
        for (const [x, y] of [
          [0.06, 0.06],
          [0.94, 0.94],
        ] as const)
          expectColour(at(x, y), colours[index] ?? [], `${spec} of photo ${index}`);
      }
    }
});

test('without a position a cover keeps the middle', async () => {
  const photo = await asPng(drawn(900, 300, (x) => thirds(x)));
  const thumbnails = await renderAll(photo, ['90x90,fit=cover', '90x90,fit=cover,position=centre,name=c']);
  expect(thumbnails[0]?.bytes.equals(thumbnails[1]?.bytes ?? Buffer.alloc(0))).toBe(true);
});

test('entropy and attention give the size asked for and keep an obvious detail, wherever it is', async () => {
  const random = mulberry32(4);
  for (const [position, colour] of [
    ['entropy', () => Array.from({ length: 3 }, () => random() * 255)],
    ['attention', () => RED],
  ] as const)
    for (const middle of [0.2, 0.5, 0.8]) {
      const isDetail = (x: number, y: number) => Math.abs(x - middle) < 0.08 && Math.abs(y - 0.5) < 0.3;
      const lying = drawn(900, 300, (x, y) => (isDetail(x, y) ? colour() : [128, 128, 128]));
      const standing = drawn(300, 900, (x, y) => (isDetail(y, x) ? colour() : [128, 128, 128]));
      for (const photo of [lying, standing])
        for (const box of ['90x90', '91x90', '300x300']) {
          const thumbnail = await render(await asPng(photo), `${box},fit=cover,position=${position}`);
          const found = await pixelsOf(thumbnail);
          expect(`${found.width}x${found.height}`).toBe(box);
          // The detail takes 0.48 x 0.6 of the square that is kept.
          const detail = countOf(found, (r, g, b) => Math.abs(r - g) + Math.abs(g - b) > 30);
          const share = detail / (found.width * found.height);
          expect(share, `${position} at ${middle} in ${box}`).toBeGreaterThan(0.1);
        }
    }
});

function countOf({ data }: Pixels, isCounted: (r: number, g: number, b: number) => boolean): number {
  let count = 0;
  for (let at = 0; at < data.length; at += 4)
    if (isCounted(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)) count += 1;
  return count;
}

/** Specs whose cuts and margins differ from one direction to the other; of a photo of 3:2. */
const TURNED_SPECS = [
  '120x120',
  '120x80,fit=fill',
  '71x50,fit=fill',
  ...['centre', 'top', 'right', 'bottom', 'left'].flatMap((position) => [
    `61x100,fit=cover,position=${position},name=standing-${position}`,
    `120x37,fit=cover,position=${position},name=lying-${position}`,
  ]),
  '60x120,fit=contain,background=#ff8000,name=contain-standing',
  '120x60,fit=contain,background=#ff8000,name=contain-lying',
];

/** Nine fields of different colours, softly one into the other. */
function fields(width: number, height: number): Pixels {
  const wave = (part: number, times: number) => 128 + 100 * Math.sin(part * times);
  return drawn(width, height, (x, y) => [wave(x, 4), wave(y, 3), wave(x + 2 * y, 2)]);
}

/** Root of the mean square of what the samples differ by. */
function rmsOf(one: Pixels, other: Pixels): number {
  expect(one.data.length).toBe(other.data.length);
  let sum = 0;
  for (let at = 0; at < one.data.length; at += 1) sum += ((one.data[at] ?? 0) - (other.data[at] ?? 0)) ** 2;
  return Math.sqrt(sum / one.data.length);
}

// Our own JPEG reader reads the first at a half to an eighth; libvips reads the second, which is reduced by less than 4.
for (const [size, upright] of [
  ['large', fields(720, 480)],
  ['small', fields(180, 120)],
] as const)
  test(`a ${size} photo that is stored turned has the thumbnails of the upright one, whatever its orientation and format`, async () => {
    const truth: Record<string, Pixels[]> = {};
    for (const orientation of ORIENTATIONS)
      for (const [format, file] of Object.entries(await turnedFiles(upright, orientation))) {
        const thumbnails = await renderAll(file, TURNED_SPECS);
        const found = await Promise.all(thumbnails.map(pixelsOf));
        truth[format] ??= found;
        for (const [index, pixels] of found.entries()) {
          const said = `${TURNED_SPECS[index]}, ${format}, orientation ${orientation}`;
          const wanted = truth[format][index];
          if (wanted === undefined) throw new RangeError('Expected the upright picture');
          expect(`${pixels.width}x${pixels.height}`, said).toBe(`${wanted.width}x${wanted.height}`);
          expect(rmsOf(pixels, wanted), said).toBeLessThan(2);
        }
      }
  });

test('contain fills up with the background asked for, and leaves the photo as it is', async () => {
  const photos = {
    colours: await flat(300, 100).png().toBuffer(),
    'grey PNG': await flat(300, 100, '#808080').toColourspace('b-w').png().toBuffer(),
    'grey JPEG': await flat(300, 100, '#808080').toColourspace('b-w').jpeg().toBuffer(),
    'grey with alpha': await sharp(Buffer.alloc(300 * 100, 128), {
      raw: { width: 300, height: 100, channels: 1 },
    })
      .joinChannel(Buffer.alloc(300 * 100, 255), { raw: { width: 300, height: 100, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer(),
    '16 bits': await flat(300, 100).toColourspace('rgb16').png().toBuffer(),
  };
  for (const [name, photo] of Object.entries(photos))
    for (const format of outputFormatNames) {
      const spec = `120x120,fit=contain,background=#ff8000,format=${format}`;
      const { at } = await pixelsOf(await render(photo, spec));
      for (const y of [0.05, 0.95]) expectColour(at(0.5, y), [255, 128, 0, 255], `${name}: ${spec}`);
      const wanted = name.includes('grey') ? [128, 128, 128, 255] : [32, 80, 192, 255];
      for (const x of [0.05, 0.95]) expectColour(at(x, 0.5), wanted, `${name}: ${spec}`);
    }
});

test('contain fills up with white as JPEG and with nothing in other formats, unless a colour is asked for', async () => {
  const photo = await flat(300, 100).png().toBuffer();
  const grey = await flat(300, 100, '#808080').toColourspace('b-w').png().toBuffer();
  for (const file of [photo, grey])
    for (const format of outputFormatNames) {
      const { at } = await pixelsOf(await render(file, `120x120,fit=contain,format=${format}`));
      if (format === 'jpeg') expectColour(at(0.5, 0.05), [255, 255, 255, 255], format);
      else expect(at(0.5, 0.05)[3], format).toBe(0);
      expect(at(0.5, 0.5)[3], format).toBe(255);
    }
});

test('contain may fill up with a colour that is half transparent', async () => {
  const photo = await flat(300, 100).png().toBuffer();
  const { at } = await pixelsOf(await render(photo, '120x120,fit=contain,background=#ff800080'));
  expectColour(at(0.5, 0.05), [255, 128, 0, 128], 'above', 1);
  expectColour(at(0.5, 0.5), [32, 80, 192, 255], 'middle', 1);
});

test('a photo that contain does not enlarge lies in the middle in its own size', async () => {
  const photo = await flat(20, 10).png().toBuffer();
  const found = await pixelsOf(await render(photo, '60x40,fit=contain,background=white'));
  expect(countOf(found, (r) => r === 32)).toBe(20 * 10);
  expectColour(found.at(0.5, 0.5), [32, 80, 192, 255], 'middle', 0);
  const corners = [
    [20 / 60, 15 / 40],
    [39 / 60, 24 / 40],
  ] as const;
  for (const [x, y] of corners) expectColour(found.at(x + 0.001, y + 0.001), [32, 80, 192, 255], 'corner', 0);
});

/** The left half transparent, the right half opaque; RGBA, or grey with alpha, of 8 or 16 bits. */
async function halfTransparent(channels: 2 | 4, isDeep: boolean): Promise<Buffer> {
  const [width, height] = [120, 60];
  const data = Buffer.alloc(width * height * channels, 64);
  for (let at = 0; at < width * height; at += 1)
    data[at * channels + channels - 1] = at % width < width / 2 ? 0 : 255;
  const image = sharp(data, { raw: { width, height, channels } });
  if (channels === 2)
    return await image
      .toColourspace(isDeep ? 'grey16' : 'b-w')
      .png()
      .toBuffer();
  return await (isDeep ? image.toColourspace('rgb16') : image).png().toBuffer();
}

test('JPEG has the background behind transparent pixels, white unless asked otherwise; other formats keep them', async () => {
  for (const channels of [4, 2] as const)
    for (const isDeep of [false, true]) {
      const photo = await halfTransparent(channels, isDeep);
      for (const fit of FITS)
        for (const [format, background, wanted] of [
          ['jpeg', '', [255, 255, 255, 255]],
          ['jpeg', ',background=#ff8000', [255, 128, 0, 255]],
          ['png', '', [0]],
          ['webp', '', [0]],
          ['avif', '', [0]],
        ] as const) {
          const spec = `60x30,fit=${fit},format=${format}${background}`;
          const said = `${channels} channels of ${isDeep ? 16 : 8} bits: ${spec}`;
          const { at } = await pixelsOf(await render(photo, spec));
          if (wanted.length === 1) expect(at(0.2, 0.5)[3], said).toBe(0);
          else expectColour(at(0.2, 0.5), wanted, said);
          expectColour(at(0.8, 0.5), [64, 64, 64, 255], said);
        }
    }
});

test('four inks, greys, 16 bits, palettes and animations have their colours in every shape and format', async () => {
  const rgb = flat(150, 100);
  const inks = await sharp(await rgb.clone().toColourspace('cmyk').tiff().toBuffer()).toBuffer();
  const photos: Record<string, readonly [photo: Buffer, colour: readonly number[]]> = {
    'four inks': [inks, await colourOf(inks)],
    grey: [await flat(150, 100, '#5a5a5a').toColourspace('b-w').jpeg().toBuffer(), [90, 90, 90]],
    'grey of 16 bits': [
      await flat(150, 100, '#5a5a5a').toColourspace('grey16').png().toBuffer(),
      [90, 90, 90],
    ],
    '16 bits': [await rgb.clone().toColourspace('rgb16').png().toBuffer(), [32, 80, 192]],
    palette: [await rgb.clone().png({ palette: true }).toBuffer(), [32, 80, 192]],
    GIF: [await rgb.clone().gif().toBuffer(), [32, 80, 192]],
  };
  for (const [name, [photo, colour]] of Object.entries(photos))
    for (const fit of FITS)
      for (const format of outputFormatNames) {
        const spec = `60x60,fit=${fit},format=${format}`;
        const found = await pixelsOf(await render(photo, spec));
        const height = fit === 'inside' ? 40 : 60;
        expect([found.width, found.height], `${name}: ${spec}`).toEqual([60, height]);
        expectColour(found.at(0.5, 0.5), [...colour, 255], `${name}: ${spec}`);
        expect((await sharp((await render(photo, spec)).bytes).metadata()).space, `${name}: ${spec}`).toMatch(
          /^(srgb|b-w)$/,
        );
      }
});

/** As libvips converts it. */
async function colourOf(file: Buffer): Promise<readonly number[]> {
  const data = await sharp(file).toColourspace('srgb').raw().toBuffer();
  return [...data.subarray(0, 3)];
}

test('a variant has the same bytes alone and beside others', async () => {
  const specs = FITS.flatMap((fit) =>
    outputFormatNames.map((format) => `50x40,fit=${fit},format=${format},enlarge`),
  );
  const others = ['400x400', '9x9,fit=cover,position=attention', '90x70,fit=contain,format=webp'];
  const rgb = fields(320, 240);
  const files = await turnedFiles(rgb, 6);
  const photos = {
    ...files,
    'half transparent': await halfTransparent(4, false),
    'grey with alpha': await halfTransparent(2, false),
    grey: await sharp(files.PNG).toColourspace('b-w').png().toBuffer(),
    'P3 with alpha': await sharp(await halfTransparent(4, false))
      .withIccProfile('p3')
      .png()
      .toBuffer(),
    'P3 AVIF': await sharp(files.PNG).withIccProfile('p3').avif({ effort: 0 }).toBuffer(),
    'progressive JPEG': await sharp(files.PNG).jpeg({ progressive: true }).toBuffer(),
  };
  for (const [name, photo] of Object.entries(photos)) {
    const together = await renderAll(photo, [...others, ...specs]);
    for (const [index, spec] of specs.entries()) {
      const alone = await render(photo, spec);
      expect(alone.sha256, `${name}: ${spec}`).toBe(together[index + others.length]?.sha256);
    }
  }
});
