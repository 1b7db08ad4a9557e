// Of a photo's metadata, when it was taken is recorded, and nothing else: no place, serial number or name leaves the photo.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { type ExifTag, exifStructure } from '../../support/images/exif-structure.js';
import { heifPhoto } from '../../support/images/heif/photo.js';
import { pngChunk, segment, withSegments } from '../../support/images/hostile-images.js';
import { types } from '../../support/images/tiff-files.js';
import { jpegWithExif, pngWithExif, tiffWithTexts, webpWithExif } from '../../support/images/with-exif.js';
import { recordsIn, thumbnailsIn } from '../../support/output.js';
import { temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

/** Part of every text that must not leave a photo. */
const SECRET = 'Zq7Secret';
/** Of the coordinates: degrees, minutes and seconds as they stand in the file, and as anybody would print them. */
const PLACE = { numerators: [48, 11, 424_243], printed: ['48.19', '48,11', '424243', '42.4243'] };
const DATE = '2024:05:01 12:30:05';

/** Names, serial numbers, texts and a place, as a camera and a photographer leave them. */
function secrets(): Buffer {
  const text = (tag: number, name: string): ExifTag => ({ tag, value: `${SECRET} ${name}` });
  const place = Buffer.alloc(24);
  PLACE.numerators.forEach((value, index) => {
    place.writeUInt32LE(value, 8 * index);
    place.writeUInt32LE(index === 2 ? 10_000 : 1, 8 * index + 4);
  });
  return exifStructure({
    first: [
      ...[
        text(0x010e, 'ImageDescription'),
        text(0x010f, 'Make'),
        text(0x0110, 'Model'),
        text(0x0131, 'Software'),
      ],
      ...[text(0x013b, 'Artist'), text(0x013c, 'HostComputer'), text(0x8298, 'Copyright')],
      { tag: 0x9c9d, value: Buffer.from(`${SECRET} XPAuthor`, 'utf16le'), type: 1 },
    ],
    exif: [
      { tag: 0x9003, value: DATE },
      ...[
        text(0xa430, 'CameraOwnerName'),
        text(0xa431, 'BodySerialNumber'),
        text(0xa435, 'LensSerialNumber'),
      ],
      ...[text(0xa420, 'ImageUniqueID'), text(0xa434, 'LensModel')],
      { tag: 0x927c, value: Buffer.from(`${SECRET} MakerNote`) },
      { tag: 0x9286, value: Buffer.from(`ASCII\0\0\0${SECRET} UserComment`) },
    ],
    gps: [
      { tag: 0x0001, value: 'N' },
      { tag: 0x0002, value: place, type: types.RATIONAL, count: 3 },
      text(0x0012, 'GPSMapDatum'),
      { tag: 0x001c, value: Buffer.from(`ASCII\0\0\0${SECRET} GPSAreaInformation`) },
    ],
  });
}

const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="${SECRET} XMP"/></rdf:RDF></x:xmpmeta>`;

/** IPTC-IIM, 2:80 (by-line), in Photoshop's resource. */
function iptc(): Buffer {
  const value = Buffer.from(`${SECRET} IPTC`);
  const data = Buffer.concat([Buffer.from([0x1c, 2, 80, 0, value.length]), value]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  return Buffer.concat([Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0', 'latin1'), size, data]);
}

async function sources(): Promise<Readonly<Record<string, Buffer>>> {
  const [width, height] = [480, 320];
  const pixels = sharp({ create: { width, height, channels: 3, background: 'teal' } });
  const [jpeg, png] = [await pixels.clone().jpeg().toBuffer(), await pixels.clone().png().toBuffer()];
  const exif = secrets();
  const xmp = segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${XMP}`, 'latin1'));
  const comment = segment(0xfe, Buffer.from(`${SECRET} comment`));
  const segments = [xmp, segment(0xed, iptc()), comment];
  const photo = jpegWithExif(withSegments(jpeg, segments), exif);
  const thumbnail = await pixels.clone().resize(240, 160).jpeg().toBuffer();
  const text = (tag: number, name: string) => ({
    tag,
    type: types.ASCII,
    values: Buffer.from(`${SECRET} ${name}\0`),
  });
  const avif = pixels
    .clone()
    .withXmp(XMP)
    .withExifMerge({
      IFD0: { Artist: `${SECRET} Artist`, Copyright: `${SECRET} Copyright` },
      IFD2: { DateTimeOriginal: DATE, BodySerialNumber: `${SECRET} BodySerialNumber` },
      IFD3: { GPSMapDatum: `${SECRET} GPSMapDatum` },
    });
  const textChunk = pngChunk('tEXt', Buffer.from(`Author\0${SECRET} tEXt`, 'latin1'));
  const xmpChunk = pngChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${XMP}`, 'latin1'));
  const end = png.length - 12;
  const pngTexts = Buffer.concat([
    png.subarray(0, 33),
    textChunk,
    xmpChunk,
    png.subarray(33, end),
    png.subarray(end),
  ]);
  return {
    'photo.jpg': photo,
    // Left to libvips.
    'cmyk.jpg': jpegWithExif(
      withSegments(await pixels.clone().toColourspace('cmyk').jpeg().toBuffer(), segments),
      exif,
    ),
    'thumbnail.jpg': jpegWithExif(
      withSegments(jpeg, segments),
      exifStructure({
        first: [{ tag: 0x013b, value: `${SECRET} Artist` }],
        exif: [{ tag: 0x9003, value: DATE }],
        thumbnail: jpegWithExif(thumbnail, exif),
      }),
    ),
    'photo.png': pngWithExif(pngTexts, exif),
    'photo.webp': await webpWithExif(png, exif),
    'photo.tif': tiffWithTexts(
      await pixels.clone().raw().toBuffer(),
      width,
      height,
      [
        { pointer: 0x8769, tag: 0xa431, text: `${SECRET} BodySerialNumber` },
        { pointer: 0x8825, tag: 0x0012, text: `${SECRET} GPSMapDatum` },
      ],
      [
        ...[text(270, 'ImageDescription'), text(315, 'Artist'), text(33_432, 'Copyright')],
        { tag: 700, type: types.BYTE, values: Buffer.from(XMP) },
        { tag: 33_723, type: types.UNDEFINED, values: iptc() },
        { tag: 0x9003, type: types.ASCII, values: Buffer.from(`${DATE}\0`) },
      ],
    ),
    'photo.heic': heifPhoto({ picture: 'quarters-256x192', exif }),
    'photo.avif': await avif.avif({ effort: 0 }).toBuffer(),
    // It is refused, and what is said of it must not have its texts.
    'broken.jpg': photo.subarray(0, photo.length - 700),
  };
}

/** What a record may say. */
const FIELDS = [
  ...[
    'source',
    'status',
    'thumbnails',
    'error',
    'sourceFormat',
    'sourceWidth',
    'sourceHeight',
    'sourceBytes',
  ],
  ...['sourceMtimeMs', 'sourceMtimeNs', 'sourceXxh128', 'takenAt'],
];

/** What it may say of a thumbnail. */
const THUMBNAIL_FIELDS = ['variant', 'file', 'width', 'height', 'bytes', 'from', 'fromWidth', 'fromHeight'];

test('nothing of the metadata but when a photo was taken enters a record, an export, an event or a thumbnail', async () => {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  fs.mkdirSync(photos);
  for (const [name, bytes] of Object.entries(await sources())) {
    expect(bytes.includes(SECRET), name).toBe(true);
    fs.writeFileSync(path.join(photos, name), bytes);
  }
  const out = path.join(folder, 'thumbnails');
  const exports = ['txt', 'csv', 'json'].flatMap((format) => ['--export', `thumbnails/all.${format}`]);
  const said: string[] = [];
  for (const args of [['--json'], ['-v', '--force']]) {
    const { code, stdout, stderr } = await thumbs(
      ['photos', '-s', '100', '--embedded', 'always', ...exports, ...args],
      {
        cwd: folder,
      },
    );
    expect([code, args], stderr).toEqual([1, args]);
    said.push(stdout, stderr);
  }
  const verified = await thumbs(['verify', '--json'], { cwd: folder });
  said.push(verified.stdout, verified.stderr);
  for (const file of fs.readdirSync(out, { recursive: true, encoding: 'utf8' }))
    said.push(file, fs.readFileSync(path.join(out, file), 'latin1'));
  for (const text of said) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(Buffer.from(SECRET, 'utf16le').toString('latin1'));
    if (!text.startsWith('\x89PNG')) for (const printed of PLACE.printed) expect(text).not.toContain(printed);
  }
  const records = recordsIn(out);
  expect(
    records.map((record) => [path.basename(record.source), 'takenAt' in record && record.takenAt]),
  ).toEqual(
    Object.keys(await sources())
      .sort()
      .map((name) => [name, name === 'broken.jpg' ? false : '2024-05-01T12:30:05']),
  );
  for (const record of records) {
    expect(FIELDS).toEqual(expect.arrayContaining(Object.keys(record)));
    for (const thumbnail of record.status === 'done' ? record.thumbnails : [])
      expect(THUMBNAIL_FIELDS).toEqual(expect.arrayContaining(Object.keys(thumbnail)));
  }
  expect(records.find(({ source }) => source.endsWith('thumbnail.jpg'))).toMatchObject({
    thumbnails: [{ from: 'embedded' }],
  });
  for (const name of thumbnailsIn(out)) {
    const { exif, xmp, iptc: iptcData, icc, comments } = await sharp(path.join(out, name)).metadata();
    expect([exif, xmp, iptcData, icc, comments]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  }
});
