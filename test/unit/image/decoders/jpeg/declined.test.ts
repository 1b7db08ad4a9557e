// Which JPEGs our own reader declines, and why. Of sound ones libvips makes the thumbnail.

import { expect, test } from 'vitest';
import { Declined } from '../../../../../src/image/decoders/declined.js';
import { openReduced } from '../../../../../src/image/decoders/jpeg/open.js';
import { defaultDecoding } from '../../../../../src/options/options.js';
import { exif, segment, withSegments } from '../../../../support/images/hostile-images.js';
import { boxAt, declineReason, maxPixels } from '../../../../support/images/jpeg/comparison.js';
import { encodeJpeg, type ScanScript, whole } from '../../../../support/images/jpeg/encoder.js';
import { picture } from '../../../../support/images/jpeg/pictures.js';
import {
  doubled,
  pieceOf,
  withBefore,
  withBehindScan,
  withByte,
  without,
} from '../../../../support/images/jpeg/surgery.js';
import { renderOne } from '../../../../support/images/render-one.js';
import { insideBox, requestFor } from '../../../../support/variants.js';

const SOF0 = 0xc0;
const DHT = 0xc4;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;

const box = { width: 16, height: 16 };
const lake = await picture({ scene: 'lake', width: 267, height: 201, seed: 3 });
const two = [2, 2] as const;
const one = [1, 1] as const;
const jpeg = encodeJpeg(lake, { sampling: [two, one, one] });
const intervals = encodeJpeg(lake, { sampling: [two, one, one], restartInterval: 20 });

const cmyk = { ...lake, data: new Uint8Array(lake.width * lake.height * 4).fill(90), channels: 4 };
const adobe = (transform: number) =>
  segment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]));
const jfif = segment(0xe0, Buffer.from([...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]));
const profile = (number: number, chunks: number) =>
  segment(
    0xe2,
    Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([number, chunks]), Buffer.alloc(20)]),
  );
const progressive = (scans: ScanScript[]) => encodeJpeg(lake, { frame: 0xc2, scans });
const acs = (component: number) => scan([component], 1, 63, 0, 0);
const scan = (components: number[], first: number, last: number, high: number, low: number): ScanScript => {
  return { components, first, last, high, low };
};

/** Sound images, which libvips reads. */
const SOUND: Readonly<Record<string, readonly [bytes: Buffer, reason: string]>> = {
  CMYK: [encodeJpeg(cmyk, { segments: [adobe(0)] }), 'a frame of 4 components'],
  'RGB by an Adobe segment': [encodeJpeg(lake, { segments: [adobe(0)] }), 'a colour space other than YCbCr'],
  'RGB by the names of its components': [named(encodeJpeg(lake), 'RGB'), 'a colour space other than YCbCr'],
  '4:1:1': [encodeJpeg(lake, { sampling: [[4, 1], one, one] }), 'unsupported sampling factors'],
  '4:1:0': [encodeJpeg(lake, { sampling: [[4, 2], one, one] }), 'unsupported sampling factors'],
  'chroma with half the rows and all columns of luma': [
    encodeJpeg(lake, { sampling: [two, [2, 1], [2, 1]] }),
    'unsupported sampling factors',
  ],
  'Cb finer than Cr': [encodeJpeg(lake, { sampling: [two, two, one] }), 'unsupported sampling factors'],
  'a scan for each component': [
    encodeJpeg(lake, { scans: [whole(0), whole(1), whole(2)] }),
    'several sequential scans',
  ],
  'a scan of luma, and one of chroma': [
    encodeJpeg(lake, { scans: [whole(0), whole(1, 2)] }),
    'several sequential scans',
  ],
  'a colour profile without its first chunk': [
    withSegments(jpeg, [profile(2, 2)]),
    'ICC profile chunks missing or out of order',
  ],
  'a colour profile without its last chunk': [
    withSegments(jpeg, [profile(1, 2)]),
    'ICC profile chunks missing or out of order',
  ],
  'a colour profile backwards': [
    withSegments(jpeg, [profile(2, 2), profile(1, 2)]),
    'ICC profile chunks missing or out of order',
  ],
  'progressive without the last bit of DC': [
    progressive([scan([0, 1, 2], 0, 0, 0, 1), acs(0), acs(1), acs(2)]),
    'incomplete DC coefficients',
  ],
};

/** A frame's and a scan's components under other names. */
function named(bytes: Buffer, names: string): Buffer {
  return [...names].reduce((copy, name, index) => {
    const code = name.charCodeAt(0);
    return withByte(withByte(copy, SOF0, 10 + 3 * index, code), SOS, 5 + 2 * index, code);
  }, bytes);
}

