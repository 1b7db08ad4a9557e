// The ThumbHash of a photo: one whatever else is made of the photo, and like that of the way that ThumbHash's author describes.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash';
import { expect, test } from 'vitest';
import { locatePreviews, toPreview } from '../../../src/image/decoders/raw/preview.js';
import { readingsOf } from '../../../src/image/placeholder/placeholder.js';
import { renderThumbnails } from '../../../src/image/render.js';
import { resolveVariants } from '../../../src/options/variant-spec.js';
import { pixelsOf, type Samples, sizeOf } from '../../support/images/colour/chart.js';
import { greyFiles, rgbFiles } from '../../support/images/colour/charts.js';
import { jpegWithProfile, webpWithProfile } from '../../support/images/colour/files.js';
import { greyProfile, rgbProfile } from '../../support/images/colour/profiles.js';
import { greyOf, inSpace } from '../../support/images/colour/spaces.js';
import { picture } from '../../support/images/jpeg/pictures.js';
import { ORIENTATIONS, type Pixels, turnedFiles } from '../../support/images/upright/turned-files.js';
import { sampleImages } from '../../support/paths.js';

/** ThumbHash of a photo, made beside these variants, base64. */
async function hashOf(photo: Buffer, specs: readonly string[] = []): Promise<string> {
  const variants = specs.length === 0 ? [] : resolveVariants(specs, {});
  const { placeholder } = await renderThumbnails(photo, { variants, placeholder: true, maxPixels: 1e8 });
  if (placeholder === undefined) throw new RangeError('Expected a placeholder');
  return placeholder;
}

interface Reference {
  /** @default true */
  readonly isTurned?: boolean;
  /** @default true */
  readonly isConverted?: boolean;
}

