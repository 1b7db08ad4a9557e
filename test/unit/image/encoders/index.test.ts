// What holds for every encoder in the list.

import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { formatOfName, isThumbnailName, thumbnailName } from '../../../../src/files/thumbnail-name.js';
import { encoders } from '../../../../src/image/encoders/index.js';
import { type OutputFormat, outputFormats } from '../../../../src/options/variant.js';

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

for (const [name, encoder] of Object.entries(encoders)) {
  const format = name as OutputFormat;

  test(`${format}: the size of a file that it has written is read from its header, and of no other file`, async () => {
    const file = encoder.normalize(await encoder.configure(pictureOf(4)).toBuffer());
    expect(encoder.readSize(file)).toEqual({ width: WIDTH, height: HEIGHT });
    const others = ['png', 'jpeg', 'webp', 'gif', 'tiff'] as const;
    for (const other of others.filter((candidate) => candidate !== format))
      expect(encoder.readSize(await pictureOf(3).toFormat(other).toBuffer()), other).toBeUndefined();
    for (const length of [0, 1, 8, 16]) expect(encoder.readSize(file.subarray(0, length))).toBeUndefined();
  });

  test(`${format}: what does not decide pixels is removed, so that equal pixels give equal bytes`, async () => {
    for (const channels of [3, 4] as const) {
      const plain = encoder.normalize(await encoder.configure(pictureOf(channels)).toBuffer());
      const exif = { IFD0: { Artist: 'somebody' } };
      const annotated = pictureOf(channels)
        .withMetadata({ density: 300 })
        .withExif(exif)
        .withXmp('<x:xmpmeta/>');
      const written = await encoder.configure(annotated).toBuffer();
      expect(written.includes('somebody')).toBe(true);
      const file = encoder.normalize(written);
      expect(file.equals(plain)).toBe(true);
      expect((await pixelsOf(file)).equals(await pixelsOf(written))).toBe(true);
      const { exif: keptExif, xmp, icc, iptc } = await sharp(file).metadata();
      expect([keptExif, xmp, icc, iptc]).toEqual([undefined, undefined, undefined, undefined]);
    }
  });

  test(`${format}: its extension makes a thumbnail's name, and the name says the format`, () => {
    const file = thumbnailName(SHA256, format);
    expect(file).toBe(`${SHA256}.${outputFormats[format]}`);
    expect([isThumbnailName(file), formatOfName(file)]).toEqual([true, format]);
    for (const other of [SHA256.toUpperCase(), SHA256.slice(1), `${SHA256}0`, `x${SHA256.slice(1)}`]) {
      const otherName = `${other}.${outputFormats[format]}`;
      expect([isThumbnailName(otherName), formatOfName(otherName)], otherName).toEqual([false, undefined]);
    }
  });
}

test('each output format has an encoder and an extension of its own', () => {
  expect(Object.keys(encoders).sort()).toEqual(Object.keys(outputFormats).sort());
  const extensions = Object.values(outputFormats);
  expect(new Set(extensions).size).toBe(extensions.length);
});

test('a name with any other extension is no thumbnail’s', () => {
  for (const extension of ['', '.', '.tmp', '.PNG', '.txt', '.png.tmp', '.png\n']) {
    const name = `${SHA256}${extension}`;
    expect([isThumbnailName(name), formatOfName(name)], name).toEqual([false, undefined]);
  }
});
