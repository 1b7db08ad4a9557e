// All eight orientations, and wrong ones, in each format that libvips or our own reader reads. A picture has four coloured corners.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { defaultDecoding, type JpegReader } from '../../../src/options/options.js';
import { type ExifTag, exifStructure } from '../../support/images/exif-structure.js';
import { type RenderedOne, renderOne } from '../../support/images/render-one.js';
import { tiffFile } from '../../support/images/tiff-files.js';
import { jpegWithExif, pngWithExif, pngWithLateExif, webpWithExif } from '../../support/images/with-exif.js';
import { insideBox } from '../../support/variants.js';

const [WIDTH, HEIGHT] = [192, 128];
const COLOURS = {
  red: [220, 20, 20],
  green: [20, 200, 20],
  blue: [20, 20, 220],
  white: [250, 250, 250],
} as const;
type Colour = keyof typeof COLOURS;

/** The corners as stored, clockwise from the upper left. */
const STORED: readonly Colour[] = ['red', 'green', 'blue', 'white'];

/** For each orientation, where the corners of the upright picture are stored (CIPA DC-008, 4.6.4.1): 0 is the upper left. */
const UPRIGHT: Readonly<Record<number, readonly number[]>> = {
  1: [0, 1, 2, 3],
  2: [1, 0, 3, 2],
  3: [2, 3, 0, 1],
  4: [3, 2, 1, 0],
  5: [0, 3, 2, 1],
  6: [3, 0, 1, 2],
  7: [2, 1, 0, 3],
  8: [1, 2, 3, 0],
};

/** The picture as it is stored: its pixels, and as PNG. */
async function stored(): Promise<{ data: Buffer; png: Buffer }> {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = 0; x < WIDTH; x += 1) {
      const [isRight, isLower] = [x >= WIDTH / 2, y >= HEIGHT / 2];
      const corner = isLower ? (isRight ? 2 : 3) : isRight ? 1 : 0;
      data.set(COLOURS[STORED[corner] ?? 'red'], (y * WIDTH + x) * 3);
    }
  const png = await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toBuffer();
  return { data, png };
}

function orientationTag(value: number): ExifTag {
  return { tag: 0x0112, value: [value] };
}

/** The picture in each format with these tags in the first directory of its EXIF, in both byte orders. TIFF has them in its own. */
async function withTags(first: readonly ExifTag[]): Promise<Readonly<Record<string, Buffer>>> {
  const { data, png } = await stored();
  const jpeg = await sharp(png).jpeg({ quality: 95 }).toBuffer();
  const [little, big] = [exifStructure({ first }), exifStructure({ first, byteOrder: 'MM' })];
  return {
    jpeg: jpegWithExif(jpeg, little),
    'jpeg, MM': jpegWithExif(jpeg, big),
    png: pngWithExif(png, little),
    'png, MM': pngWithExif(png, big),
    webp: await webpWithExif(png, little),
    'webp, MM': await webpWithExif(png, big),
    tiff: tiffFile({ width: WIDTH, height: HEIGHT, photometric: 2, data: [data], tags: first.map(tiffTag) }),
  };
}

function tiffTag({ tag, value, type = 3, count }: ExifTag) {
  const values = typeof value === 'string' ? Buffer.from(`${value}\0`) : value;
  return { tag, type, values, ...(count === undefined ? {} : { count }) };
}

async function render(file: Buffer, side: number, jpegReader: JpegReader = 'own'): Promise<RenderedOne> {
  const variant = insideBox(side);
  return await renderOne(file, {
    variant,
    maxPixels: 1e8,
    decoding: { ...defaultDecoding, jpegReader },
  });
}

