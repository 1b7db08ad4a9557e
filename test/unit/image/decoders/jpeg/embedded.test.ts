// `embedded: 'always'`: smaller pictures that JPEG files hold.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { defaultDecoding, type Embedded } from '../../../../../src/options/options.js';
import { type ExifStructure, exifStructure } from '../../../../support/images/exif-structure.js';
import { type MpPicture, mpTypes, multiPicture } from '../../../../support/images/multi-picture.js';
import { renderOne } from '../../../../support/images/render-one.js';
import { jpegWithExif } from '../../../../support/images/with-exif.js';
import { insideBox } from '../../../../support/variants.js';

type Rgb = readonly [number, number, number];
const TEAL: Rgb = [0, 128, 128];
const RED: Rgb = [200, 40, 40];
const BLUE: Rgb = [40, 60, 200];

/** A JPEG of one colour. */
function plain(width: number, height: number, [r, g, b]: Rgb, profile?: string): Promise<Buffer> {
  const picture = sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
  const profiled = profile === undefined ? picture : picture.withIccProfile(profile, { attach: true });
  return profiled.jpeg({ quality: 95 }).toBuffer();
}

/** A teal photo of 1600 x 1200 with this thumbnail in its EXIF. */
async function photoWith(thumbnail: Buffer, more: ExifStructure = {}): Promise<Buffer> {
  return jpegWithExif(await plain(1600, 1200, TEAL), exifStructure({ ...more, thumbnail }));
}

async function render(file: Buffer, side = 100, embedded: Embedded = 'always') {
  const variant = insideBox(side);
  const decoding = { ...defaultDecoding, embedded };
  return await renderOne(file, { variant, maxPixels: 1e8, decoding });
}

/** The colour in the middle of a thumbnail, and the picture that it was made of. */
async function madeOf(file: Buffer, side?: number, embedded?: Embedded): Promise<string> {
  const { thumbnail, from, fromWidth, fromHeight, sourceWidth, sourceHeight } = await render(
    file,
    side,
    embedded,
  );
  expect([sourceWidth, sourceHeight].sort()).toEqual([1200, 1600]);
  const { dominant } = await sharp(thumbnail).stats();
  const near = (colour: Rgb) =>
    Math.abs(dominant.r - colour[0]) + Math.abs(dominant.g - colour[1]) + Math.abs(dominant.b - colour[2]) <
    40;
  const colour = near(TEAL) ? 'photo' : near(RED) ? 'red' : near(BLUE) ? 'blue' : JSON.stringify(dominant);
  return from === undefined ? colour : `${colour}, ${from} ${fromWidth}x${fromHeight}`;
}

test('the thumbnail in the EXIF is used where it is large enough, and only when it is asked for', async () => {
  const file = await photoWith(await plain(160, 120, RED));
  expect(await madeOf(file)).toBe('red, embedded 160x120');
  expect(await madeOf(file, 106)).toBe('red, embedded 160x120');
  // It would have to be 160.5 pixels wide.
  expect(await madeOf(file, 107)).toBe('photo');
  expect(await madeOf(file, 100, 'auto')).toBe('photo');
  expect(await madeOf(file, 100, 'never')).toBe('photo');
});

test('the smallest picture that is large enough is used, also of a multi-picture file', async () => {
  const thumbnail = await photoWith(await plain(160, 120, RED));
  const pictures: MpPicture[] = [
    { type: mpTypes.fullHd, bytes: await plain(1440, 1080, RED) },
    { type: mpTypes.vga, bytes: await plain(640, 480, BLUE) },
    { type: mpTypes.disparity, bytes: await plain(480, 360, RED) },
    { type: mpTypes.undefined, bytes: await plain(480, 360, RED) },
  ];
  const file = multiPicture(thumbnail, pictures);
  expect(await madeOf(file, 100)).toBe('red, embedded 160x120');
  expect(await madeOf(file, 200)).toBe('blue, embedded 640x480');
  expect(await madeOf(file, 426)).toBe('blue, embedded 640x480');
  expect(await madeOf(file, 427)).toBe('red, embedded 1440x1080');
  expect(await madeOf(file, 1000)).toBe('photo');
  expect(await madeOf(file, 200, 'auto')).toBe('photo');
});

