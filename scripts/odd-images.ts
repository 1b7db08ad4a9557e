// Images that decoders complain of although no pixel is lost, regular ones with the same pixels, some that libvips cannot read
// although nothing is damaged, and some that have lost pixels as well. Each is named by what it has.

import { deflateSync } from 'node:zlib';
import sharp, { type JpegOptions } from 'sharp';
import { segment, withSegments } from '../test/support/images/hostile-images.js';
import { pieceOf, withBefore, withBehindScan, withByte } from '../test/support/images/jpeg/surgery.js';
import { asBigTiff, type Tag, type TiffFile, tiffFile, types } from '../test/support/images/tiff-files.js';

const WIDTH = 40;
const HEIGHT = 30;
const { SHORT, LONG, ASCII, RATIONAL, UNDEFINED, BYTE } = types;

/** A ramp in red and green, so that no two parts are equal. */
const rgb = Buffer.from(
  Array.from({ length: WIDTH * HEIGHT }, (_, at) => [
    6 * (at % WIDTH),
    8 * Math.floor(at / WIDTH),
    128,
  ]).flat(),
);
const grey = Buffer.from(Array.from({ length: WIDTH * HEIGHT }, (_, at) => at % 256));
const plain: TiffFile = { width: WIDTH, height: HEIGHT, photometric: 2, data: [rgb] };
const withTag = (tag: number, type: number, values: Tag['values'], count?: number): Buffer =>
  tiffFile({ ...plain, tags: [{ tag, type, values, ...(count === undefined ? {} : { count }) }] });

/** The image of the samples, with opaque alpha where the columns are even. */
function rgba(extraSamples: readonly Tag[]): Buffer {
  const data = Buffer.alloc(WIDTH * HEIGHT * 4);
  for (let at = 0; at < WIDTH * HEIGHT; at += 1) {
    rgb.copy(data, 4 * at, 3 * at, 3 * at + 3);
    data[4 * at + 3] = at % 2 === 0 ? 255 : 90;
  }
  return tiffFile({ ...plain, bits: [8, 8, 8, 8], data: [data], tags: extraSamples });
}

/** A palette image whose colours go up to `most`: 255 in old files, which also have text without its end; 65535 by the specification. */
function palette(most: 255 | 65535): Buffer {
  const colours = [(value: number) => value, (value: number) => 255 - value, () => 90].flatMap((colour) =>
    Array.from({ length: 256 }, (_, index) => (colour(index) * most) / 255),
  );
  const colourMap = { tag: 320, type: SHORT, values: colours };
  const text = { tag: 270, type: ASCII, values: Buffer.from('a palette') };
  const tags = most === 255 ? [text, colourMap] : [colourMap];
  return tiffFile({ ...plain, photometric: 3, bits: [8], data: [grey], tags });
}

/** LZW without any string but single bytes, by old codes of 9 bits that begin at the lowest one. */
function oldLzw(bytes: Buffer): Buffer {
  const CLEAR = 256;
  const END = 257;
  const codes = [...bytes].flatMap((byte, at) => (at % 200 === 0 ? [CLEAR, byte] : [byte]));
  const bits = [...codes, END].flatMap((code) => Array.from({ length: 9 }, (_, bit) => (code >> bit) & 1));
  const packed = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [at, bit] of bits.entries()) packed[at >> 3] = (packed[at >> 3] ?? 0) | (bit << (at & 7));
  return packed;
}

/** A sample of each tile of 16 x 16: all of them are grey. */
const greyTiles = Array.from({ length: 3 * 6 }, () => Buffer.alloc(256, 100));

/** Patches of CIELAB colours with 16 bits a sample: L from 0 to 65535, a and b signed in 256ths. */
function lab16(colours: ReadonlyArray<readonly [l: number, a: number, b: number]>): Buffer {
  const side = 16;
  const data = Buffer.alloc(colours.length * side * side * 6);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < colours.length * side; x += 1) {
      const [l, a, b] = colours[Math.floor(x / side)] ?? [0, 0, 0];
      const at = 6 * (y * colours.length * side + x);
      data.writeUInt16LE(Math.round(655.35 * l), at);
      data.writeInt16LE(Math.round(256 * a), at + 2);
      data.writeInt16LE(Math.round(256 * b), at + 4);
    }
  return tiffFile({
    width: colours.length * side,
    height: side,
    photometric: 8,
    bits: [16, 16, 16],
    data: [data],
  });
}

