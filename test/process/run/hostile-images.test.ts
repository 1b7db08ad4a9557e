// Bombs, lying headers, broken metadata and files that are two things at once: a clear record, within time and memory.

import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import {
  exif,
  gif,
  greyTiff,
  inflatingChunk,
  jpegOfScans,
  patched,
  png,
  pngChunk,
  segment,
  type TiffEntry,
  tiff,
  tiffDataAt,
  tiffOfPages,
  withSegments,
} from '../../support/hostile-images.js';
import { jpeg } from '../../support/photos.js';
import { type Case, expectVerdicts, GOOD } from '../../support/verdicts.js';

let good: Buffer = Buffer.alloc(0);
let avif: Buffer = Buffer.alloc(0);
beforeAll(async () => {
  good = await jpeg(1);
  avif = await sharp(good).avif({ effort: 0 }).toBuffer();
});

const tooLarge = (side: number) =>
  `TOO_LARGE ${side} x ${side} pixels are more than the limit of 268402689` as const;
const damaged = (format: string, words = '.') =>
  new RegExp(`^CORRUPT the ${format} data is damaged: .*${words}`);

/** A PNG of nine pixels square with these chunks before its pixels. */
const smallPng = (...chunks: Buffer[]) => png({ width: 9, height: 9, pixelBytes: 90, chunks });

test('bombs within the limit of pixels are thumbnails, and none is ever in memory whole', async () => {
  const { peakMemory } = await expectVerdicts(
    {
      'bits.png': [
        png({ width: 16_000, height: 16_000, depth: 1, pixelBytes: 2001 * 16_000 }),
        'done 16000 x 16000',
      ],
      'bytes.png': [
        png({ width: 16_000, height: 16_000, pixelBytes: 16_001 * 16_000 }),
        'done 16000 x 16000',
      ],
      'strip.tif': [greyTiff(16_000, 16_000, 256_000_000), 'done 16000 x 16000'],
      'profile.png': [smallPng(inflatingChunk('iCCP', 300_000_000)), 'done 9 x 9'],
      'texts.png': [smallPng(...Array<Buffer>(20).fill(inflatingChunk('zTXt', 20_000_000))), 'done 9 x 9'],
      'international-texts.png': [
        smallPng(...Array<Buffer>(20).fill(inflatingChunk('iTXt', 20_000_000))),
        'done 9 x 9',
      ],
      'chunks.png': [
        smallPng(...Array<Buffer>(100_000).fill(pngChunk('tEXt', Buffer.from('a\0b')))),
        'done 9 x 9',
      ],
      'frames.gif': [gif(300, 200, 50_000), 'done 300 x 200'],
      // libnsgif takes no screen of more than 2048 pixels a side at its word, and begins with the frame.
      'screen.gif': [gif(65_535, 65_535, 1), 'done 1 x 1'],
      'screen-under.gif': [gif(16_000, 16_000, 1), 'done 1 x 1'],
      'pages.tif': [tiffOfPages(5000), 'done 1 x 1'],
    },
    ['-w', '1'],
  );
  // Both processes together have 150 MB with small photos; the rest is less than any of the 256 to 400 MB inside these.
  expect(peakMemory).toBeLessThan(350e6);
});

test('an interlaced PNG, whose format makes its reader hold it, takes the memory of its pixels once', async () => {
  const { peakMemory } = await expectVerdicts(
    {
      'interlaced.png': [
        png({ width: 10_000, height: 10_000, interlaced: true, pixelBytes: 100_100_000 }),
        'done 10000 x 10000',
      ],
    },
    ['-w', '1'],
  );
  // 100 MB of pixels beside the 150 of two processes; with a second copy of them it would be more.
  expect(peakMemory).toBeLessThan(350e6);
});

test('headers of more pixels than the limit are refused with the figures, undecoded', async () => {
  const { peakMemory } = await expectVerdicts(
    {
      'vast.png': [
        png({ width: 60_000, height: 60_000, depth: 1, pixelBytes: 60_000 * 7501 }),
        tooLarge(60_000),
      ],
      'interlaced.png': [
        png({ width: 60_000, height: 60_000, interlaced: true, pixelBytes: 1000 }),
        tooLarge(60_000),
      ],
      'vast.tif': [greyTiff(200_000, 200_000, 100), tooLarge(200_000)],
      'vast.gif': [gif(10, 10, 1, 65_535), tooLarge(65_535)],
      'vast.avif': [patched(patched(avif, 'ispe', 4, 65_535), 'ispe', 8, 65_535), tooLarge(65_535)],
      'vast.jpg': [jpegOfScans(65_000, 65_000, 0), tooLarge(65_000)],
      'longest.jpg': [jpegOfScans(65_535, 65_535, 0), damaged('JPEG', 'Maximum supported image dimension')],
      'line.png': [
        png({ width: 268_000_000, height: 1, depth: 1, pixelBytes: 33_500_001 }),
        damaged('PNG', 'corrupt header'),
      ],
    },
    ['-w', '1'],
  );
  expect(peakMemory).toBeLessThan(350e6);
});

