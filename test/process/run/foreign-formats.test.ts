// Images, and files of other formats under a photo's name, that refer to other files and hosts.

import sharp from 'sharp';
import { test } from 'vitest';
import { canaries, expectCanaries } from '../../support/canaries.js';
import { pngChunk, segment, withSegments } from '../../support/images/hostile-images.js';
import { jpeg } from '../../support/photos.js';
import {
  corrupt,
  expectOutcomes,
  GOOD,
  lacking,
  unsupported,
} from '../../support/processes/expected-outcomes.js';

/** A box of ISO media files. */
function box(name: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), ...content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

/** An AVIF of one item that says, by a `dinf` box at the end of its `meta`, that its pixels are in the file at `url`. */
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
  // A reader that ignores the reference finds the pixels where they are now.
  copy.writeUInt32BE(copy.readUInt32BE(item + 4) + references.length, item + 4);
  return copy;
}

/** Drawings are not switched on; `drawings.test.ts` has them switched on. */
const SVG = lacking('SVG', 'drawings are not switched on', '--svg');

test('no file makes the program read another file or call another host', async () => {
  const canary = await canaries();
  const { pipe, url } = canary;
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
  await expectOutcomes({
    'drawing.jpg': [svg, SVG],
    'plain-drawing.jpg': [body, SVG],
    'jpeg-drawing.jpg': [Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(svg)]), corrupt('JPEG')],
    'gif-drawing.gif': [`GIF89a${svg}`, corrupt('GIF')],
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
    'path.jpg': [pipe, unsupported('text')],
    'playlist.gif': [`#EXTM3U\n${url}\n`, unsupported('text')],
    'mvg.png': [`image over 0,0 0,0 "${url}"\nimage over 0,0 0,0 "${pipe}"\n`, unsupported('text')],
  });
  await expectCanaries(canary);
});