/** Damaged images, and those that no decoder here reads. */
const OTHERS: Readonly<Record<string, readonly [bytes: Buffer, reason: string]>> = {
  'arithmetic coding': [withByte(jpeg, SOF0, 1, 0xc9), 'unsupported marker ffc9'],
  'lossless coding': [withByte(jpeg, SOF0, 1, 0xc3), 'unsupported marker ffc3'],
  '12 bits a sample': [withByte(jpeg, SOF0, 4, 12), 'a sample precision other than 8 bits'],
  'two components': [twoComponents(), 'a frame of 2 components'],
  'a height that comes after the data': [
    withByte(withByte(jpeg, SOF0, 5, 0), SOF0, 6, 0),
    'a width or height of 0',
  ],
  'no width': [withByte(withByte(jpeg, SOF0, 7, 0), SOF0, 8, 0), 'a width or height of 0'],
  'a height after the data': [
    withBehindScan(jpeg, segment(0xdc, Buffer.from([1, 137]))),
    'a segment other than DHT after a scan',
  ],
  'two frames': [doubled(jpeg, SOF0), 'two frame headers'],
  'no frame': [without(jpeg, SOF0), 'a scan before the frame header'],
  'no scan': [without(jpeg, SOS), 'no scan'],
  'two scans of everything': [doubled(jpeg, SOS), 'several sequential scans'],
  'no quantisation tables': [without(jpeg, DQT), 'no quantisation table'],
  'no Huffman tables': [without(jpeg, DHT), 'no Huffman table'],
  'a quantisation table of 16 bits': [
    withByte(jpeg, DQT, 4, 0x10),
    'a quantisation table not of 8 bits, or damaged',
  ],
  'a quantisation by zero': [withByte(jpeg, DQT, 40, 0), 'a quantisation value of 0'],
  'a Huffman table with too many codes': [withByte(jpeg, DHT, 5, 3), 'a damaged Huffman table'],
  'no restart markers where they are announced': [
    withBefore(jpeg, SOS, segment(DRI, Buffer.from([0, 20]))),
    'a missing or misplaced marker in entropy-coded data',
  ],
  'restart markers that are not announced': [
    without(intervals, DRI),
    'a missing or misplaced marker in entropy-coded data',
  ],
  'restart markers in disorder': [
    replaced(intervals, 0xd1, 0xd2),
    'a missing or misplaced marker in entropy-coded data',
  ],
  'one restart marker missing': [
    withoutMarker(intervals, 0xd1),
    'a missing or misplaced marker in entropy-coded data',
  ],
  'a byte too many before a restart marker': [beforeMarker(intervals, 0xd1, 1), 'damaged entropy-coded data'],
  'a byte too few before a restart marker': [beforeMarker(intervals, 0xd1, -1), 'damaged entropy-coded data'],
  'a longer restart interval than is announced, with as many markers': [
    withByte(intervals, DRI, 5, 19),
    'damaged entropy-coded data',
  ],
  'a longer restart interval than is announced, with fewer markers': [
    withByte(intervals, DRI, 5, 15),
    'a missing or misplaced marker in entropy-coded data',
  ],
  'cut off in its data': [
    jpeg.subarray(0, jpeg.length >> 1),
    'a missing or misplaced marker in entropy-coded data',
  ],
  'cut off in its header': [jpeg.subarray(0, 100), 'an invalid segment length'],
  'without its last marker': [jpeg.subarray(0, -2), 'a missing or misplaced marker in entropy-coded data'],
  'bytes between the data and its end': [
    withBehindScan(jpeg, Buffer.from([1, 2, 3])),
    'entropy-coded data after the last MCU',
  ],
  'one byte between the data and its end': [
    withBehindScan(jpeg, Buffer.from([0x55])),
    'entropy-coded data after the last MCU',
  ],
  'data for fewer rows than it has': [withByte(jpeg, SOF0, 5, 1), 'damaged entropy-coded data'],
  'data for fewer rows than there are': [
    withByte(jpeg, SOF0, 6, 57),
    'entropy-coded data after the last MCU',
  ],
  'bytes between two segments': [withBefore(jpeg, SOF0, Buffer.from([7])), 'bytes between two segments'],
  'progressive without any DC of Cr': [
    progressive([scan([0, 1], 0, 0, 0, 0), acs(0), acs(1)]),
    'incomplete DC coefficients',
  ],
  'progressive with AC of Cr before its DC': [
    progressive([scan([0, 1], 0, 0, 0, 0), acs(0), acs(1), acs(2)]),
    'progressive scans out of order',
  ],
  'progressive with DCs twice': [
    progressive([scan([0, 1, 2], 0, 0, 0, 0), scan([0], 0, 0, 0, 0), acs(0), acs(1), acs(2)]),
    'progressive scans out of order',
  ],
  'progressive with a bit of DC left out between two': [
    progressive([scan([0, 1, 2], 0, 0, 0, 2), scan([0, 1, 2], 0, 0, 1, 0), acs(0), acs(1), acs(2)]),
    'progressive scans out of order',
  ],
  'progressive with DC and AC in one scan': [
    progressive([scan([0], 0, 63, 0, 0), scan([1, 2], 0, 0, 0, 0), acs(1), acs(2)]),
    'invalid progressive scan parameters',
  ],
  'EXIF that is cut off': [withSegments(jpeg, [exif([[0x112, 3, 1, 6]], 0, 9)]), 'malformed EXIF'],
  'EXIF with orientation 9': [withSegments(jpeg, [exif([[0x112, 3, 1, 9]])]), 'malformed EXIF'],
  'two EXIF segments': [withSegments(jpeg, [exif([]), exif([])]), 'two EXIF segments'],
};

