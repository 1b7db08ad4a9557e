// The samples that our own reader gives, before they are resized.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { JpegFile, type Shrink } from '../../../../../src/image/decoders/jpeg/jpeg-file.js';
import { withModule } from '../../../../../src/image/decoders/jpeg/module.js';
import { codeOfLengths } from '../../../../support/images/jpeg/bit-writer.js';
import { encodeJpeg } from '../../../../support/images/jpeg/encoder.js';
import { stepsOf } from '../../../../support/images/jpeg/forward-transform.js';
import { picture } from '../../../../support/images/jpeg/pictures.js';
import { pieceOf } from '../../../../support/images/jpeg/surgery.js';

const SHRINKS: readonly Shrink[] = [8, 4, 2];

/** A copy of an image's samples, because the next read uses their memory. */
function samplesOf(bytes: Uint8Array, shrink: Shrink): Buffer {
  return Buffer.from(new JpegFile(bytes).read(shrink).data);
}

function memoryBytes(): number {
  return withModule(({ memory }) => memory.buffer.byteLength);
}

/** A JPEG of `rows` equal rows of blocks, 4:4:4. Only one of them is encoded: each is a restart interval. */
function ofEqualRows(width: number, rows: number): Buffer {
  const raw = { data: new Uint8Array(width * 8 * 3).fill(99), width, height: 8, channels: 3 };
  const jpeg = encodeJpeg(raw, { restartInterval: width / 8 });
  jpeg.writeUInt16BE(8 * rows, pieceOf(jpeg, 0xc0).start + 5);
  const { start, end } = pieceOf(jpeg, 0xda);
  const data = start + 2 + jpeg.readUInt16BE(start + 2);
  const further = Array.from({ length: rows - 1 }, (_, row) => [
    Buffer.from([0xff, 0xd0 + (row % 8)]),
    jpeg.subarray(data, end),
  ]);
  return Buffer.concat([jpeg.subarray(0, end), ...further.flat(), jpeg.subarray(end)]);
}

test('at an eighth a grey sample is the mean of its block, within 1', async () => {
  const { data, ...raw } = await picture({ scene: 'lake', width: 395, height: 300, seed: 5, grey: true });
  // Far from black and white, where a decoder of all coefficients clips what the mean still counts.
  const soft = data.map((sample) => 50 + 0.6 * sample);
  for (const quality of [30, 60, 90, 100]) {
    const bytes = await sharp(soft, { raw: { ...raw, channels: 1 } })
      .toColourspace('b-w')
      .jpeg({ quality })
      .toBuffer();
    const whole = await sharp(bytes).toColourspace('b-w').raw().toBuffer();
    expect(whole.length).toBe(raw.width * raw.height);
    const { data: means, width } = new JpegFile(bytes).read(8);
    let largest = 0;
    for (let y = 0; y + 8 <= raw.height; y += 8)
      for (let x = 0; x + 8 <= raw.width; x += 8) {
        let sum = 0;
        for (let at = 0; at < 64; at += 1) sum += whole[(y + (at >> 3)) * raw.width + x + (at % 8)] ?? 0;
        largest = Math.max(largest, Math.abs(sum / 64 - (means[(y / 8) * width + x / 8] ?? 0)));
      }
    expect(largest, `quality ${quality}`).toBeLessThanOrEqual(1);
  }
});

