// Files that are more than one picture: the still picture, or the first frame, is what counts.

import fs from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { pngChunk, segment, withSegments } from '../../support/images/hostile-images.js';
import { mpTypes, multiPicture } from '../../support/images/multi-picture.js';
import { type RenderedOne, renderOne } from '../../support/images/render-one.js';
import { projectFolder } from '../../support/paths.js';
import { insideBox } from '../../support/variants.js';

/** A picture with a detail in it, of a colour. */
async function picture(red: number, width = 400, height = 300): Promise<Buffer> {
  const detail = {
    create: { width: width / 4, height: height / 2, channels: 3, background: 'white' },
  } as const;
  const whole = sharp({ create: { width, height, channels: 3, background: { r: red, g: 90, b: 60 } } });
  return await whole
    .composite([{ input: detail, left: 10, top: 20 }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

async function render(file: Buffer, side: number): Promise<RenderedOne> {
  const variant = insideBox(side);
  return await renderOne(file, { variant, maxPixels: 1e8 });
}

/** Reduced so far that our own reader reads a JPEG, and so little that libvips does. */
async function expectSame(file: Buffer, still: Buffer, format: string): Promise<void> {
  for (const side of [40, 300]) {
    const [found, expected] = [await render(file, side), await render(still, side)];
    expect(found.sourceFormat).toBe(format);
    expect([found.sha256, found.sourceWidth, found.sourceHeight]).toEqual([
      expected.sha256,
      expected.sourceWidth,
      expected.sourceHeight,
    ]);
  }
}

/** As {@link expectSame}, but for the resampling that a format's shrink on load does. */
async function expectNear(file: Buffer, still: Buffer, format: string): Promise<void> {
  for (const side of [40, 300]) {
    const [found, expected] = [await render(file, side), await render(still, side)];
    expect(found).toMatchObject({
      sourceFormat: format,
      sourceWidth: 400,
      sourceHeight: 300,
      width: expected.width,
    });
    const pixels = (rendered: RenderedOne) => sharp(rendered.thumbnail).removeAlpha().raw().toBuffer();
    const [one, other] = [await pixels(found), await pixels(expected)];
    const sum = one.reduce((total, sample, index) => total + Math.abs(sample - (other[index] ?? 0)), 0);
    expect(sum / one.length).toBeLessThan(4);
  }
}

const NAMESPACE = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');

/** An APP1 segment of XMP with these attributes. */
function xmp(attributes: string, content = ''): Buffer {
  const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${attributes}>${content}</rdf:Description></rdf:RDF></x:xmpmeta>`;
  return segment(0xe1, Buffer.concat([NAMESPACE, Buffer.from(packet)]));
}

/** The beginning of a video, and data in which markers of JPEG occur. */
const VIDEO = Buffer.concat([
  Buffer.from('0000001866747970', 'hex'),
  Buffer.from('mp42\0\0\0\0isommp42', 'latin1'),
  Buffer.from('0000100c6d646174', 'hex'),
  Buffer.alloc(4096, Buffer.from('ffd8ffe1001045786966ffdaffd9ff00', 'hex')),
]);

test("Google's motion photo is its picture", async () => {
  const still = await picture(10);
  const described = xmp(
    'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"',
  );
  await expectSame(Buffer.concat([withSegments(still, [described]), VIDEO]), still, 'jpeg');
});

test("Samsung's motion photo is its picture", async () => {
  const still = await picture(20);
  const trailer = Buffer.concat([
    Buffer.from('00003a0a10000000', 'hex'),
    Buffer.from('MotionPhoto_Data'),
    VIDEO,
    Buffer.from('SEFH\x6b\0\0\0\x01\0\0\0SEFT', 'latin1'),
  ]);
  await expectSame(Buffer.concat([still, trailer]), still, 'jpeg');
});

test('an Ultra HDR photo is its picture in standard range, not turned brighter by its gain map', async () => {
  const still = await picture(30);
  await expectSame(await ultraHdr(still), still, 'jpeg');
});

/** A photo with a gain map (Ultra HDR image format 1.1): metadata in XMP, a list of both pictures, and the map behind the photo. */
async function ultraHdr(still: Buffer): Promise<Buffer> {
  const namespace = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"';
  const map = withSegments(await picture(200, 100, 76), [
    xmp(
      `${namespace} hdrgm:GainMapMin="0" hdrgm:GainMapMax="2.3" hdrgm:Gamma="1" hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="2.3"`,
    ),
  ]);
  const container =
    'xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"';
  const item = (attributes: string) =>
    `<rdf:li rdf:parseType="Resource"><Container:Item ${attributes} Item:Mime="image/jpeg"/></rdf:li>`;
  const items = `${item('Item:Semantic="Primary"')}${item(`Item:Semantic="GainMap" Item:Length="${map.length}"`)}`;
  const directory = `<Container:Directory><rdf:Seq>${items}</rdf:Seq></Container:Directory>`;
  const photo = withSegments(still, [xmp(`${namespace} ${container}`, directory)]);
  return multiPicture(photo, [{ type: mpTypes.undefined, bytes: map }]);
}

test('a multi-picture file (MPO) is its first picture', async () => {
  const still = await picture(40);
  const file = multiPicture(still, [{ type: mpTypes.disparity, bytes: await picture(220) }]);
  await expectSame(file, still, 'jpeg');
});

test('a JPEG with anything behind its end is its picture', async () => {
  const still = await picture(50);
  for (const behind of [
    Buffer.alloc(5000),
    Buffer.alloc(5000, 0xff),
    await picture(230),
    Buffer.from('ffd8ff', 'hex'),
  ])
    await expectSame(Buffer.concat([still, behind]), still, 'jpeg');
});

test('an animated WebP, GIF and APNG is its first frame', async () => {
  const frames = [await picture(60), await picture(240)];
  const [first = Buffer.alloc(0)] = frames;
  const joined = sharp(frames, { join: { animated: true } });
  const lossless = await sharp(first).png().toBuffer();
  const webp = await joined.clone().webp({ lossless: true }).toBuffer();
  await expectNear(webp, lossless, 'webp');
  await expectSame(await animatedPng(frames), lossless, 'png');
  await expectNear(await joined.clone().gif({ effort: 1 }).toBuffer(), lossless, 'gif');
});

test('an AVIF sequence is its still picture', async () => {
  // Made by `avifenc --fps 10 -s 8 red.png blue.png red-then-blue.avif` (libavif 0.11).
  const file = fs.readFileSync(path.join(projectFolder, 'test/fixtures/sequences/red-then-blue.avif'));
  expect(file.toString('latin1', 4, 12)).toBe('ftypavis');
  const rendered = await render(file, 40);
  expect(rendered).toMatchObject({ sourceFormat: 'avif', sourceWidth: 64, sourceHeight: 48, width: 40 });
  const { r, b } = (await sharp(rendered.thumbnail).stats()).dominant;
  expect([r > 200, b < 60]).toEqual([true, true]);
});

/** An APNG (PNG, third edition, 11.3.6): the first picture is that of the file, the others follow. */
async function animatedPng([first, ...others]: readonly Buffer[]): Promise<Buffer> {
  const png = await sharp(first).png().toBuffer();
  const dataAt = png.indexOf('IDAT') - 4;
  const end = png.length - 12;
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  let sequence = 0;
  const control = () => {
    const data = Buffer.alloc(26);
    data.writeUInt32BE(sequence, 0);
    data.writeUInt32BE(width, 4);
    data.writeUInt32BE(height, 8);
    data.writeUInt16BE(1, 20);
    sequence += 1;
    return pngChunk('fcTL', data);
  };
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(1 + others.length, 0);
  const before = [png.subarray(0, dataAt), pngChunk('acTL', animation), control(), png.subarray(dataAt, end)];
  const after: Buffer[] = [];
  for (const other of others) {
    after.push(control());
    const { data, info } = await sharp(other).raw().toBuffer({ resolveWithObject: true });
    const row = info.width * info.channels;
    const rows = Array.from({ length: info.height }, (_, y) => [
      Buffer.alloc(1),
      data.subarray(y * row, (y + 1) * row),
    ]);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(sequence);
    sequence += 1;
    after.push(pngChunk('fdAT', Buffer.concat([number, deflateSync(Buffer.concat(rows.flat()))])));
  }
  return Buffer.concat([...before, ...after, png.subarray(end)]);
}