/** The corners of a thumbnail, clockwise from the upper left. */
async function cornersOf({ thumbnail, width, height }: RenderedOne): Promise<Array<Colour | undefined>> {
  const data = await sharp(thumbnail).removeAlpha().toColourspace('srgb').raw().toBuffer();
  const [right, lower] = [width - 3, height - 3];
  const places = [
    [2, 2],
    [right, 2],
    [right, lower],
    [2, lower],
  ] as const;
  return places.map(([x, y]) => {
    const found = [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
    const names = Object.keys(COLOURS) as Colour[];
    return names.find((name) =>
      COLOURS[name].every((sample, index) => Math.abs(sample - (found[index] ?? 0)) < 40),
    );
  });
}

/** Reduced so far that our own reader reads a JPEG, and so little that libvips does; and the same by libvips alone. */
async function expectOrientation(file: Buffer, orientation: number, name: string): Promise<void> {
  const corners = UPRIGHT[orientation]?.map((place) => STORED[place]);
  const [width, height] = orientation >= 5 ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT];
  for (const [side, reader] of [
    [24, 'own'],
    [150, 'own'],
    [24, 'libvips'],
  ] as const) {
    const rendered = await render(file, side, reader);
    const said = `${name} at ${side} by ${reader}`;
    expect(await cornersOf(rendered), said).toEqual(corners);
    expect(rendered, said).toMatchObject({ sourceWidth: width, sourceHeight: height });
    expect(rendered.width > rendered.height, said).toBe(width > height);
  }
}

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8])
  test(`orientation ${orientation} comes out upright in JPEG, PNG, WebP and TIFF`, async () => {
    for (const [name, file] of Object.entries(await withTags([orientationTag(orientation)])))
      await expectOrientation(file, orientation, name);
  });

const WRONG: Readonly<Record<string, readonly ExifTag[]>> = {
  missing: [],
  '0': [orientationTag(0)],
  '9': [orientationTag(9)],
  '65535': [orientationTag(65_535)],
  'of type LONG': [{ ...orientationTag(6), type: 4 }],
  'of type BYTE': [{ tag: 0x0112, value: Buffer.from([6]), type: 1, count: 1 }],
  'of type SSHORT': [{ ...orientationTag(6), type: 8 }],
  'as text': [{ tag: 0x0112, value: '6', type: 2 }],
  'as a fraction': [{ tag: 0x0112, value: Buffer.from([6, 0, 0, 0, 1, 0, 0, 0]), type: 5, count: 1 }],
  'of no count': [{ ...orientationTag(6), count: 0 }],
  'of two values': [{ tag: 0x0112, value: Buffer.from([6, 0, 6, 0]), type: 3, count: 2 }],
  'of a huge count': [{ ...orientationTag(6), count: 0xffffffff }],
};

for (const [name, tags] of Object.entries(WRONG))
  test(`an orientation that is ${name} counts as 1`, async () => {
    for (const [format, file] of Object.entries(await withTags(tags)))
      await expectOrientation(file, 1, format);
  });

test('an AVIF is turned by its container, in all eight ways, and not once more by its EXIF', async () => {
  const { png } = await stored();
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    // libvips writes the orientation as irot and imir, and the EXIF as well.
    const file = await sharp(png).withMetadata({ orientation }).avif({ effort: 0, quality: 90 }).toBuffer();
    await expectOrientation(file, orientation, 'avif');
  }
});

test('an AVIF that only its EXIF would turn is not turned', async () => {
  const { png } = await stored();
  const exif = { IFD0: { Orientation: '1', Artist: 'a' } };
  const file = await sharp(png).withExif(exif).avif({ effort: 0, quality: 90 }).toBuffer();
  const tag = Buffer.from('120103000100000001000000', 'hex');
  const at = file.indexOf(tag);
  expect(at).toBeGreaterThan(0);
  const turned = Buffer.from(file);
  turned[at + 8] = 6;
  await expectOrientation(turned, 1, 'avif');
});

test('an orientation behind the pixels of a PNG does not count: libvips does not read it', async () => {
  const { png } = await stored();
  const file = pngWithLateExif(png, exifStructure({ first: [orientationTag(6)] }));
  await expectOrientation(file, 1, 'png');
});
