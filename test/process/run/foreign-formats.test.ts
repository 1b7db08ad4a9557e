// Formats outside the allow-list under photo names, and images that refer to other files and hosts.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { pngChunk, segment, withSegments } from '../../support/hostile-images.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';
import { type Case, expectVerdicts, GOOD } from '../../support/verdicts.js';

const OTHER = 'UNSUPPORTED not a JPEG, PNG, WebP, GIF, TIFF or AVIF image';

/** The beginnings of files, a byte for each character, and what the message takes them for. */
const foreign: Readonly<Record<string, readonly [content: string, looksLike?: string]>> = {
  svg: ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing'],
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
  heic: ['\0\0\0\x14ftypheic\0\0\0\0heic', 'an HEIC image (HEVC, as iPhones write)'],
  video: ['\0\0\0\x14ftypisom\0\0\0\0isom', 'a QuickTime or MP4 video'],
  bmp: ['BM\x46\0\0\0\0\0\0\0\x36\0\0\0', 'a BMP image'],
  icon: ['\0\0\x01\0\x01\0\x10\x10'],
  photoshop: ['8BPS\0\x01'.padEnd(26, '\0'), 'a Photoshop document'],
  zip: ['PK\x03\x04\x14\0', 'a ZIP archive'],
  dicom: [`${'\0'.repeat(128)}DICM`],
  fuji: ['FUJIFILMCCD-RAW 0201\0'],
  olympus: ['IIRO\x08\0\0\0'],
  panasonic: ['IIU\0\x08\0\0\0'],
  'canon-crw': ['II\x1a\0\0\0HEAPCCDR'],
  'canon-cr3': ['\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'an ISO media file'],
  zeros: ['\0'.repeat(3000)],
  'one-byte': ['\xff'],
};

test('formats that are not offered are refused, whatever they are named', async () => {
  const extensions = ['jpg', 'png', 'webp', 'gif', 'tif', 'avif'];
  const cases = Object.entries(foreign).map(([name, [content, looksLike]], index): [string, Case] => [
    `${name}.${extensions[index % extensions.length]}`,
    [
      Buffer.from(content, 'latin1'),
      looksLike === undefined ? OTHER : `${OTHER}; it looks like ${looksLike}`,
    ],
  ]);
  await expectVerdicts(Object.fromEntries(cases));
});

/** A named pipe and a server. Whoever opens the one to read, or calls the other, is noted in `noticed`. */
async function canaries(): Promise<{ pipe: string; url: string; noticed: Set<string> }> {
  const pipe = path.join(temporaryFolder(), 'canary.png');
  execFileSync('mkfifo', [pipe]);
  const noticed = new Set<string>();
  const server = net.createServer((socket) => {
    noticed.add('call');
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A pipe without a reader cannot be opened to write (ENXIO); opened, it lets its reader go on and is noted.
  const watch = setInterval(() => {
    try {
      fs.closeSync(fs.openSync(pipe, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
      noticed.add('reader');
    } catch {
      // As it should be.
    }
  }, 5);
  onTestFinished(() => {
    clearInterval(watch);
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { pipe, url: `http://127.0.0.1:${port}/canary.png`, noticed };
}

/** A box of ISO media files. */
function box(name: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), ...content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

/** An AVIF of one item with its pixels' place said to be in the file at `url`, by a `dinf` box behind the others of its `meta`. */
function avifElsewhere(avif: Buffer, url: string): Buffer {
  const flags = Buffer.alloc(4);
  const location = box('url ', flags, Buffer.from(`${url}\0`));
  const references = box('dinf', box('dref', flags, Buffer.from([0, 0, 0, 1]), location));
  const meta = avif.indexOf('meta') - 4;
  const end = meta + avif.readUInt32BE(meta);
  const copy = Buffer.concat([avif.subarray(0, end), references, avif.subarray(end)]);
  copy.writeUInt32BE(end - meta + references.length, meta);
  // `iloc`, version 0: name, flags, sizes, count, then the only item's number, reference, and offset in what is referred to.
  const item = copy.indexOf('iloc') + 4 + 4 + 2 + 2;
  copy.writeUInt16BE(1, item + 2);
  // A reader that does not heed the reference finds the pixels where they are now.
  copy.writeUInt32BE(copy.readUInt32BE(item + 4) + references.length, item + 4);
  return copy;
}

test('no image makes the program read another file or call another host', async () => {
  const { pipe, url, noticed } = await canaries();
  const places = [pipe, `file://${pipe}`, url];
  const hrefs = places.map((href) => `<image width="9" height="9" xlink:href="${href}"/>`);
  const entities = places.map((place, index) => `<!ENTITY e${index} SYSTEM "${place}">`);
  const root = 'svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  const body = `<${root} width="9" height="9">${hrefs.join('')}<text>&e0;&e1;&e2;</text></svg>`;
  const svg = `<?xml version="1.0"?><!DOCTYPE svg [${entities.join('')}]>${body}`;
  const packet = `<!DOCTYPE x [${entities.join('')}]><x:xmpmeta xmlns:x="adobe:ns:meta/">&e0;&e1;&e2;</x:xmpmeta>`;
  const good = await jpeg(1);
  const image = sharp(good).withXmp(packet);
  const avif = await sharp(good).avif({ effort: 0 }).toBuffer();
  const png = await sharp(good).png().toBuffer();
  const text = pngChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${packet}`));
  const description = { IFD0: { ImageDescription: svg, DocumentName: pipe } };
  const damaged = (format: string) => new RegExp(`^CORRUPT the ${format} data is damaged: `);
  await expectVerdicts({
    // What it is taken for depends on how long the pipe's path is.
    'drawing.jpg': [svg, new RegExp(`^${OTHER}; it looks like `)],
    'plain-drawing.jpg': [body, `${OTHER}; it looks like an SVG drawing`],
    'jpeg-drawing.jpg': [Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(svg)]), damaged('JPEG')],
    'gif-drawing.gif': [`GIF89a${svg}`, damaged('GIF')],
    'packet.jpg': [await image.clone().jpeg().toBuffer(), GOOD],
    'packet.webp': [await image.clone().webp().toBuffer(), GOOD],
    'packet.tif': [await image.clone().tiff().toBuffer(), GOOD],
    'packet.avif': [await image.clone().avif({ effort: 0 }).toBuffer(), GOOD],
    'packet.png': [Buffer.concat([png.subarray(0, 33), text, png.subarray(33)]), GOOD],
    'comment.jpg': [
      withSegments(
        good,
        places.map((place) => segment(0xfe, Buffer.from(place))),
      ),
      GOOD,
    ],
    'described.tif': [await sharp(good).withExif(description).tiff().toBuffer(), GOOD],
    'described.jpg': [await sharp(good).withExif(description).jpeg().toBuffer(), GOOD],
    'elsewhere-file.avif': [avifElsewhere(avif, `file://${pipe}`), GOOD],
    'elsewhere-host.avif': [avifElsewhere(avif, url), GOOD],
    'path.jpg': [pipe, `${OTHER}; it looks like text`],
    'playlist.gif': [`#EXTM3U\n${url}\n`, `${OTHER}; it looks like text`],
    'mvg.png': [
      `image over 0,0 0,0 "${url}"\nimage over 0,0 0,0 "${pipe}"\n`,
      `${OTHER}; it looks like text`,
    ],
  });
  expect(noticed).toEqual(new Set());
  // Both would have told.
  await once(fs.createReadStream(pipe).resume(), 'close');
  await once(net.connect(Number(new URL(url).port), '127.0.0.1').resume(), 'close');
  expect(noticed).toEqual(new Set(['call', 'reader']));
});
