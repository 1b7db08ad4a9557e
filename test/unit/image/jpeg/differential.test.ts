// Whole images through the own reader and through libvips: what the own reader takes comes out alike, and what it is to leave
// alone it declines, with the reason.

import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { mulberry32 } from '../../../../scripts/painting/noise.js';
import { codeOfLengths } from '../../../support/jpeg/bit-writer.js';
import { boxAt, compare, verdictOf } from '../../../support/jpeg/comparison.js';
import { type EncoderOptions, encodeJpeg, type Raw, type ScanScript } from '../../../support/jpeg/encoder.js';
import { stepsOf } from '../../../support/jpeg/forward-transform.js';
import { picture } from '../../../support/jpeg/pictures.js';

/** Ratios of image and thumbnail at which an image is read at an eighth, a quarter, half of its size, and whole. */
const RATIO = { eighth: 20, quarter: 10, half: 5, whole: 3 };
/** The least likeness of two thumbnails, decibels. */
const ALIKE = 45;
/** Of images with few blocks: nearly all of their thumbnails is edges, and how chroma is spread there is each decoder's own way. */
const NEARLY_ALIKE = 35;

const LESS_THAN_FOUR = 'a reduction by less than a factor of 4';
const PROGRESSIVE = 'a progressive image at a scale above 1/8';

/** How often an image was read, or was not for which reason. */
const counts = new Map<string, number>();

afterAll(() => console.log('verdicts of the own reader', Object.fromEntries([...counts].sort())));

function counted(bytes: Buffer, box: { width: number; height: number }): string {
  const verdict = verdictOf(bytes, box);
  counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return verdict;
}

/** Expects that an image is taken for thumbnails of these ratios, and that they are what libvips makes of it. */
async function expectAlike(
  bytes: Buffer,
  size: { width: number; height: number },
  least = ALIKE,
  ratios: readonly number[] = [RATIO.eighth, RATIO.quarter, RATIO.half],
): Promise<void> {
  for (const ratio of ratios) {
    const box = boxAt(ratio, size);
    expect(counted(bytes, box), `ratio ${ratio}`).toBe('taken');
    const { own, libvips, psnr } = await compare(bytes, box);
    expect(own, `ratio ${ratio}`).toEqual(libvips);
    expect(psnr, `ratio ${ratio}`).toBeGreaterThanOrEqual(least);
  }
}

function sharpOf({ data, width, height, channels }: Raw) {
  return sharp(data, { raw: { width, height, channels: channels === 1 ? 1 : 3 } });
}

const SAMPLINGS = {
  '4:4:4': [
    [1, 1],
    [1, 1],
    [1, 1],
  ],
  '4:2:2': [
    [2, 1],
    [1, 1],
    [1, 1],
  ],
  '4:4:0': [
    [1, 2],
    [1, 1],
    [1, 1],
  ],
  '4:2:0': [
    [2, 2],
    [1, 1],
    [1, 1],
  ],
} satisfies Record<string, EncoderOptions['sampling']>;

// Whole blocks, so that what is compared is not how much of a part of one counts; and parts of MCUs, where those are of two.
const lake = await picture({ scene: 'lake', width: 808, height: 616, seed: 3 });
const flower = await picture({ scene: 'flower', width: 824, height: 600, seed: 4, saturation: 2 });
const grey = await picture({ scene: 'dunes', width: 792, height: 600, seed: 5, grey: true });

/** Every AC symbol of an 8-bit image (T.81, table F.1): end of block, sixteen zeros, and each run before each size. */
const AC_SYMBOLS = [
  0x00,
  0xf0,
  ...[...Array(16).keys()].flatMap((run) => [...Array(10).keys()].map((size) => (run << 4) | (size + 1))),
];

/** With no zeros before it a large value takes 12 bits together with its code, a small one 13; what else there is 15 and more. */
function lengthOf(symbol: number): number {
  if (symbol === 0 || symbol > 10) return 15;
  return (symbol > 4 ? 12 : 13) - symbol;
}

/** Black and white at odds with the blocks, with noise: differences of DC as large as there are. */
const squares: Raw = (() => {
  const random = mulberry32(11);
  const [width, height] = [640, 480];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    const isLight = (Math.floor(x / 24) + Math.floor(y / 40) + (at % 3)) % 2 === 0;
    return Math.max(0, Math.min(255, (isLight ? 255 : 0) + 120 * (random() - 0.5)));
  });
  return { data, width, height, channels: 3 };
})();

