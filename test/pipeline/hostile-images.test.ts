import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { expectSound, jpeg, recordsIn, temporaryFolder, thumbs } from '../helpers.js';
import {
  exif,
  gif,
  greyTiff,
  inflatingChunk,
  patched,
  png,
  segment,
  tiff,
  tiffDataAt,
  withSegments,
} from '../hostile-images.js';

let good: Buffer = Buffer.alloc(0);
let avif: Buffer = Buffer.alloc(0);
beforeAll(async () => {
  good = await jpeg(1);
  avif = await sharp(good).avif({ effort: 0 }).toBuffer();
});

interface Verdicts {
  /** `done`, or `CODE cause`, by the file's name. */
  readonly byName: Map<string, string>;
  /** The thumbnail's name, by the file's. */
  readonly thumbnails: Map<string, string>;
  /** Of all processes, bytes. */
  readonly peakMemory: number;
}

/** Runs the command over these files, two at a time, each with ten seconds. */
async function verdictsOn(files: Readonly<Record<string, Buffer>>): Promise<Verdicts> {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'photos'));
  for (const [name, bytes] of Object.entries({ ...files, 'good.jpg': good }))
    fs.writeFileSync(path.join(folder, 'photos', name), bytes);
  const { code, stdout } = await thumbs(['photos', '-w', '2', '--timeout', '10', '--json', '-q'], {
    cwd: folder,
  });
  expect([0, 1]).toContain(code);
  const out = path.join(folder, 'thumbnails');
  await expectSound(out);
  const records = recordsIn(out).map((record) => [path.basename(record.source), record] as const);
  const byName = new Map(
    records.map(([name, record]) => [
      name,
      record.status === 'done'
        ? 'done'
        : `${record.error.code} ${record.error.message.slice(record.error.message.indexOf(': ') + 2)}`,
    ]),
  );
  expect([...byName.keys()].sort()).toEqual([...Object.keys(files), 'good.jpg'].sort());
  expect(byName.get('good.jpg')).toBe('done');
  return {
    byName,
    thumbnails: new Map(
      records.flatMap(([name, record]) =>
        record.status === 'done' ? [[name, record.thumbnails[0].file]] : [],
      ),
    ),
    peakMemory: JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '').peakMemoryBytes,
  };
}

test('bombs cost a record or a thumbnail, and bounded memory', async () => {
  const { byName, peakMemory } = await verdictsOn({
    // 256 megapixels, just under the limit, are read line by line.
    'under.png': png({ width: 16_000, height: 16_000, depth: 1, pixelBytes: 2001 * 16_000 }),
    'over.png': png({ width: 60_000, height: 60_000, depth: 1, pixelBytes: 1000 }),
    'interlaced.png': png({ width: 8000, height: 8000, interlaced: true, pixelBytes: 64_030_000 }),
    'profile.png': png({
      width: 9,
      height: 9,
      pixelBytes: 90,
      chunks: [inflatingChunk('iCCP', 200_000_000)],
    }),
    'texts.png': png({
      width: 9,
      height: 9,
      pixelBytes: 90,
      chunks: Array<Buffer>(20).fill(inflatingChunk('zTXt', 50_000_000)),
    }),
    'international-texts.png': png({
      width: 9,
      height: 9,
      pixelBytes: 90,
      chunks: Array<Buffer>(20).fill(inflatingChunk('iTXt', 50_000_000)),
    }),
    'strip.tif': greyTiff(16_000, 16_000, 256_000_000),
    'frames.gif': gif(300, 200, 50_000),
    'screen.gif': gif(65_535, 65_535, 1),
    'screen-under.gif': gif(16_000, 16_000, 1),
  });
  const { 'over.png': over, ...others } = Object.fromEntries(byName);
  expect(over).toBe('TOO_LARGE 60000 x 60000 pixels are more than the limit of 268402689');
  expect(new Set(Object.values(others))).toEqual(new Set(['done']));
  // Two at a time and the main process; the interlaced one alone takes 70 MB, the profile 200 if it were inflated.
  expect(peakMemory).toBeLessThan(900e6);
});