/** By the reference way: the upright photo inside 100 x 100 pixels, sRGB, RGBA. Or by a wrong one. */
async function referenceOf(
  photo: Buffer,
  { isTurned = true, isConverted = true }: Reference = {},
): Promise<string> {
  const image = sharp(photo, { ignoreIcc: !isConverted });
  const { data, info } = await (isTurned ? image.autoOrient() : image)
    .resize(100, 100, { fit: 'inside' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64');
}

/** Samples of a picture are compared at this many places of each direction: two hashes may draw pictures whose sizes differ by a pixel. */
const PLACES = 24;

/** Root of the mean square of what the drawn pictures of two hashes differ by, on white and on black: 0 to 255. */
function distance(one: string, other: string): number {
  const [a, b] = [one, other].map((hash) => thumbHashToRGBA(Buffer.from(hash, 'base64')));
  if (a === undefined || b === undefined) throw new RangeError('Expected two hashes');
  // Another shape is another picture.
  if (Math.abs(a.w / a.h - b.w / b.h) > 0.2 * (a.w / a.h)) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let place = 0; place < PLACES * PLACES; place += 1) {
    const [x, y] = [((place % PLACES) + 0.5) / PLACES, (Math.floor(place / PLACES) + 0.5) / PLACES];
    for (const behind of [0, 255])
      for (let channel = 0; channel < 3; channel += 1)
        sum += (sampleOf(a, x, y, channel, behind) - sampleOf(b, x, y, channel, behind)) ** 2;
  }
  return Math.sqrt(sum / (PLACES * PLACES * 6));
}

function sampleOf(
  { w, h, rgba }: ReturnType<typeof thumbHashToRGBA>,
  x: number,
  y: number,
  channel: number,
  behind: number,
): number {
  const at = (Math.floor(y * h) * w + Math.floor(x * w)) * 4;
  const alpha = (rgba[at + 3] ?? 0) / 255;
  return (rgba[at + channel] ?? 0) * alpha + behind * (1 - alpha);
}

async function mountains(width: number, height: number): Promise<Pixels> {
  const { data } = await picture({ width, height, scene: 'mountains', seed: 3 });
  return { data: Buffer.from(data), width, height };
}

function sample(name: string): Buffer {
  return fs.readFileSync(path.join(sampleImages, name));
}

/** Every way on which a variant may be read: small and large, of a reduced picture and of the whole one, in another shape. */
const BESIDE: ReadonlyArray<readonly string[]> = [
  ['200x200'],
  ['60x', '900x,enlarge,format=jpeg', '500x500,fit=cover,position=entropy', '70x70,fit=contain,format=jpeg'],
];

/** The photo as a JPEG of more kinds than {@link turnedFiles} has. */
async function otherFiles(photo: Pixels): Promise<Readonly<Record<string, Buffer>>> {
  const { data, width, height } = photo;
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  return {
    'progressive JPEG': await image.clone().jpeg({ progressive: true }).toBuffer(),
    'JPEG with a profile': await image.clone().withIccProfile('p3').jpeg().toBuffer(),
    'grey JPEG': await image.clone().toColourspace('b-w').jpeg().toBuffer(),
    'PNG of 16 bits': await image.clone().toColourspace('rgb16').png().toBuffer(),
    'PNG with a profile': await image.clone().withIccProfile('p3').png().toBuffer(),
    'lossy WebP': await image.clone().webp().toBuffer(),
    AVIF: await image.clone().avif({ effort: 0 }).toBuffer(),
    GIF: await image.clone().gif({ effort: 1 }).toBuffer(),
  };
}

async function expectOneHash(name: string, photo: Buffer): Promise<void> {
  const alone = await hashOf(photo);
  for (const specs of BESIDE) expect(await hashOf(photo, specs), `${name} beside ${specs}`).toBe(alone);
}

for (const [width, height] of [
  [1000, 750],
  [700, 500],
  [240, 160],
  [20, 15],
] as const)
  test(`a photo of ${width} x ${height} has one placeholder, whichever variants are made beside it`, async () => {
    const photo = await mountains(width, height);
    for (const [name, file] of Object.entries({
      ...(await turnedFiles(photo, 6)),
      ...(await otherFiles(photo)),
    }))
      await expectOneHash(name, file);
  });

test('so have HEICs, RAW files and pictures with alpha', async () => {
  const names = ['flower.heic', 'embedded-thumbnail.heic', 'rotated.heic', 'raw.cr3', 'raw.nef'];
  for (const name of [...names, 'alpha.png', 'alpha.webp']) await expectOneHash(name, sample(name));
});

test('a RAW file that is read in parts has the placeholder of the whole file', async () => {
  for (const name of ['raw.cr3', 'raw.nef'])
    for (const specs of BESIDE) {
      const file = sample(name);
      const variants = resolveVariants(specs, {});
      const parts = {
        size: file.length,
        read: async (offset: number, length: number) => file.subarray(offset, offset + length),
      };
      const located = await locatePreviews(parts, readingsOf({ variants, placeholder: true }));
      const previews = located.map(({ located: one, variants: ofOne }) => {
        const { offset, length } = one.preview.part;
        return { preview: toPreview(one, file.subarray(offset, offset + length)), variants: ofOne };
      });
      const { placeholder } = await renderThumbnails(previews, {
        ...{ variants, placeholder: true, maxPixels: 1e8 },
      });
      expect(placeholder, `${name} beside ${specs}`).toBe(await hashOf(file));
    }
});

/** Measured: 13.2 at most, where one coarse wave of a hash is rounded to another level; 6.5 of most photos. */
const LIKE = 16;
/** What a wrong picture exceeds. */
const UNLIKE = 32;

test('it is like that of the reference way, in every format and at every size', async () => {
  for (const [width, height] of [
    [880, 660],
    [320, 240],
    [60, 40],
  ] as const) {
    const photo = await mountains(width, height);
    for (const [name, file] of Object.entries({
      ...(await turnedFiles(photo, 1)),
      ...(await otherFiles(photo)),
    }))
      expect(distance(await hashOf(file), await referenceOf(file)), `${name}, ${width}`).toBeLessThan(LIKE);
  }
  for (const name of fs
    .readdirSync(sampleImages)
    .filter((each) => /\.(?:jpg|png|webp|tif|gif|avif)$/i.test(each)))
    expect(distance(await hashOf(sample(name)), await referenceOf(sample(name))), name).toBeLessThan(LIKE);
});

test('it is that of the thumbnail of a HEIC and of a RAW file, which the reference way cannot read', async () => {
  for (const name of ['flower.heic', 'display-p3.heic', 'rotated.heic', 'raw.cr3', 'raw.nef']) {
    const variants = resolveVariants('100x100', {});
    const { thumbnails, placeholder = '' } = await renderThumbnails(sample(name), {
      variants,
      placeholder: true,
      maxPixels: 1e8,
    });
    const reference = await referenceOf(thumbnails[0]?.bytes ?? Buffer.alloc(0));
    expect(distance(placeholder, reference), name).toBeLessThan(LIKE);
  }
});

test('it is like that of a photo eight times as wide as high, and of one sixteen times as high as wide', async () => {
  for (const [width, height] of [
    [1600, 200],
    [100, 1600],
    [1200, 100],
  ] as const) {
    const file = (await turnedFiles(await mountains(width, height), 1)).PNG;
    expect(distance(await hashOf(file), await referenceOf(file)), `${width} x ${height}`).toBeLessThan(LIKE);
  }
});

/** Red from left to right, green from top to bottom: every turn makes another picture of it. */
function corners(width: number, height: number): Pixels {
  const data = Buffer.alloc(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [(pixel % width) / width, Math.floor(pixel / width) / height];
    data.set([x * 255, y * 255, 60], pixel * 3);
  }
  return { data, width, height };
}

test('it is that of the upright photo in all eight orientations', async () => {
  for (const [width, height] of [
    [800, 600],
    [300, 200],
  ] as const) {
    const photo = corners(width, height);
    const upright = await turnedFiles(photo, 1);
    for (const orientation of ORIENTATIONS) {
      const files = await turnedFiles(photo, orientation);
      for (const format of ['JPEG', 'PNG', 'WebP', 'TIFF'] as const) {
        const found = await hashOf(files[format]);
        const said = `${format}, orientation ${orientation}, ${width} pixels`;
        expect(distance(found, await hashOf(upright[format])), said).toBeLessThan(LIKE);
        if (orientation === 1) continue;
        const unturned = await referenceOf(files[format], { isTurned: false });
        expect(distance(found, unturned), `${said}, unturned`).toBeGreaterThan(UNLIKE);
      }
    }
  }
});

/** Left half red, right half green, as strong as sRGB has them. */
const VIVID = Array.from({ length: 24 }, (_, index) => (index % 6 < 3 ? [1, 0, 0] : [0, 1, 0]));

/** Read at a reduced size before their colours are converted. */
async function largeFiles(patches: readonly Samples[], profile: Buffer): Promise<Record<string, Buffer>> {
  const chart = { patches, side: 160 };
  const { channels, ...size } = sizeOf(chart);
  const isGrey = channels === 1;
  const raw = { ...size, channels: isGrey ? 1 : 3 } as const;
  const image = sharp(pixelsOf(chart, 8), { raw }).toColourspace(isGrey ? 'b-w' : 'srgb');
  const jpeg = await image.clone().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
  const webp = await image.clone().webp({ lossless: true, effort: 0 }).toBuffer();
  return {
    'large JPEG': jpegWithProfile(jpeg, profile),
    ...(isGrey ? {} : { 'large WebP': webpWithProfile(webp, size, profile) }),
  };
}

async function expectConverted(
  files: Readonly<Record<string, Buffer>>,
  truth: string,
  profile: string,
): Promise<void> {
  for (const [name, file] of Object.entries(files)) {
    const found = await hashOf(file);
    expect(distance(found, truth), `${name}, ${profile}`).toBeLessThan(LIKE);
    const unconverted = await referenceOf(file, { isConverted: false });
    expect(distance(found, unconverted), `${name}, ${profile}, unconverted`).toBeGreaterThan(UNLIKE);
  }
}

test('its colours are those of the profile: Display P3, Adobe RGB and ProPhoto', async () => {
  const truth = await referenceOf((await rgbFiles(VIVID)).PNG ?? Buffer.alloc(0));
  for (const space of ['p3', 'a98rgb', 'prophoto'] as const) {
    const patches = VIVID.map((samples) => inSpace(space, samples));
    const profile = rgbProfile(space);
    const files = { ...(await rgbFiles(patches, profile)), ...(await largeFiles(patches, profile)) };
    await expectConverted(files, truth, space);
  }
});

test('its greys are those of the profile', async () => {
  const light = Array.from({ length: 24 }, (_, index) => (index % 6 < 3 ? 0.1 : 0.3));
  const greys = light.map((value) => Array.from({ length: 3 }, () => greyOf(value)));
  const truth = await referenceOf((await rgbFiles(greys)).PNG ?? Buffer.alloc(0));
  const linear = greyProfile((sample) => sample);
  const files = {
    ...(await greyFiles(light, linear)),
    ...(await largeFiles(
      light.map((value) => [value]),
      linear,
    )),
  };
  await expectConverted(files, truth, 'linear');
});

test('it has the alpha of the photo, and none where the photo has none', async () => {
  const { data, width, height } = await mountains(320, 240);
  const alpha = Buffer.from(
    Uint8Array.from({ length: width * height }, (_, at) => (at % width < 160 ? 0 : 255)),
  );
  const joined = sharp(data, { raw: { width, height, channels: 3 } }).joinChannel(alpha, {
    raw: { width, height, channels: 1 },
  });
  const files = {
    PNG: await joined.clone().png().toBuffer(),
    WebP: await joined.clone().webp({ lossless: true }).toBuffer(),
    'PNG of 16 bits': await joined.clone().toColourspace('rgb16').png().toBuffer(),
    'PNG with a profile': await joined.clone().withIccProfile('p3').png().toBuffer(),
  };
  const opaque = await hashOf((await turnedFiles({ data, width, height }, 1)).PNG);
  for (const [name, file] of Object.entries(files)) {
    const found = await hashOf(file);
    const reference = await referenceOf(file);
    expect(distance(found, reference), name).toBeLessThan(LIKE);
    expect(distance(found, opaque), name).toBeGreaterThan(UNLIKE);
    expect([hasAlpha(found), hasAlpha(opaque)], name).toEqual([true, false]);
  }
});

/** By the flag in the header of the hash. */
function hasAlpha(hash: string): boolean {
  return (Buffer.from(hash, 'base64').readUIntLE(0, 3) & (1 << 23)) !== 0;
}