test('samples are as many as the sides divided by the shrink, rounded down, and at least one', async () => {
  for (const [width, height] of [
    [1, 1],
    [7, 9],
    [16, 17],
    [65, 31],
    [100, 1],
  ] as const) {
    const raw = await picture({ scene: 'lake', width, height, seed: 1 });
    const grey = { ...raw, data: raw.data.filter((_, at) => at % 3 === 0), channels: 1 };
    for (const shrink of SHRINKS) {
      const whole = (pixels: number) => Math.max(1, Math.floor(pixels / shrink));
      const size = { width: whole(width), height: whole(height) };
      for (const luma of [
        [1, 1],
        [2, 1],
        [1, 2],
        [2, 2],
      ] as const) {
        const bytes = encodeJpeg(raw, { sampling: [luma, [1, 1], [1, 1]] });
        expect(new JpegFile(bytes).read(shrink)).toMatchObject({ ...size, channels: 3 });
        expect(samplesOf(bytes, shrink)).toHaveLength(size.width * size.height * 3);
      }
      expect(new JpegFile(encodeJpeg(grey)).read(shrink)).toMatchObject({ ...size, channels: 1 });
      expect(samplesOf(encodeJpeg(grey), shrink)).toHaveLength(size.width * size.height);
    }
  }
});

test('a grey image with sampling factors of its own has its blocks in rows like any other', async () => {
  const raw = await picture({ scene: 'lake', width: 203, height: 101, seed: 1, grey: true });
  const plain = encodeJpeg(raw);
  // A single component's factors do not count (T.81, A.2.2): the data is the same.
  const frame = plain.indexOf(Buffer.from([0xff, 0xc0]));
  expect(plain[frame + 11]).toBe(0x11);
  const odd = Buffer.from(plain);
  odd[frame + 11] = 0x42;
  for (const shrink of SHRINKS) expect(samplesOf(odd, shrink).equals(samplesOf(plain, shrink))).toBe(true);
});

test('a progressive image gives at an eighth just what a sequential one with the same coefficients gives', async () => {
  const raw = await picture({ scene: 'flower', width: 203, height: 101, seed: 1, saturation: 2 });
  const steps = [stepsOf(3, 0), stepsOf(5, 0)] as const;
  const dcs = (components: number[], high: number, low: number) => ({
    components,
    first: 0,
    last: 0,
    high,
    low,
  });
  const acs = [0, 1, 2].map((component) => ({
    components: [component],
    first: 1,
    last: 63,
    high: 0,
    low: 0,
  }));
  for (const luma of [
    [1, 1],
    [2, 1],
    [1, 2],
  ] as const) {
    const sampling = [luma, [1, 1], [1, 1]] as const;
    const sequential = samplesOf(encodeJpeg(raw, { sampling, steps }), 8);
    for (const scans of [
      [dcs([0, 1, 2], 0, 0), ...acs],
      [dcs([0, 1, 2], 0, 1), ...acs, dcs([0, 1, 2], 1, 0)],
      [dcs([0], 0, 3), dcs([1, 2], 0, 0), dcs([0], 3, 2), ...acs, dcs([0], 2, 1), dcs([0], 1, 0)],
    ]) {
      const progressive = encodeJpeg(raw, { sampling, steps, scans, frame: 0xc2 });
      expect(samplesOf(progressive, 8).equals(sequential)).toBe(true);
    }
  }
});

test('a block ends at its last coefficient: one that continues beyond it is damaged', () => {
  const dc = codeOfLengths(new Map([[0, 1]]));
  // 15 zeros and a value of one bit; the end of a block.
  const ac = codeOfLengths(
    new Map([
      [0xf1, 1],
      [0x00, 2],
    ]),
  );
  const raw = { data: new Uint8Array(64).fill(128), width: 8, height: 8, channels: 1 };
  const empty = encodeJpeg(raw, { dc: [dc, dc], ac: [ac, ac] });
  // Of its data, 0 is the DC and 10 the end; then comes padding.
  expect(empty.subarray(-3).toString('hex')).toBe('5fffd9');
  const withData = (...bytes: number[]) =>
    Buffer.concat([empty.subarray(0, -3), Buffer.from([...bytes, 0xff, 0xd9])]);
  const three = withData(0b0_01_01_01_1, 0b0_1111111);
  const four = withData(0b0_01_01_01_0, 0b1_10_11111);
  for (const shrink of SHRINKS) {
    expect(new JpegFile(three).read(shrink).channels).toBe(1);
    expect(() => new JpegFile(four).read(shrink)).toThrow('damaged entropy-coded data');
  }
});

