// Lying headers, broken metadata, bombs and files that are two things at once: a thumbnail or one record each, within time and
// memory. What takes longer is in the soak tests.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import {
  exif,
  gif,
  greyTiff,
  jpegOfScans,
  patched,
  png,
  pngChunk,
  segment,
  smallPng,
  type TiffEntry,
  tiff,
  tiffDataAt,
  tiffOfPages,
  withSegments,
} from '../../support/images/hostile-images.js';
import { jpeg } from '../../support/photos.js';
import {
  type CraftedFile,
  type CraftedFiles,
  corrupt,
  expectOutcomes,
  GOOD,
  inFolder,
  tooLarge,
  unsupported,
} from '../../support/processes/expected-outcomes.js';

const good = await jpeg(1);
const avif = await sharp(good).avif({ effort: 0 }).toBuffer();

/** Images of many pixels, frames or chunks. None of them is held as a whole. */
function bombs(): CraftedFiles {
  return {
    'bytes.png': [png({ width: 16_000, height: 16_000, pixelBytes: 16_001 * 16_000 }), 'done 16000 x 16000'],
    'strip.tif': [greyTiff(16_000, 16_000, 256_000_000), 'done 16000 x 16000'],
    'chunks.png': [
      smallPng(...Array<Buffer>(100_000).fill(pngChunk('tEXt', Buffer.from('a\0b')))),
      'done 9 x 9',
    ],
    'frames.gif': [gif(300, 200, 50_000), 'done 300 x 200'],
    // libnsgif ignores a screen of more than 2048 pixels a side, and starts with the frame.
    'screen.gif': [gif(65_535, 65_535, 1), 'done 1 x 1'],
    'smaller-screen.gif': [gif(16_000, 16_000, 1), 'done 1 x 1'],
    'pages.tif': [tiffOfPages(5000), 'done 1 x 1'],
    // Its coefficients would take 512 MB; our own reader skips the scans that a thumbnail does not need.
    'scans.jpg': [jpegOfScans(16_000, 16_000, 1000), 'done 16000 x 16000'],
    'more-scans.jpg': [jpegOfScans(8000, 8000, 20_000), 'done 8000 x 8000'],
  };
}

/** Headers of more pixels than the limit. A decoder would find the data damaged, so the outcome shows that none was called. */
function tooLargeImages(): CraftedFiles {
  return {
    'deep.png': [png({ width: 60_000, height: 60_000, depth: 1, pixelBytes: 1000 }), tooLarge(60_000)],
    'interlaced.png': [
      png({ width: 60_000, height: 60_000, interlaced: true, pixelBytes: 1000 }),
      tooLarge(60_000),
    ],
    'image.tif': [greyTiff(200_000, 200_000, 100), tooLarge(200_000)],
    'image.gif': [gif(10, 10, 1, 65_535), tooLarge(65_535)],
    'image.avif': [patched(patched(avif, 'ispe', 4, 65_535), 'ispe', 8, 65_535), tooLarge(65_535)],
    'image.jpg': [jpegOfScans(65_000, 65_000, 0), tooLarge(65_000)],
    'largest.jpg': [jpegOfScans(65_535, 65_535, 0), corrupt('JPEG', 'Maximum supported image dimension')],
    'line.png': [
      png({ width: 268_000_000, height: 1, depth: 1, pixelBytes: 1000 }),
      corrupt('PNG', 'corrupt header'),
    ],
  };
}

/** Headers that contradict themselves or the file. */
function contradictoryHeaders(): CraftedFiles {
  const strip = (offset: number, bytes: number): TiffEntry[] => [
    [256, 4, 1, 10],
    [257, 4, 1, 10],
    [258, 3, 1, 8],
    [262, 3, 1, 1],
    [273, 4, 1, offset],
    [279, 4, 1, bytes],
  ];
  const wide = tiff([...strip(tiffDataAt(7), 100), [277, 3, 1, 65_535]], Buffer.alloc(100));
  return {
    'count.tif': [tiff([[256, 4, 1, 10]], Buffer.alloc(100), 0, 65_535), corrupt('TIFF')],
    'tags.tif': [tiff([[256, 4, 0x7fffffff, tiffDataAt(1)]], Buffer.alloc(8)), corrupt('TIFF')],
    'loop.tif': [greyTiff(100, 100, 10_000, 8), corrupt('TIFF', 'IFD looping')],
    'next.tif': [greyTiff(100, 100, 10_000, 0x7ffffff0), corrupt('TIFF', 'Failed to read directory')],
    'nowhere.tif': [tiff(strip(0x7fffffff, 0x7fffffff), Buffer.alloc(8)), corrupt('TIFF')],
    'tiny.tif': [tiff(strip(tiffDataAt(6), 3), Buffer.alloc(3)), corrupt('TIFF', '[Rr]ead error')],
    'short.tif': [greyTiff(16_000, 16_000, 1000), corrupt('TIFF', 'read error')],
    'channels.tif': [wide, corrupt('TIFF')],
    'none.png': [png({ width: 0, height: 0, pixelBytes: 1 }), corrupt('PNG')],
    'short.png': [png({ width: 16_000, height: 16_000, pixelBytes: 1000 }), corrupt('PNG', 'read error')],
    'chunk.png': [patched(smallPng(), 'PNG\r\n\x1a\n', 0, 0x7fffffff), corrupt('PNG')],
    'small.avif': [patched(patched(avif, 'ispe', 4, 16_000), 'ispe', 8, 16_000), corrupt('AVIF')],
  };
}