test('headers that lie are refused with the figures', async () => {
  const { byName } = await verdictsOn({
    'vast.tif': greyTiff(200_000, 200_000, 100),
    'vast.avif': patched(patched(avif, 'ispe', 4, 65_535), 'ispe', 8, 65_535),
    'box.avif': patched(avif, 'ispe', -8, 0x7fffffff),
    'count.tif': tiff([[256, 4, 1, 10]], Buffer.alloc(100), 0, 65_535),
    'loop.tif': greyTiff(100, 100, 10_000, 8),
    'nowhere.tif': tiff(
      [
        [256, 4, 1, 10],
        [257, 4, 1, 10],
        [273, 4, 1, 0x7fffffff],
        [279, 4, 1, 0x7fffffff],
      ],
      Buffer.alloc(8),
    ),
    'tags.tif': tiff([[256, 4, 0x7fffffff, tiffDataAt(1)]], Buffer.alloc(8)),
  });
  const damaged = (words: string) =>
    expect.stringMatching(new RegExp(`^CORRUPT the (AVIF|TIFF) data is damaged: ${words}`));
  expect(Object.fromEntries(byName)).toEqual({
    'good.jpg': 'done',
    'vast.tif': 'TOO_LARGE 200000 x 200000 pixels are more than the limit of 268402689',
    'vast.avif': 'TOO_LARGE 65535 x 65535 pixels are more than the limit of 268402689',
    'box.avif': damaged('heif: .*Unexpected end of file'),
    'count.tif': damaged('.*unsupported image format'),
    'loop.tif': damaged('the decoder names no cause'),
    'nowhere.tif': damaged('.*required field 262 missing'),
    'tags.tif': damaged('.*unsupported image format'),
  });
});

test('segments without end, and EXIF that is broken, leave the picture as it is', async () => {
  const orientation = (value: number) => exif([[0x0112, 3, 1, value]]);
  const { byName, thumbnails } = await verdictsOn({
    'segments.jpg': withSegments(good, Array<Buffer>(300).fill(segment(0xe9, Buffer.alloc(65_533)))),
    'profiles.jpg': withSegments(
      good,
      Array.from({ length: 255 }, (_, index) =>
        segment(
          0xe2,
          Buffer.concat([Buffer.from(`ICC_PROFILE\0`), Buffer.from([index + 1, 255]), Buffer.alloc(60_000)]),
        ),
      ),
    ),
    'orientation-0.jpg': withSegments(good, [orientation(0)]),
    'orientation-9.jpg': withSegments(good, [orientation(9)]),
    'orientation-65535.jpg': withSegments(good, [orientation(65_535)]),
    'loop.jpg': withSegments(good, [exif([[0x8769, 4, 1, 8]], 8)]),
    'beyond.jpg': withSegments(good, [exif([[0x010f, 2, 0x7fffffff, 0x7fffffff]], 0x7ffffff0)]),
    'count.jpg': withSegments(good, [exif([], 0, 65_535)]),
    'empty.jpg': withSegments(good, [segment(0xe1, Buffer.from('Exif\0\0'))]),
  });
  expect(new Set(byName.values())).toEqual(new Set(['done']));
  // Upright and in the colours of the picture without them.
  expect(new Set(thumbnails.values())).toEqual(new Set([thumbnails.get('good.jpg')]));
});

test('a file that is two things at once is its first, or nothing', async () => {
  const script = Buffer.from('<script>alert(1)</script>');
  const { byName } = await verdictsOn({
    'page.jpg': Buffer.concat([good, script]),
    'archive.png': Buffer.concat([await sharp(good).png().toBuffer(), Buffer.from('PK\x03\x04')]),
    'script.gif': Buffer.concat([gif(20, 20, 1), Buffer.from('*/=1;alert(1)')]),
    'document.jpg': Buffer.concat([Buffer.from('%PDF-1.4\n'), good]),
    'drawing.jpg': Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff]),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ]),
    'shell.png': Buffer.concat([Buffer.from('#!/bin/sh\n'), good]),
  });
  const other = 'UNSUPPORTED not a JPEG, PNG, WebP, GIF, TIFF or AVIF image';
  expect(Object.fromEntries(byName)).toEqual({
    'good.jpg': 'done',
    'page.jpg': 'done',
    'archive.png': 'done',
    'script.gif': 'done',
    'document.jpg': `${other}; it looks like a PDF document`,
    'drawing.jpg': expect.stringMatching(/^CORRUPT the JPEG data is damaged: /),
    'shell.png': other,
  });
});