test('an image that takes too long or too much within the limit of pixels is given up, and costs nobody else', async () => {
  // 0.9 MB. Its coefficients are 512 MB, and each scan walks over all of them.
  const scans = jpegOfScans(16_000, 16_000, 1000);
  const narrow = ['-w', '1', '--max-memory', '400'];
  const libvips = { THUMBS_JPEG: 'libvips' };
  const verdict = /^TOO_LARGE its consumer had \d+ MB of memory/;
  await expectVerdicts({ 'scans.jpg': [scans, verdict] }, narrow, libvips);
  const longer = jpegOfScans(8000, 8000, 20_000);
  await expectVerdicts({ 'longer.jpg': [longer, /^TIMEOUT .*\b2 s/] }, ['--timeout', '2'], libvips);
  // Our own reader leaves out the scans that a thumbnail does not need.
  await expectVerdicts({ 'scans.jpg': [scans, 'done 16000 x 16000'] }, narrow);
  await expectVerdicts({ 'longer.jpg': [longer, 'done 8000 x 8000'] }, ['--timeout', '2']);
});

test('headers that contradict themselves or the file are one record each', async () => {
  const strip = (offset: number, bytes: number): TiffEntry[] => [
    [256, 4, 1, 10],
    [257, 4, 1, 10],
    [258, 3, 1, 8],
    [262, 3, 1, 1],
    [273, 4, 1, offset],
    [279, 4, 1, bytes],
  ];
  const wide = tiff([...strip(tiffDataAt(7), 100), [277, 3, 1, 65_535]], Buffer.alloc(100));
  await expectVerdicts({
    'count.tif': [tiff([[256, 4, 1, 10]], Buffer.alloc(100), 0, 65_535), damaged('TIFF')],
    'tags.tif': [tiff([[256, 4, 0x7fffffff, tiffDataAt(1)]], Buffer.alloc(8)), damaged('TIFF')],
    'loop.tif': [greyTiff(100, 100, 10_000, 8), damaged('TIFF', 'IFD looping')],
    'next.tif': [greyTiff(100, 100, 10_000, 0x7ffffff0), damaged('TIFF', 'Failed to read directory')],
    'nowhere.tif': [tiff(strip(0x7fffffff, 0x7fffffff), Buffer.alloc(8)), damaged('TIFF')],
    'tiny.tif': [tiff(strip(tiffDataAt(6), 3), Buffer.alloc(3)), damaged('TIFF', 'read error')],
    'short.tif': [greyTiff(16_000, 16_000, 1000), damaged('TIFF', 'read error')],
    'channels.tif': [wide, damaged('TIFF')],
    'none.png': [png({ width: 0, height: 0, pixelBytes: 1 }), damaged('PNG')],
    'short.png': [png({ width: 16_000, height: 16_000, pixelBytes: 1000 }), damaged('PNG', 'read error')],
    'chunk.png': [patched(smallPng(), 'PNG\r\n\x1a\n', 0, 0x7fffffff), damaged('PNG')],
    'small.avif': [patched(patched(avif, 'ispe', 4, 16_000), 'ispe', 8, 16_000), damaged('AVIF')],
  });
});

test('AVIF boxes of every impossible length are a good image or one record, within bounded memory', async () => {
  const boxes = [
    'ftyp',
    'meta',
    'hdlr',
    'pitm',
    'iloc',
    'iinf',
    'iprp',
    'ipco',
    'ispe',
    'av1C',
    'ipma',
    'mdat',
  ];
  const cases: Record<string, Case> = {};
  for (const box of boxes) {
    for (const length of [0, 1, 7, 0x7fffffff, 0xffffffff]) {
      // The length stands before the name.
      cases[`${box}-${length}.avif`] = [
        patched(avif, box, -8, length),
        /^(?:done 320 x 240|CORRUPT the AVIF data is damaged: .|UNSUPPORTED not a JPEG, )/,
      ];
    }
  }
  const { thumbnails, peakMemory } = await expectVerdicts(cases, ['-w', '1']);
  const { thumbnails: plain } = await expectVerdicts({ 'plain.avif': [avif, GOOD] });
  for (const [name, file] of thumbnails)
    if (name !== 'good.jpg') expect([name, file]).toEqual([name, plain.get('plain.avif')]);
  expect(peakMemory).toBeLessThan(350e6);
});