function twoComponents(): Buffer {
  const pixels = { ...lake, data: lake.data.slice(0, lake.width * lake.height * 2), channels: 2 };
  return encodeJpeg(pixels);
}

function markerAt(bytes: Buffer, marker: number): number {
  return bytes.indexOf(Buffer.from([0xff, marker]), pieceOf(bytes, SOS).start);
}

function replaced(bytes: Buffer, marker: number, by: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[markerAt(bytes, marker) + 1] = by;
  return copy;
}

/** One byte more, or less, before a marker. */
function beforeMarker(bytes: Buffer, marker: number, more: 1 | -1): Buffer {
  const at = markerAt(bytes, marker);
  const before =
    more === 1 ? Buffer.concat([bytes.subarray(0, at), Buffer.from([0x55])]) : bytes.subarray(0, at - 1);
  return Buffer.concat([before, bytes.subarray(at)]);
}

function withoutMarker(bytes: Buffer, marker: number): Buffer {
  const at = markerAt(bytes, marker);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 2)]);
}

test('the images from which the others here are made are read', () => {
  for (const bytes of [
    jpeg,
    intervals,
    encodeJpeg(lake),
    withSegments(jpeg, [jfif]),
    withSegments(jpeg, [adobe(1)]),
  ])
    expect(declineReason(bytes, box)).toBeUndefined();
  // A JFIF segment takes precedence over an Adobe segment.
  expect(declineReason(withSegments(jpeg, [jfif, adobe(0)]), box)).toBeUndefined();
});

for (const [name, [bytes, reason]] of Object.entries(SOUND))
  test(`declined, and libvips makes its thumbnail: ${name}`, async () => {
    expect(declineReason(bytes, box)).toBe(reason);
    const options = { variant: insideBox(box.width, box.height), maxPixels } as const;
    const own = await renderOne(bytes, { ...options, decoding: defaultDecoding });
    expect(own).toEqual(
      await renderOne(bytes, { ...options, decoding: { ...defaultDecoding, jpegReader: 'libvips' } }),
    );
  });

for (const [name, [bytes, reason]] of Object.entries(OTHERS))
  test(`declined: ${name}`, () => {
    expect(declineReason(bytes, box)).toBe(reason);
  });

test('declined: every image, when libvips is to read all JPEGs', async () => {
  const variant = insideBox(box.width, box.height);
  expect(() => openReduced(jpeg, requestFor(variant, { jpegReader: 'libvips' }))).toThrow(Declined);
  const own = await renderOne(jpeg, { variant, maxPixels, decoding: defaultDecoding });
  const libvips = await renderOne(jpeg, {
    variant,
    maxPixels,
    decoding: { ...defaultDecoding, jpegReader: 'libvips' },
  });
  expect(own.sha256).not.toBe(libvips.sha256);
});

test('the header tells the pixels of the whole image, and more memory than the file and what is read of it take', () => {
  const image = openReduced(jpeg, requestFor(insideBox(box.width, box.height)));
  expect(image).toMatchObject({ width: lake.width, height: lake.height });
  const eighth = Math.floor(lake.width / 8) * Math.floor(lake.height / 8);
  expect(image.memoryNeed).toBeGreaterThan(2 * jpeg.length + 2 * 3 * eighth);
});

test('an image that is less than four times its thumbnail is opened for libvips, unless it is progressive', async () => {
  const dcs = progressive([scan([0, 1, 2], 0, 0, 0, 0)]);
  expect(declineReason(dcs, boxAt(3, lake))).toBe(
    'a progressive image that becomes less than four times smaller',
  );
  const colour = { data: new Uint8Array(64 * 48 * 3), width: 64, height: 48, channels: 3 };
  const pixel = encodeJpeg({ data: Buffer.from([9, 99, 200]), width: 1, height: 1, channels: 3 });
  const sizes: Array<readonly [bytes: Buffer, side: number, width: number]> = [
    [pixel, 200, 1],
    [encodeJpeg(colour), 17, 64],
    [encodeJpeg(colour), 16, 32],
  ];
  for (const [bytes, side, width] of sizes) {
    const image = await openReduced(bytes, requestFor(insideBox(side))).pixels();
    expect(await image.sharp.metadata()).toMatchObject({ width });
  }
});