test('an image gives the same samples whatever was read before it, and whatever that left in memory', async () => {
  const lake = await picture({ scene: 'lake', width: 103, height: 151, seed: 1 });
  const flower = await picture({ scene: 'flower', width: 261, height: 67, seed: 2, saturation: 2 });
  const images = [
    encodeJpeg(lake),
    encodeJpeg(flower, {
      sampling: [
        [2, 2],
        [1, 1],
        [1, 1],
      ],
    }),
    encodeJpeg(lake, {
      sampling: [
        [2, 1],
        [1, 1],
        [1, 1],
      ],
      restartInterval: 3,
    }),
    await sharp(flower.data, { raw: { ...flower, channels: 3 } })
      .jpeg({ progressive: true })
      .toBuffer(),
    await sharp(lake.data, { raw: { ...lake, channels: 3 } })
      .toColourspace('b-w')
      .jpeg()
      .toBuffer(),
  ];
  const reads = images.flatMap((bytes, index) =>
    SHRINKS.filter((shrink) => index !== 3 || shrink === 8).map((shrink) => ({ bytes, shrink })),
  );
  const first = reads.map(({ bytes, shrink }) => samplesOf(bytes, shrink));
  for (const garbage of [0, 0xff, 0x5a])
    for (const between of images)
      reads.forEach(({ bytes, shrink }, index) => {
        samplesOf(between, 8);
        withModule((module) => new Uint8Array(module.memory.buffer).fill(garbage, module.heap()));
        expect(samplesOf(bytes, shrink).equals(first[index] ?? Buffer.alloc(0))).toBe(true);
      });
});

test('reading does not change the file', async () => {
  const bytes = encodeJpeg(await picture({ scene: 'lake', width: 203, height: 301, seed: 1 }), {
    restartInterval: 2,
  });
  const copy = Buffer.from(bytes);
  for (const shrink of SHRINKS) new JpegFile(bytes).read(shrink);
  expect(bytes.equals(copy)).toBe(true);
});

test('memory grown by a large image is freed, that of others is used again', async () => {
  const small = encodeJpeg(await picture({ scene: 'lake', width: 203, height: 301, seed: 1 }));
  const medium = ofEqualRows(2000, 175);
  const large = ofEqualRows(6000, 500);
  // What other tests have read may have made the memory larger.
  samplesOf(large, 2);
  const before = samplesOf(small, 2);
  samplesOf(medium, 2);
  const grown = memoryBytes();
  // 1000 x 700 pixels of RGB, and their components.
  expect(grown).toBeGreaterThan(1000 * 700 * 3 * 2);
  expect(samplesOf(small, 2).equals(before)).toBe(true);
  expect(memoryBytes()).toBe(grown);
  expect(samplesOf(large, 2)).toHaveLength(3000 * 2000 * 3);
  expect(memoryBytes()).toBeLessThan(grown);
  expect(samplesOf(small, 2).equals(before)).toBe(true);
  expect(samplesOf(medium, 2)).toHaveLength(1000 * 700 * 3);
  expect(memoryBytes()).toBe(grown);
});

test('an image whose samples do not fit into the memory of the module is declined, and the next one is read', async () => {
  const small = encodeJpeg(await picture({ scene: 'lake', width: 203, height: 301, seed: 1 }));
  const huge = Buffer.from(small);
  const { start } = pieceOf(small, 0xc0);
  huge.writeUInt16BE(20_000, start + 5);
  huge.writeUInt16BE(20_000, start + 7);
  expect(() => new JpegFile(huge).read(2)).toThrow('more pixels than its data can hold');
  // What follows the image counts as its data.
  const long = Buffer.concat([huge, Buffer.alloc(2_000_000)]);
  expect(() => new JpegFile(long).read(2)).toThrow('more memory than the limit');
  expect(new JpegFile(small).read(8)).toMatchObject({ width: 25, height: 37 });
});