test('segments without end, and EXIF that is broken, leave the picture as it is', async () => {
  const orientation = (value: number) => exif([[0x0112, 3, 1, value]]);
  const profilePart = (number: number, of: number) =>
    segment(
      0xe2,
      Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([number, of]), Buffer.alloc(60_000)]),
    );
  const added: Record<string, Buffer[]> = {
    'segments.jpg': Array<Buffer>(300).fill(segment(0xe9, Buffer.alloc(65_533))),
    'comments.jpg': Array<Buffer>(100_000).fill(segment(0xfe, Buffer.alloc(0))),
    'profiles.jpg': Array.from({ length: 255 }, (_, index) => profilePart(index + 1, 255)),
    'profile-parts.jpg': [profilePart(7, 3), profilePart(0, 0), profilePart(2, 255), profilePart(2, 255)],
    'orientation-0.jpg': [orientation(0)],
    'orientation-9.jpg': [orientation(9)],
    'orientation-65535.jpg': [orientation(65_535)],
    'orientation-text.jpg': [exif([[0x0112, 2, 1, 0x36000000]])],
    'orientations.jpg': [exif([[0x0112, 3, 0x7fffffff, 6]])],
    'loop.jpg': [exif([[0x8769, 4, 1, 8]], 8)],
    'loops.jpg': [
      exif(
        [
          [0x8769, 4, 1, 8],
          [0x8825, 4, 1, 8],
          [0xa005, 4, 1, 8],
        ],
        8,
      ),
    ],
    'beyond.jpg': [exif([[0x010f, 2, 0x7fffffff, 0x7fffffff]], 0x7ffffff0)],
    'count.jpg': [exif([], 0, 65_535)],
    'empty.jpg': [segment(0xe1, Buffer.from('Exif\0\0'))],
    'many.jpg': Array<Buffer>(1000).fill(orientation(9)),
  };
  const cases = Object.entries(added).map(([name, segments]) => [name, [withSegments(good, segments), GOOD]]);
  const { thumbnails } = await expectVerdicts(Object.fromEntries(cases));
  // Upright, and in the colours of the picture without them.
  expect(new Set(thumbnails.values())).toEqual(new Set([thumbnails.get('good.jpg')]));
});

test('a file that is two things at once is its first, or nothing', async () => {
  const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  const document = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\n');
  const behind = (bytes: Buffer, more: Buffer | string) => Buffer.concat([bytes, Buffer.from(more)]);
  const { thumbnails } = await expectVerdicts({
    'page.jpg': [behind(good, '<html><script>alert(1)</script></html>'), GOOD],
    'document-behind.jpg': [behind(good, document), GOOD],
    'drawing-behind.jpg': [behind(good, drawing), GOOD],
    'archive.png': [behind(await sharp(good).png().toBuffer(), 'PK\x03\x04'), GOOD],
    // A screen that is as wide as the two letters `/*` say, so that a script goes on behind the picture.
    'script.gif': [behind(gif(0x2a2f, 1, 1), '*/=1;alert(1)'), 'done 1 x 1'],
    'document.jpg': [behind(document, good), /^UNSUPPORTED .*; it looks like a PDF document$/],
    'drawing.jpg': [behind(Buffer.from([0xff, 0xd8, 0xff]), drawing), damaged('JPEG')],
    'drawing.gif': [behind(Buffer.from('GIF89a'), drawing), damaged('GIF')],
    'drawing.png': [behind(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), drawing), damaged('PNG')],
    'drawing.tif': [behind(Buffer.from('II*\0'), drawing), damaged('TIFF')],
    'shell.png': [
      behind(Buffer.from('#!/bin/sh\n'), good),
      'UNSUPPORTED not a JPEG, PNG, WebP, GIF, TIFF or AVIF image',
    ],
  });
  for (const name of ['page.jpg', 'document-behind.jpg', 'drawing-behind.jpg'])
    expect(thumbnails.get(name)).toBe(thumbnails.get('good.jpg'));
});