const dcs = (components: number[], high: number, low: number): ScanScript => {
  return { components, first: 0, last: 0, high, low };
};
const acs = (component: number): ScanScript => {
  return { components: [component], first: 1, last: 63, high: 0, low: 0 };
};

const SEPARATE = [dcs([0], 0, 0), dcs([1], 0, 0), dcs([2], 0, 0), acs(0), acs(1), acs(2)];

const PROGRESSIONS: readonly ScanScript[][] = [
  SEPARATE,
  [dcs([0, 1, 2], 0, 0), acs(0), acs(1), acs(2)],
  // Each component by itself, and bit after bit.
  [
    dcs([0], 0, 2),
    dcs([1], 0, 0),
    acs(0),
    dcs([0], 2, 1),
    dcs([2], 0, 1),
    acs(2),
    dcs([0], 1, 0),
    dcs([2], 1, 0),
    acs(1),
  ],
  [dcs([0, 2], 0, 1), dcs([1], 0, 1), acs(1), acs(2), acs(0), dcs([0, 1, 2], 1, 0)],
];

const ODD_SIZES = [
  [801, 603],
  [407, 609],
  [804, 604],
] as const;

const SMALL_SIZES = [
  [9, 9],
  [17, 33],
  [40, 31],
  [100, 75],
  [64, 64],
  [257, 129],
] as const;

describe('what libvips has written comes out as by libvips', () => {
  for (const quality of [30, 55, 80, 92, 100])
    for (const chromaSubsampling of ['4:4:4', '4:2:0'])
      for (const optimiseCoding of [true, false])
        test(`quality ${quality}, ${chromaSubsampling}, ${optimiseCoding ? 'its own' : 'standard'} Huffman codes`, async () => {
          for (const raw of [lake, flower]) {
            const bytes = await sharpOf(raw).jpeg({ quality, chromaSubsampling, optimiseCoding }).toBuffer();
            await expectAlike(bytes, raw);
          }
        });

  test('grey', async () => {
    for (const quality of [30, 85, 100])
      await expectAlike(await sharpOf(grey).toColourspace('b-w').jpeg({ quality }).toBuffer(), grey);
  });

  for (const chromaSubsampling of ['4:4:4', '4:2:0'])
    test(`progressive, ${chromaSubsampling}: read at an eighth, and only so`, async () => {
      for (const raw of [lake, flower]) {
        const bytes = await sharpOf(raw).jpeg({ chromaSubsampling, progressive: true }).toBuffer();
        await expectAlike(bytes, raw, ALIKE, [RATIO.eighth]);
        expect(counted(bytes, boxAt(RATIO.quarter, raw))).toBe(PROGRESSIVE);
        expect(counted(bytes, boxAt(RATIO.half, raw))).toBe(PROGRESSIVE);
      }
    });

  test('the ways of mozjpeg', async () => {
    const progressive = await sharpOf(lake).jpeg({ mozjpeg: true }).toBuffer();
    await expectAlike(progressive, lake, ALIKE, [RATIO.eighth]);
    const sequential = { trellisQuantisation: true, overshootDeringing: true, quantisationTable: 3 };
    await expectAlike(await sharpOf(lake).jpeg(sequential).toBuffer(), lake);
  });

  test('progressive and grey', async () => {
    const bytes = await sharpOf(grey).toColourspace('b-w').jpeg({ progressive: true }).toBuffer();
    await expectAlike(bytes, grey, ALIKE, [RATIO.eighth]);
  });

  for (let orientation = 1; orientation <= 8; orientation += 1)
    test(`EXIF orientation ${orientation}`, async () => {
      const bytes = await sharpOf(lake).withMetadata({ orientation }).jpeg().toBuffer();
      expect((await sharp(bytes).metadata()).orientation).toBe(orientation);
      const { width, height } = lake;
      await expectAlike(bytes, orientation > 4 ? { width: height, height: width } : lake);
    });

  test('a colour profile changes colours as libvips changes them', async () => {
    const bytes = await sharpOf(flower).withIccProfile('p3').jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).icc).toBeDefined();
    await expectAlike(bytes, flower);
  });
});