/** Every image by its file name. */
export async function oddImages(): Promise<Record<string, Buffer>> {
  const image = sharp(rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  const encode = (options: JpegOptions, height = HEIGHT) =>
    image
      .clone()
      .extract({ left: 0, top: 0, width: WIDTH, height })
      .jpeg({ chromaSubsampling: '4:4:4', ...options })
      .toBuffer();
  const jpeg = await encode({});
  const subsampling = { tag: 530, type: SHORT, values: [1, 1] };
  const jpegIn = (data: Buffer, height = HEIGHT, tags: readonly Tag[] = [subsampling]): Buffer =>
    tiffFile({ ...plain, height, photometric: 6, compression: 7, data: [data], tags });
  const lab = tiffFile({ ...plain, photometric: 8 });
  const junk = Buffer.from([1, 2, 3, 4, 5]);
  const spectralEnd = 4 + 1 + 2 * 3 + 1;
  const interval = await encode({ optimiseCoding: false });
  return {
    'plain.tif': tiffFile(plain),
    'unknown-tag.tif': withTag(59_932, BYTE, Buffer.alloc(9)),
    'unsorted-tags.tif': tiffFile({ ...plain, unsorted: true }),
    'wrong-type.tif': withTag(296, ASCII, Buffer.from('2')),
    'wrong-count.tif': withTag(282, RATIONAL, [72, 1, 3, 1]),
    'value-out-of-range.tif': withTag(274, LONG, [70_000]),
    'tag-beyond-the-end.tif': withTag(270, ASCII, Buffer.from([0, 0, 9, 0]), 500),
    'bits-of-a-fourth-sample.tif': withTag(258, SHORT, [8, 8, 8, 8]),
    'text-without-end.tif': withTag(270, ASCII, Buffer.from('a ramp')),
    'text-with-null.tif': withTag(270, ASCII, Buffer.from('a\0ramp\0')),
    'no-strip-sizes.tif': tiffFile({ ...plain, without: [279] }),
    'wrong-strip-sizes.tif': withTag(279, LONG, [99]),
    'corrupt-profile.tif': tiffFile({
      ...plain,
      tags: [{ tag: 34_675, type: UNDEFINED, values: Buffer.alloc(200, 7) }],
      unsorted: true,
    }),
    'old-lzw.tif': tiffFile({ ...plain, compression: 5, data: [oldLzw(rgb)] }),
    'alpha.tif': rgba([{ tag: 338, type: SHORT, values: [2] }]),
    'unannounced-alpha.tif': rgba([]),
    'palette.tif': palette(65535),
    'palette-of-8-bits.tif': palette(255),
    'jpeg.tif': jpegIn(jpeg),
    'jpeg-of-other-subsampling.tif': jpegIn(jpeg, HEIGHT, []),
    'jpeg-progressive.tif': jpegIn(await encode({ progressive: true })),
    'jpeg-low.tif': jpegIn(await encode({}, 24), 24),
    'jpeg-strip-too-high.tif': jpegIn(jpeg, 24),
    'plain.jpg': jpeg,
    'bytes-before-frame.jpg': withBefore(jpeg, 0xc0, junk),
    'bytes-before-two-segments.jpg': withBefore(withBefore(jpeg, 0xda, junk), 0xc0, junk),
    'bytes-behind-exif.jpg': withBefore(
      withSegments(jpeg, [
        segment(0xe0, Buffer.from([...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0])),
        segment(0xe1, exifOrientation(1)),
      ]),
      0xdb,
      junk,
    ),
    'unknown-jfif-revision.jpg': withSegments(jpeg, [
      segment(0xe0, Buffer.from([...Buffer.from('JFIF\0'), 9, 2, 0, 0, 1, 0, 1, 0, 0])),
    ]),
    'unknown-adobe-transform.jpg': withSegments(jpeg, [
      segment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 7])),
    ]),
    'wrong-scan-parameters.jpg': withByte(jpeg, 0xda, spectralEnd, 0),

    'lab-of-16-bits.tif': lab16([
      [100, 0, 0],
      [54.29, 80.81, 69.89],
      [87.82, -79.27, 80.99],
      [29.57, 68.3, -112.03],
      [50, 0, 0],
    ]),

    'lab-of-8-bits.tif': lab,
    'lab-of-8-bits-unsorted.tif': tiffFile({ ...plain, photometric: 8, unsorted: true }),
    'lab-of-8-bits-and-half-the-data.tif': tiffFile({
      ...plain,
      photometric: 8,
      compression: 8,
      data: [half(deflateSync(rgb))],
      unsorted: true,
    }),
    'lab-of-8-bits-in-bigtiff.tif': asBigTiff(lab),
    'lab-with-two-inks.tif': tiffFile({
      ...plain,
      photometric: 8,
      bits: [8, 8, 8, 8, 8],
      data: [Buffer.alloc(WIDTH * HEIGHT * 5, 100)],
      tags: [{ tag: 338, type: SHORT, values: [0, 0] }],
    }),
    'planes-in-tiles.tif': tiffFile({ ...plain, planar: 2, tile: [16, 16], data: greyTiles }),
    'compression-lzma.tif': tiffFile({ ...plain, compression: 34_925 }),
    'compression-jpeg-2000.tif': tiffFile({ ...plain, compression: 34_712 }),
    'grey-of-12-bits.tif': tiffFile({ ...plain, photometric: 1, bits: [12], data: [rgb] }),
    'grey-of-24-bits.tif': tiffFile({ ...plain, photometric: 1, bits: [24] }),
    'colour-filter-array.tif': tiffFile({ ...plain, photometric: 32_803, bits: [8], data: [grey] }),
    'hierarchical.jpg': withByte(jpeg, 0xc0, 1, 0xc5),
    'samples-of-12-bits.jpg': withByte(jpeg, 0xc0, 4, 12),

    'unsorted-tags-and-half-the-data.tif': tiffFile({
      ...plain,
      compression: 8,
      data: [half(deflateSync(rgb))],
      unsorted: true,
    }),
    'no-strip-sizes-and-half-the-data.tif': tiffFile({
      ...plain,
      tags: [{ tag: 273, type: LONG, values: [2000] }],
      without: [279],
    }),
    'palette-of-wrong-count.tif': tiffFile({
      ...plain,
      photometric: 3,
      bits: [8],
      data: [grey],
      tags: [{ tag: 320, type: SHORT, values: Array.from({ length: 600 }, (_, index) => index) }],
    }),
    'jpeg-strip-too-low.tif': jpegIn(await encode({}, 24)),
    'jpeg-damaged-and-other-subsampling.tif': jpegIn(withDamage(jpeg), HEIGHT, []),
    'bytes-before-frame-and-damage.jpg': withBefore(withDamage(jpeg), 0xc0, junk),
    'bytes-before-frame-and-half-the-data.jpg': half(withBefore(interval, 0xc0, junk)),
    'wrong-scan-parameters-and-damage.jpg': withByte(withDamage(jpeg), 0xda, spectralEnd, 0),
    'lost-huffman-table.jpg': withoutMarker(jpeg, 0xc4),
    'lost-orientation.jpg': withoutMarker(
      withSegments(jpeg, [
        segment(0xe0, Buffer.from([...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0])),
        segment(0xe1, exifOrientation(6)),
      ]),
      0xe1,
    ),
    'rest-of-colour-segment.jpg': withShortSegment(
      withSegments(jpeg, [segment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 0]))]),
      0xee,
    ),
    'lost-predictor.tif': tiffFile({
      ...plain,
      compression: 8,
      data: [deflateSync(rgb)],
      tags: [{ tag: 316, type: SHORT, values: [2] }],
      unsorted: true,
    }),
    'lost-orientation.tif': tiffFile({
      ...plain,
      tags: [{ tag: 338, type: SHORT, values: [6] }],
      unsorted: true,
    }),
    'lost-compression.tif': tiffFile({ ...plain, without: [259], unsorted: true }),
    'bytes-between-scans.jpg': withBehindScan(await encode({ progressive: true }), junk),
  };
}

