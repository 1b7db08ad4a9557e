// What holds for every encoder in the list.

import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import {
  formatOfFile,
  isThumbnailName,
  thumbnailName,
} from '../../../../src/files/thumbnails/thumbnail-name.js';
import { encoders } from '../../../../src/image/encoders/index.js';
import { outputFormatNames, outputFormats } from '../../../../src/options/output-formats.js';

const WIDTH = 90;
const HEIGHT = 60;
const SHA256 = '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03';

/** A picture of no symmetry, with three or four channels. */
function pictureOf(channels: 3 | 4): Sharp {
  const length = WIDTH * HEIGHT * channels;
  const pixels = Buffer.from(Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels } });
}

function pixelsOf(file: Buffer): Promise<Buffer> {
  return sharp(file).raw().toBuffer();
}

/** The same picture from a file with everything else that a file can have. */
async function annotatedPictureOf(channels: 3 | 4): Promise<Sharp> {
  return sharp(await annotated(pictureOf(channels)).png().toBuffer());
}

function annotated(picture: Sharp): Sharp {
  return picture
    .withMetadata({ density: 300 })
    .withExif({ IFD0: { Artist: 'somebody' } })
    .withXmp('<x:xmpmeta/>');
}

async function metadataIn(file: Buffer): Promise<readonly unknown[]> {
  const { exif, xmp, icc, iptc } = await sharp(file).metadata();
  return [exif, xmp, icc, iptc].filter((kind) => kind !== undefined);
}

for (const format of outputFormatNames) {
  const encoder = encoders[format];
  const { extension } = outputFormats[format];
  const encode = async (picture: Sharp) =>
    encoder.normalize(await encoder.configure(picture, { format }).toBuffer());

  test(`${format}: the size of a file that it has written is read from its header, and of no other file`, async () => {
    const file = await encode(pictureOf(4));
    expect(encoder.readSize(file)).toEqual({ width: WIDTH, height: HEIGHT });
    const others = ['png', 'jpeg', 'webp', 'avif', 'gif', 'tiff'] as const;
    for (const other of others.filter((candidate) => candidate !== format))
      expect(encoder.readSize(await pictureOf(3).toFormat(other).toBuffer()), other).toBeUndefined();
    for (const length of [0, 1, 8, 16]) expect(encoder.readSize(file.subarray(0, length))).toBeUndefined();
  });

  test(`${format}: what does not decide pixels is removed, so that equal pixels give equal bytes`, async () => {
    for (const channels of [3, 4] as const) {
      const file = await encode(await annotatedPictureOf(channels));
      expect(file.equals(await encode(pictureOf(channels)))).toBe(true);
      expect(await metadataIn(file)).toEqual([]);
    }
  });

  test(`${format}: its extension makes a thumbnail's name, and the name says the format`, () => {
    const file = thumbnailName(SHA256, format);
    expect(file).toBe(`${SHA256}.${extension}`);
    expect([isThumbnailName(file), formatOfFile(file)]).toEqual([true, format]);
    for (const other of [SHA256.toUpperCase(), SHA256.slice(1), `${SHA256}0`, `x${SHA256.slice(1)}`]) {
      const otherName = `${other}.${extension}`;
      expect([isThumbnailName(otherName), formatOfFile(otherName)], otherName).toEqual([false, undefined]);
    }
  });
}

test('png: what sharp was told to write besides pixels is removed, too', async () => {
  const { png } = encoders;
  for (const channels of [3, 4] as const) {
    const plain = png.normalize(await png.configure(pictureOf(channels), { format: 'png' }).toBuffer());
    const written = await png.configure(annotated(pictureOf(channels)), { format: 'png' }).toBuffer();
    expect(written.includes('somebody')).toBe(true);
    const file = png.normalize(written);
    expect(file.equals(plain)).toBe(true);
    expect((await pixelsOf(file)).equals(await pixelsOf(written))).toBe(true);
    expect(await metadataIn(file)).toEqual([]);
  }
});

test('each output format has an encoder and an extension of its own', () => {
  expect(Object.keys(encoders).sort()).toEqual(Object.keys(outputFormats).sort());
  const extensions = Object.values(outputFormats).map(({ extension }) => extension);
  expect(new Set(extensions).size).toBe(extensions.length);
});

test('a name with any other extension is no thumbnail’s', () => {
  for (const extension of ['', '.', '.tmp', '.PNG', '.txt', '.png.tmp', '.png\n']) {
    const name = `${SHA256}${extension}`;
    expect([isThumbnailName(name), formatOfFile(name)], name).toEqual([false, undefined]);
  }
});