describe('what the encoder of the tests has written comes out as by libvips', () => {
  for (const [name, sampling] of Object.entries(SAMPLINGS)) {
    test(`${name}, without and with restart intervals`, async () => {
      for (const restartInterval of [0, 7])
        await expectAlike(encodeJpeg(lake, { sampling, restartInterval }), lake);
      for (const restartInterval of [1, 1000])
        await expectAlike(encodeJpeg(flower, { sampling, restartInterval }), flower);
    });

    test(`${name}, progressive in several ways`, async () => {
      for (const scans of PROGRESSIONS)
        for (const restartInterval of [0, 5]) {
          const bytes = encodeJpeg(lake, { sampling, scans, restartInterval, frame: 0xc2 });
          await expectAlike(bytes, lake, ALIKE, [RATIO.eighth]);
        }
    });
  }

  test('coarse and fine quantisation', async () => {
    for (const [base, slope] of [
      [1, 0],
      [1, 4],
      [30, 0],
      [90, 10],
    ] as const) {
      const steps = [stepsOf(base, slope), stepsOf(base, slope)] as const;
      await expectAlike(encodeJpeg(lake, { sampling: SAMPLINGS['4:2:0'], steps }), lake);
    }
  });

  test('extended sequential (SOF1), which at 8 bits is the same', async () => {
    await expectAlike(encodeJpeg(lake, { sampling: SAMPLINGS['4:2:0'], frame: 0xc1 }), lake);
  });

  test('codes of DC that are as long as they can be, before AC symbols that fill a look to the last bit', async () => {
    const dc = codeOfLengths(new Map([...Array(12).keys()].map((size) => [size, 16])));
    const ac = codeOfLengths(new Map(AC_SYMBOLS.map((symbol) => [symbol, lengthOf(symbol)])));
    const steps = [stepsOf(1, 0), stepsOf(1, 0)] as const;
    await expectAlike(encodeJpeg(squares, { steps, dc: [dc, dc], ac: [ac, ac] }), squares);
  });

  for (const [name, sampling] of Object.entries(SAMPLINGS))
    test(`${name}: of any size, thin, small or large`, async () => {
      for (const [width, height] of SMALL_SIZES) {
        const raw = await picture({ scene: 'lake', width, height, seed: 9 });
        await expectAlike(encodeJpeg(raw, { sampling }), raw, NEARLY_ALIKE);
      }
    });

  test('12000 x 17 and 17 x 3000', async () => {
    for (const [width, height] of [
      [12000, 17],
      [17, 3000],
    ] as const) {
      const raw = await picture({ scene: 'lake', width, height, seed: 9 });
      for (const sampling of Object.values(SAMPLINGS))
        await expectAlike(encodeJpeg(raw, { sampling }), raw, NEARLY_ALIKE);
    }
  });

  for (const [name, sampling] of Object.entries(SAMPLINGS))
    test(`${name}: sides that are no multiple of a block`, async () => {
      for (const [width, height] of ODD_SIZES) {
        const raw = await picture({ scene: 'lake', width, height, seed: 9 });
        await expectAlike(encodeJpeg(raw, { sampling }), raw);
        const progressive = encodeJpeg(raw, { sampling, scans: SEPARATE, frame: 0xc2 });
        await expectAlike(progressive, raw, ALIKE, [RATIO.eighth]);
      }
    });

  test('large sides that are no multiple of a block', async () => {
    for (const [width, height] of [
      [1601, 1203],
      [3871, 2593],
    ] as const) {
      const raw = await picture({ scene: 'lake', width, height, seed: 9 });
      await expectAlike(await sharpOf(raw).jpeg({ quality: 91 }).toBuffer(), raw);
      const progressive = await sharpOf(raw).jpeg({ quality: 91, progressive: true }).toBuffer();
      await expectAlike(progressive, raw, ALIKE, [RATIO.eighth]);
    }
  });

  test('one pixel, and images that are hardly larger than their thumbnail, are left to libvips', async () => {
    const pixel = encodeJpeg({ data: Buffer.from([9, 99, 200]), width: 1, height: 1, channels: 3 });
    expect(counted(pixel, { width: 200, height: 200 })).toBe(LESS_THAN_FOUR);
    expect(counted(encodeJpeg(lake), boxAt(RATIO.whole, lake))).toBe(LESS_THAN_FOUR);
    // Four times exactly is enough.
    expect(counted(encodeJpeg(lake), { width: 202, height: 202 })).toBe('taken');
    expect(counted(encodeJpeg(lake), { width: 203, height: 203 })).toBe(LESS_THAN_FOUR);
  });
});