const BOXES = [
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

/** An AVIF in which one of its boxes has an impossible length. */
function impossibleBoxes(): CraftedFiles {
  const outcome = /^(?:done 320 x 240|CORRUPT the AVIF data is damaged: .|UNSUPPORTED not a JPEG, )/;
  const files: Record<string, CraftedFile> = {};
  // The length stands before the name.
  for (const box of BOXES)
    for (const length of [0, 1, 7, 0x7fffffff, 0xffffffff])
      files[`${box}-${length}.avif`] = [patched(avif, box, -8, length), outcome];
  return files;
}

/** Segments without end, and broken EXIF, before a good photo. */
function brokenMetadata(): CraftedFiles {
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
  const files = Object.entries(added).map(([name, segments]) => [name, [withSegments(good, segments), GOOD]]);
  return Object.fromEntries(files);
}

/** Files that begin as one thing and end as another. */
async function twoThings(): Promise<CraftedFiles> {
  const drawing = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  const document = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\n');
  const behind = (bytes: Buffer, more: Buffer | string) => Buffer.concat([bytes, Buffer.from(more)]);
  return {
    'page.jpg': [behind(good, '<html><script>alert(1)</script></html>'), GOOD],
    'document-behind.jpg': [behind(good, document), GOOD],
    'drawing-behind.jpg': [behind(good, drawing), GOOD],
    'archive.png': [behind(await sharp(good).png().toBuffer(), 'PK\x03\x04'), GOOD],
    // A screen that is as wide as the two letters `/*` say, so that a script goes on behind the picture.
    'script.gif': [behind(gif(0x2a2f, 1, 1), '*/=1;alert(1)'), 'done 1 x 1'],
    'document.jpg': [behind(document, good), unsupported('a PDF document')],
    'drawing.jpg': [behind(Buffer.from([0xff, 0xd8, 0xff]), drawing), corrupt('JPEG')],
    'drawing.gif': [behind(Buffer.from('GIF89a'), drawing), corrupt('GIF')],
    'drawing.png': [behind(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), drawing), corrupt('PNG')],
    'drawing.tif': [behind(Buffer.from('II*\0'), drawing), corrupt('TIFF')],
    'shell.png': [behind(Buffer.from('#!/bin/sh\n'), good), unsupported()],
  };
}

test('hostile images are a thumbnail or one record each, within bounded memory, and change no other', async () => {
  const { thumbnails, peakMemory } = await expectOutcomes(
    {
      ...inFolder('bombs', bombs()),
      ...inFolder('too-large', tooLargeImages()),
      ...inFolder('headers', contradictoryHeaders()),
      ...inFolder('boxes', impossibleBoxes()),
      ...inFolder('metadata', brokenMetadata()),
      ...inFolder('two-things', await twoThings()),
      'plain.avif': [avif, GOOD],
    },
    ['-w', '1'],
  );
  // Two processes have 150 MB with small photos; the rest is less than any of the 256 to 512 MB of pixels in these.
  expect(peakMemory).toBeLessThan(350e6);

  // Upright, and in the colours of the picture without the metadata.
  const ofGood = [...thumbnails].filter(
    ([name]) =>
      name.startsWith('metadata/') || /^two-things\/(?:page|document-behind|drawing-behind)/.test(name),
  );
  expect(ofGood).toHaveLength(15 + 3);
  for (const [name, thumbnail] of ofGood) expect(thumbnail, name).toBe(thumbnails.get('good.jpg'));
  for (const [name, thumbnail] of thumbnails)
    if (name.startsWith('boxes/')) expect(thumbnail, name).toBe(thumbnails.get('plain.avif'));
});
