// Writes test/fixtures/images/: a sound JPEG, and damaged or foreign files, each named by what is wrong with it; and odd-images/ beside
// it, and made RAW files of each family in raw/. All images come from one seeded scene or from a ramp, so every run writes the same bytes.
// Run: npx tsx scripts/make-fixtures.ts
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { pngChunk } from '../test/support/images/hostile-images.js';
import { families } from '../test/support/images/raw/families.js';
import { rawFile } from '../test/support/images/raw/files.js';
import { oddImages } from './odd-images.js';
import { mulberry32 } from './painting/noise.js';
import { paintScene } from './painting/scene.js';

const FIXTURES = fileURLToPath(new URL('../test/fixtures/', import.meta.url));
const WIDTH = 240;
const HEIGHT = 160;

function scene(): Sharp {
  const { data } = paintScene('mountains', 'noon', WIDTH, HEIGHT, 2);
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

/** The offset of the first segment with this marker. Each segment gives its length: ITU-T T.81 B.1.1.4. */
function findSegment(jpeg: Buffer, marker: number): number {
  let offset = 2;
  while (jpeg[offset + 1] !== marker) {
    if (jpeg[offset] !== 0xff)
      throw new Error(`Expected a marker at byte ${offset} of the JPEG, got ${jpeg[offset]}`);
    offset += 2 + jpeg.readUInt16BE(offset + 2);
  }
  return offset;
}

/** Random bytes in the middle of the scan: codes that no Huffman table of the file has. */
function withCorruptEntropy(jpeg: Buffer): Buffer {
  const corrupt = Buffer.from(jpeg);
  const scan = findSegment(jpeg, 0xda);
  const middle = Math.floor((scan + jpeg.length) / 2);
  const random = mulberry32(7);
  for (let at = middle; at < middle + 400; at++) corrupt[at] = Math.floor(random() * 256);
  return corrupt;
}

function withGiantFrame(jpeg: Buffer): Buffer {
  const giant = Buffer.from(jpeg);
  const frame = findSegment(jpeg, 0xc0);
  giant.writeUInt16BE(65500, frame + 5);
  giant.writeUInt16BE(65500, frame + 7);
  return giant;
}

function withBadChecksum(png: Buffer): Buffer {
  const bad = Buffer.from(png);
  const data = png.indexOf('IDAT', 0, 'latin1');
  const checksum = data + 4 + png.readUInt32BE(data - 4);
  bad.writeUInt32BE((png.readUInt32BE(checksum) ^ 0xffffffff) >>> 0, checksum);
  return bad;
}

/** A decompression bomb: a valid black one-bit PNG of 50 kB with `side` x `side` pixels. */
function bomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rows = Buffer.alloc((1 + Math.ceil(side / 8)) * side);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const data = pngChunk('IDAT', deflateSync(rows, { level: 9 }));
  return Buffer.concat([signature, pngChunk('IHDR', header), data, pngChunk('IEND', Buffer.alloc(0))]);
}

/** A HEIC file's `ftyp` box (ISO/IEC 14496-12, 4.3) and an `mdat` box of zeros. */
function heicBoxes(): Buffer {
  const fileType = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  const media = Buffer.from('\0\0\0\x20mdat', 'latin1');
  return Buffer.concat([fileType, media, Buffer.alloc(24)]);
}

async function fixtures(): Promise<Record<string, Buffer>> {
  const jpeg = await scene().jpeg({ quality: 80 }).toBuffer();
  const png = await scene()
    .resize(WIDTH / 2)
    .png()
    .toBuffer();
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="24"/></svg>\n';
  return {
    'good.jpg': jpeg,
    'truncated.jpg': half(jpeg),
    'corrupt-entropy.jpg': withCorruptEntropy(jpeg),
    'giant-header.jpg': withGiantFrame(jpeg),
    'header-only.jpg': Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
      Buffer.from('nothing of a picture follows'),
    ]),
    'text-named.jpg': Buffer.from('This is a line of text, whatever the name says.\n'),
    'zero-byte.jpg': Buffer.alloc(0),
    'svg-named.jpg': Buffer.from(svg),
    'heic-named.jpg': heicBoxes(),
    'pdf-named.png': Buffer.from(
      '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n',
      'latin1',
    ),
    'truncated.png': half(png),
    'bad-crc.png': withBadChecksum(png),
    'bomb.png': bomb(20_000),
    'truncated.webp': half(await scene().webp({ quality: 80 }).toBuffer()),
    'truncated.gif': half(
      await scene()
        .resize(WIDTH / 2)
        .gif()
        .toBuffer(),
    ),
    'truncated.tif': half(await scene().tiff({ compression: 'jpeg' }).toBuffer()),
    'truncated.avif': half(await scene().avif({ quality: 60 }).toBuffer()),
  };
}

/** One small file of each family: `test/support/images/raw/families.ts` says what its cameras write. Turned as a portrait is. */
async function rawFiles(): Promise<Record<string, Buffer>> {
  const extensions = Object.keys(families);
  const files = await Promise.all(extensions.map((extension) => rawFile(extension, 6)));
  return Object.fromEntries(
    extensions.map((extension, index) => [`portrait.${extension}`, files[index] ?? Buffer.alloc(0)]),
  );
}

async function write(name: string, images: Record<string, Buffer>): Promise<void> {
  const folder = path.join(FIXTURES, name);
  await mkdir(folder, { recursive: true });
  for (const [file, bytes] of Object.entries(images)) await writeFile(path.join(folder, file), bytes);
}

await write('images', await fixtures());
await write('odd-images', await oddImages());
await write('raw', await rawFiles());