test('a picture of another shape, with black bars or with other channels is not used', async () => {
  expect(await madeOf(await photoWith(await plain(240, 160, RED)))).toBe('photo');
  expect(await madeOf(await photoWith(await plain(120, 160, RED)))).toBe('photo');
  const barred = sharp(await plain(160, 104, RED)).extend({ top: 8, bottom: 8, background: 'black' });
  expect(await madeOf(await photoWith(await barred.jpeg().toBuffer()))).toBe('photo');
  const grey = sharp(await plain(160, 120, RED)).toColourspace('b-w');
  expect(await madeOf(await photoWith(await grey.jpeg().toBuffer()))).toBe('photo');
});

test('a picture that is damaged, or no JPEG, is not used', async () => {
  const thumbnail = await plain(160, 120, RED);
  const scan = thumbnail.indexOf(Buffer.from('ffda', 'hex'));
  for (const damaged of [
    thumbnail.subarray(0, thumbnail.length - 60),
    thumbnail.subarray(0, 100),
    Buffer.concat([thumbnail.subarray(0, scan + 12), Buffer.alloc(200, 0xa5), thumbnail.subarray(-2)]),
    Buffer.from('no JPEG'),
    await sharp(thumbnail).png().toBuffer(),
    await sharp(thumbnail).toColourspace('cmyk').jpeg().toBuffer(),
  ])
    expect(await madeOf(await photoWith(damaged))).toBe('photo');
});

test('the orientation is the photo’s, whatever the picture says of its own', async () => {
  const [left, right] = [await plain(80, 120, RED), await plain(80, 120, BLUE)];
  const halves = sharp(left)
    .extend({ right: 80 })
    .composite([{ input: right, left: 80, top: 0 }]);
  const thumbnail = jpegWithExif(
    await halves.jpeg({ quality: 95 }).toBuffer(),
    exifStructure({ first: [{ tag: 0x0112, value: [3] }] }),
  );
  const file = await photoWith(thumbnail, { first: [{ tag: 0x0112, value: [6] }] });
  const rendered = await render(file);
  expect(rendered).toMatchObject({
    width: 75,
    height: 100,
    fromWidth: 120,
    fromHeight: 160,
    sourceWidth: 1200,
  });
  // Turned right: what was left is above.
  const { data, info } = await sharp(rendered.thumbnail)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ];
  expect(at(37, 20)[0]).toBeGreaterThan(150);
  expect(at(37, 80)[2]).toBeGreaterThan(150);
});

test('the colour profile is the photo’s, unless the picture has its own', async () => {
  const colour: Rgb = [230, 30, 30];
  const p3 = await plain(1600, 1200, colour, 'p3');
  // The samples are as they stand in the file of the photo.
  const samples = await sharp(p3, { ignoreIcc: true }).resize(160, 120).jpeg({ quality: 95 }).toBuffer();
  const file = jpegWithExif(p3, exifStructure({ thumbnail: samples }));
  const thumbnail = await plain(160, 120, colour, 'p3');
  const own = jpegWithExif(await plain(1600, 1200, TEAL), exifStructure({ thumbnail }));
  const full = (await sharp((await render(p3, 100, 'never')).thumbnail).stats()).dominant;
  expect(full.r).toBeGreaterThan(215);
  for (const [made, name] of [
    [await render(file), 'photo'],
    [await render(own), 'own'],
  ] as const) {
    expect(made.from, name).toBe('embedded');
    expect((await sharp(made.thumbnail).stats()).dominant, name).toEqual(full);
  }
});

test('a list of pictures that lies is not followed', async () => {
  const photo = await plain(1600, 1200, TEAL);
  const bytes = await plain(640, 480, RED);
  const picture = { type: mpTypes.vga, bytes };
  for (const wrong of [
    { offset: 0xfffffff0 },
    { size: 0xffffffff },
    { offset: 0 },
    { size: 0 },
    { size: 10 },
  ])
    expect(await madeOf(multiPicture(photo, [{ ...picture, ...wrong }]), 200)).toBe('photo');
  for (const count of [0, 15, 0xffffffff])
    expect(await madeOf(multiPicture(photo, [picture], count), 200), `${count}`).toBe('photo');
  // The list names the photo itself.
  const itself = multiPicture(photo, [{ ...picture, offset: 4_294_967_296 - 10 }]);
  expect(await madeOf(itself, 200)).toBe('photo');
});

test('a picture may be larger than the photo without being decoded', async () => {
  const photo = jpegWithExif(
    await plain(320, 240, TEAL),
    exifStructure({ thumbnail: await plain(640, 480, RED) }),
  );
  expect((await render(photo)).from).toBeUndefined();
});