/** With one bit of the first such marker changed: libjpeg skips the segment. */
function withoutMarker(jpeg: Buffer, marker: number): Buffer {
  const damaged = Buffer.from(jpeg);
  damaged[damaged.indexOf(Buffer.from([0xff, marker]))] = 0xfe;
  return damaged;
}

/** With a length that is too small by one: the last byte belongs to no segment. */
function withShortSegment(jpeg: Buffer, marker: number): Buffer {
  const damaged = Buffer.from(jpeg);
  const at = damaged.indexOf(Buffer.from([0xff, marker])) + 2;
  damaged.writeUInt16BE(damaged.readUInt16BE(at) - 1, at);
  return damaged;
}

/** An APP1 segment's content with this orientation alone. */
function exifOrientation(orientation: number): Buffer {
  const ifd = [
    0x49,
    0x49,
    42,
    0,
    8,
    0,
    0,
    0,
    1,
    0,
    0x12,
    1,
    3,
    0,
    1,
    0,
    0,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  return Buffer.from([...Buffer.from('Exif\0\0'), ...ifd]);
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}

/** With other data in the second half of the scan: codes that the image has not. */
function withDamage(jpeg: Buffer): Buffer {
  const { start, end } = pieceOf(jpeg, 0xda);
  const damaged = Buffer.from(jpeg);
  for (let at = (start + end) >> 1; at < end - 8; at += 1) damaged[at] = (at * 37) & 0x7f;
  return damaged;
}
