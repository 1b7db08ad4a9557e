// The list of decoders, and what follows from it.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { decoders, photoExtensions, recognize } from '../../../../src/image/decoders/index.js';
import { defaultDecoding } from '../../../../src/options/options.js';
import { photoNameTest } from '../../../../src/producer/photo-names.js';
import { unsupportedMessage } from '../../../support/formats.js';
import { sampleImages } from '../../../support/paths.js';

/** The beginnings of files without a decoder, a character for each byte, and what the message says they look like. */
const OTHERS: Readonly<Record<string, readonly [content: string, looksLike?: string]>> = {
  svgz: ['\x1f\x8b\x08\0\0\0\0\0\0\x03'],
  pdf: ['%PDF-1.4\n', 'a PDF document'],
  postscript: ['%!PS-Adobe-3.0 EPSF-3.0\n', 'text'],
  mvg: ['push graphic-context\nimage over 0,0 0,0 "/etc/passwd"\npop graphic-context\n', 'text'],
  msl: ['<?xml version="1.0"?><image><read filename="/etc/passwd"/></image>', 'text'],
  html: ['<!DOCTYPE html><img src="/etc/passwd">', 'an HTML page'],
  csv: ['1,2,3\n4,5,6\n', 'text'],
  matrix: ['2 1\n1 2\n', 'text'],
  'ppm-ascii': ['P3 1 1 255 1 2 3\n', 'text'],
  ppm: ['P6 1 1 255\n\x01\x02\xff'],
  pgm: ['P5 1 1 255\n\xff'],
  pfm: ['PF\n1 1\n-1.0\n\0\0\0\0\0\0\0\0\0\0\0\0'],
  radiance: ['#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\xff\xff\xff\x80'],
  fits: ['SIMPLE  =                    T'.padEnd(2880), 'text'],
  openexr: ['\x76\x2f\x31\x01\x02\0\0\0'],
  nifti: [`${'\x5c\x01\0\0'.padEnd(344, '\0')}n+1\0`],
  analyze: ['\x5c\x01\0\0'.padEnd(348, '\0')],
  matlab: ['MATLAB 5.0 MAT-file'.padEnd(124).concat('\0\x01IM')],
  vips: ['\xb6\xa6\xf2\x08'.padEnd(64, '\0')],
  'vips-swapped': ['\x08\xf2\xa6\xb6'.padEnd(64, '\0')],
  jp2: ['\0\0\0\x0cjP  \r\n\x87\n', 'a JPEG 2000 image'],
  j2k: ['\xff\x4f\xff\x51\0\x29'],
  jxl: ['\xff\x0a\0\0', 'a JPEG XL image'],
  'jxl-boxes': ['\0\0\0\x0cJXL \r\n\x87\n', 'a JPEG XL image'],
  video: ['\0\0\0\x14ftypisom\0\0\0\0isom', 'a QuickTime or MP4 video'],
  bmp: ['BM\x46\0\0\0\0\0\0\0\x36\0\0\0', 'a BMP image'],
  icon: ['\0\0\x01\0\x01\0\x10\x10'],
  photoshop: ['8BPS\0\x01'.padEnd(26, '\0'), 'a Photoshop document'],
  zip: ['PK\x03\x04\x14\0', 'a ZIP archive'],
  dicom: [`${'\0'.repeat(128)}DICM`],
  'canon-crw': ['II\x1a\0\0\0HEAPCCDR'],
  zeros: ['\0'.repeat(3000)],
  'one-byte': ['\xff'],
};

/** The shortest beginnings of files with a decoder. */
const PHOTOS: ReadonlyArray<readonly [format: string, beginning: string]> = [
  ['jpeg', '\xff\xd8\xff'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['webp', 'RIFF\0\0\0\0WEBP'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a'],
  ['raw', 'FUJIFILMCCD-RAW '],
  ['raw', 'IIRO\x08\0\0\0'],
  ['raw', 'IIRS\x08\0\0\0'],
  ['raw', 'MMOR\0\0\0\x08'],
  ['raw', 'IIU\0\x08\0\0\0'],
  ['raw', '\0\0\0\x18ftypcrx '],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['tiff', 'II+\0'],
  ['tiff', 'MM\0+'],
  ['avif', '\0\0\0\x10ftypavif'],
  ['avif', '\0\0\0\x10ftypavis'],
  ['avif', '\0\0\0\x18ftypmif1\0\0\0\0miafavif'],
  ['heic', '\0\0\0\x10ftypheic'],
  ['heic', '\0\0\0\x10ftyphevc'],
  ['heic', '\0\0\0\x10ftypmif1'],
  ['heic', '\0\0\0\x10ftypmsf1'],
  ['heic', '\0\0\0\x18ftypisom\0\0\0\0mp41heix'],
];

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

for (const [name, [content, looksLike]] of Object.entries(OTHERS))
  test(`${name} is unsupported${looksLike === undefined ? '' : `, and looks like ${looksLike}`}`, () => {
    expect(() => recognize(bytesOf(content), defaultDecoding)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', message: unsupportedMessage(looksLike) }),
    );
  });

test('the message for other files names every format', () => {
  expect(unsupportedMessage('text')).toBe(
    'not a JPEG, PNG, WebP, GIF, RAW, TIFF, AVIF, HEIC or SVG image; it looks like text',
  );
});

function formatOf(bytes: Buffer): string | undefined {
  try {
    return recognize(bytes, defaultDecoding).format;
  } catch (error) {
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    return undefined;
  }
}

test('each format is recognized by its first bytes, and by no fewer', () => {
  for (const [format, beginning] of PHOTOS) {
    const bytes = bytesOf(beginning);
    expect(recognize(bytes, defaultDecoding), beginning).toEqual({
      format,
      decoder: Reflect.get(decoders, format),
    });
    expect(formatOf(bytes.subarray(0, -1)), beginning).not.toBe(format);
  }
});

test('every sample image is recognized, also when it is part of a larger buffer', () => {
  const files = fs.readdirSync(sampleImages).filter(photoNameTest(photoExtensions(defaultDecoding)));
  expect(files.length).toBeGreaterThan(20);
  const formats = files.map((name) => {
    const bytes = fs.readFileSync(path.join(sampleImages, name));
    const { format, decoder } = recognize(bytes, defaultDecoding);
    expect(decoder.extensions).toContain(path.extname(name).slice(1).toLowerCase());
    const part = Buffer.concat([bytes.subarray(7), bytes]).subarray(bytes.length - 7);
    expect(recognize(part, defaultDecoding).format).toBe(format);
    return format;
  });
  const needed = Object.entries(decoders).filter(([, { lacks }]) => lacks?.(defaultDecoding) === undefined);
  expect([...new Set(formats)].sort()).toEqual(needed.map(([format]) => format).sort());
});

test('extensions are lower case, and each belongs to one decoder', () => {
  expect(new Set(photoExtensions(defaultDecoding)).size).toBe(photoExtensions(defaultDecoding).length);
  for (const extension of photoExtensions(defaultDecoding)) expect(extension).toMatch(/^[a-z0-9]+$/);
});

test('every loader reads from memory, never by a path that an image could name', () => {
  for (const { loaders } of Object.values(decoders))
    for (const loader of loaders) expect(loader).toMatch(/^VipsForeignLoad\w+Buffer$/);
});
