// Pictures for made RAW files: four quarters of known colours, so that a thumbnail shows how it was turned.

import sharp from 'sharp';
import { below, longs, shorts, text, tiffStructure } from './tiff-structure.js';

/** Red, green, blue and white: the quarters of the upright photo, line by line. */
export const QUARTERS: ReadonlyArray<readonly [number, number, number]> = [
  [220, 40, 40],
  [40, 180, 60],
  [40, 60, 200],
  [240, 240, 240],
];

/** By EXIF orientation: the quarters in the order in which they are stored (TIFF 6.0, page 36). */
const STORED: readonly string[] = ['', '0123', '1032', '3210', '2301', '0213', '1302', '3120', '2031'];

/** A JPEG of the quarters as they are stored under this orientation. @param width Pixels, as stored. */
export function storedPicture(width: number, height: number, orientation: number): Promise<Buffer> {
  const order = [...(STORED[orientation] ?? '0123')].map(Number);
  const quarters = Buffer.from(order.flatMap((quarter) => [...(QUARTERS[quarter] ?? [])]));
  return sharp(quarters, { raw: { width: 2, height: 2, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'nearest' })
    .jpeg({ quality: 80 })
    .toBuffer();
}

/** The name of the quarter in each corner of a picture, line by line: `0123` when it is upright. */
export async function quartersOf(image: Buffer): Promise<string> {
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const corners = [0.25, 0.75].flatMap((y) => [0.25, 0.75].map((x) => [x, y] as const));
  const found = corners.map(([x, y]) => {
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels;
    const distances = QUARTERS.map((colour) =>
      colour.reduce((sum, value, channel) => sum + Math.abs(value - (data[at + channel] ?? 0)), 0),
    );
    return distances.indexOf(Math.min(...distances));
  });
  return found.join('');
}

/** What no record and no thumbnail may have. */
export const SECRETS = ['SERIAL-4711', 'OWNER-NAME', 'GPS-PLACE'] as const;

/** A JPEG with EXIF of its own. */
export function withOwnExif(jpeg: Buffer, orientation: number | undefined): Buffer {
  const tiff = tiffStructure(
    {
      tags: [
        ...(orientation === undefined ? [] : [shorts(0x0112, orientation)]),
        text(0x013b, SECRETS[1]),
        below(0x8769, {
          tags: [text(0x9003, '2024:05:01 12:30:05'), longs(0xa002, 6000), longs(0xa003, 4000)],
        }),
      ],
    },
    { isLittleEndian: true },
  );
  const head = Buffer.from('ffe10000457869660000', 'hex');
  head.writeUInt16BE(8 + tiff.length, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, tiff, jpeg.subarray(2)]);
}

/** Sensor data as lossless JPEG: its header alone (SOF3). */
export const LOSSLESS: Buffer = Buffer.concat([
  Buffer.from('ffd8ffc3000b0e0fa0177001011100', 'hex'),
  Buffer.alloc(200, 0x5a),
  Buffer.from('ffd9', 'hex'),
]);