test('formats that are not offered cannot be reached, whatever they are named', async () => {
  const text = (content: string) => Buffer.from(content, 'latin1');
  const files = {
    'portable.jpg': text('P6 1 1 255\nabc'),
    'float.jpg': text('PF\n1 1\n-1.0\n............'),
    'radiance.jpg': text('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd'),
    'fits.jpg': text('SIMPLE  =                    T'.padEnd(2880)),
    'exr.jpg': text('\x76\x2f\x31\x01\x02\0\0\0'),
    'nifti.jpg': text(`${'\x5c\x01\0\0'.padEnd(344, '\0')}n+1\0`),
    'matlab.jpg': text('MATLAB 5.0 MAT-file'.padEnd(128)),
    'vips.jpg': text('\xb6\xa6\xf2\x08'.padEnd(64, '\0')),
    'vips-swapped.jpg': text('\x08\xf2\xa6\xb6'.padEnd(64, '\0')),
    'jp2.jpg': text('\0\0\0\x0cjP  \r\n\x87\n'),
    'jxl.jpg': text('\xff\x0a\0\0'),
    'bmp.jpg': text('BM\x46\0\0\0\0\0\0\0\x36\0\0\0'),
    'icon.jpg': text('\0\0\x01\0\x01\0\x10\x10'),
    'photoshop.jpg': text('8BPS\0\x01'.padEnd(26, '\0')),
    'table.jpg': text('1,2,3\n4,5,6\n'),
    'magick.jpg': text(
      'push graphic-context\nimage over 0,0 0,0 "url(http://127.0.0.1/)"\npop graphic-context\n',
    ),
    'script.jpg': text('<?xml version="1.0"?><image><read filename="/etc/passwd"/></image>'),
    'zeros.jpg': Buffer.alloc(1000),
  };
  const { byName } = await verdictsOn(files);
  for (const name of Object.keys(files))
    expect([name, byName.get(name)]).toEqual([name, expect.stringMatching(/^UNSUPPORTED not a JPEG, /)]);
});

test('no image makes the program read another file or call another host', async () => {
  const folder = temporaryFolder();
  // Whoever opens the pipe to read waits for a writer, and is found waiting; whoever calls is counted.
  const pipe = path.join(folder, 'canary.png');
  execFileSync('mkfifo', [pipe]);
  let calls = 0;
  const server = net.createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/canary.png`;
  const hrefs = [pipe, `file://${pipe}`, url].map(
    (href) => `<image width="9" height="9" xlink:href="${href}"/>`,
  );
  const entities = `<!DOCTYPE svg [<!ENTITY a SYSTEM "file://${pipe}"><!ENTITY b SYSTEM "${url}">]>`;
  const svg = Buffer.from(
    `<?xml version="1.0"?>${entities}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
      `width="9" height="9">${hrefs.join('')}<text>&a;&b;</text></svg>`,
  );
  const xmp = segment(0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), svg]));
  const described = await sharp(good)
    .withExif({ IFD0: { ImageDescription: `${pipe} ${url}` } })
    .tiff()
    .toBuffer();
  const { byName } = await verdictsOn({
    'drawing.jpg': svg,
    'drawing.png': svg,
    'metadata.jpg': withSegments(good, [xmp]),
    'described.tif': described,
    'path.jpg': Buffer.from(pipe),
    'playlist.gif': Buffer.from(`#EXTM3U\n${url}\n`),
    'magick.png': Buffer.from(`image over 0,0 0,0 "${url}"\nimage over 0,0 0,0 "${pipe}"\n`),
  });
  expect([...byName].filter(([, verdict]) => verdict === 'done').map(([name]) => name)).toEqual([
    'described.tif',
    'good.jpg',
    'metadata.jpg',
  ]);
  // None hung on the pipe either: that would be a TIMEOUT.
  expect([...byName.values()].filter((verdict) => verdict.startsWith('TIMEOUT'))).toEqual([]);
  expect(calls).toBe(0);
});
