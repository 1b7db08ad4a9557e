// Compares thumbnails by our own reader with those by libvips, and its samples with the reference's, for files of all kinds. The unit tests do it with small pictures, the
// soak tests with large ones.

import sharp, { type JpegOptions } from 'sharp';
import { describe, expect, test } from 'vitest';
import { boxAt, compare, declineReason } from './comparison.js';
import { type Raw, SAMPLINGS } from './components.js';
import { encodeJpeg, type ScanScript } from './encoder.js';
import { stepsOf } from './forward-transform.js';
import { CODES } from './huffman-codes.js';
import { squares } from './patterns.js';
import { picture } from './pictures.js';
import { compareWithReference, readByOwn, SHRINKS } from './reference/comparison.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The pictures to compare, with their sizes in pixels. */
export interface Pictures {
  /** Whether each setting of an encoder is tried with both coloured pictures, or with one of them in turn. */
  readonly combine: boolean;
  /** The sides of these three are odd multiples of 8: their blocks are complete, and MCUs of two blocks a side are not. */
  readonly lake: Size;
  readonly flower: Size;
  readonly grey: Size;
  /** Black and white squares with noise. */
  readonly squares: Size;
  /** Sides that are no multiple of a block. */
  readonly odd: readonly Size[];
  /** The same, of images that libvips encodes. */
  readonly largeOdd: readonly Size[];
  /** Much longer than high, or the other way round. */
  readonly long: readonly Size[];
}

/** Size of the image by size of the thumbnail, for images that are read at an eighth, a quarter and half of their size. */
const RATIO = { eighth: 20, quarter: 10, half: 5 };
const RATIOS = Object.values(RATIO);

/** The lowest PSNR of two thumbnails, decibels. */
const ALIKE = 45;
/** The same of images with few blocks: their thumbnails are mostly edges, where decoders spread chroma in different ways. */
const NEARLY_ALIKE = 35;

const PROGRESSIVE = 'a progressive image at a scale above 1/8';

/** Images of few blocks. */
const SMALL: readonly Size[] = [
  { width: 9, height: 9 },
  { width: 17, height: 33 },
  { width: 40, height: 31 },
  { width: 100, height: 75 },
  { width: 64, height: 64 },
  { width: 257, height: 129 },
];

const dcs = (components: number[], high: number, low: number): ScanScript => {
  return { components, first: 0, last: 0, high, low };
};
const acs = (component: number): ScanScript => {
  return { components: [component], first: 1, last: 63, high: 0, low: 0 };
};

const SEPARATE = [dcs([0], 0, 0), dcs([1], 0, 0), dcs([2], 0, 0), acs(0), acs(1), acs(2)];

const PROGRESSIONS: Readonly<Record<string, readonly ScanScript[]>> = {
  'a scan for each component': SEPARATE,
  'one scan of all DCs': [dcs([0, 1, 2], 0, 0), acs(0), acs(1), acs(2)],
  'each component by itself, bit after bit': [
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
  'two components together, and the last bit of all at the end': [
    dcs([0, 2], 0, 1),
    dcs([1], 0, 1),
    acs(1),
    acs(2),
    acs(0),
    dcs([0, 1, 2], 1, 0),
  ],
};

/** Expects that our own reader reads an image for thumbnails of these ratios, and that they are like those by libvips. */
async function expectAlike(
  bytes: Buffer,
  size: Size,
  { ratios = RATIOS, least = ALIKE }: { ratios?: readonly number[]; least?: number } = {},
): Promise<void> {
  for (const shrink of SHRINKS)
    expect(compareWithReference(readByOwn(bytes, shrink), bytes, shrink).difference).toBeUndefined();
  for (const ratio of ratios) {
    const about = `${size.width} x ${size.height}, ratio ${ratio}`;
    const box = boxAt(ratio, size);
    expect(declineReason(bytes, box), about).toBeUndefined();
    const { own, libvips, psnr } = await compare(bytes, box);
    expect(own, about).toEqual(libvips);
    expect(psnr, about).toBeGreaterThanOrEqual(least);
  }
}

/** The same of a progressive image, which is read at an eighth only. */
async function expectProgressiveAlike(bytes: Buffer, size: Size): Promise<void> {
  await expectAlike(bytes, size, { ratios: [RATIO.eighth] });
  for (const ratio of [RATIO.quarter, RATIO.half])
    expect(declineReason(bytes, boxAt(ratio, size))).toBe(PROGRESSIVE);
}

function sharpOf({ data, width, height, channels }: Raw) {
  return sharp(data, { raw: { width, height, channels: channels === 1 ? 1 : 3 } });
}

function encodeWithLibvips(raw: Raw, options?: JpegOptions): Promise<Buffer> {
  return sharpOf(raw)
    .toColourspace(raw.channels === 1 ? 'b-w' : 'srgb')
    .jpeg(options)
    .toBuffer();
}

/** Registers the tests. */
export async function testAgainstLibvips(options: Pictures): Promise<void> {
  const lake = await picture({ scene: 'lake', ...options.lake, seed: 3 });
  const flower = await picture({ scene: 'flower', ...options.flower, seed: 4, saturation: 2 });
  const grey = await picture({ scene: 'dunes', ...options.grey, seed: 5, grey: true });

  /** The pictures for setting `index`. */
  const picturesFor = (index: number) => {
    if (options.combine) return [lake, flower];
    return [index % 2 === 0 ? lake : flower];
  };

  describe('files of libvips', () => {
    for (const [index, quality] of [30, 55, 80, 92, 100].entries())
      for (const chromaSubsampling of ['4:4:4', '4:2:0'])
        for (const optimiseCoding of [true, false])
          test(`quality ${quality}, ${chromaSubsampling}, ${optimiseCoding ? 'its own' : 'standard'} Huffman codes`, async () => {
            for (const raw of picturesFor(index))
              await expectAlike(
                await encodeWithLibvips(raw, { quality, chromaSubsampling, optimiseCoding }),
                raw,
              );
          });

    test('grey', async () => {
      for (const quality of [30, 85, 100])
        await expectAlike(await encodeWithLibvips(grey, { quality }), grey);
    });

    for (const chromaSubsampling of ['4:4:4', '4:2:0'])
      test(`progressive, ${chromaSubsampling}: read at an eighth, and only so`, async () => {
        for (const raw of [lake, flower])
          await expectProgressiveAlike(
            await encodeWithLibvips(raw, { chromaSubsampling, progressive: true }),
            raw,
          );
      });

    test('progressive and grey', async () => {
      await expectProgressiveAlike(await encodeWithLibvips(grey, { progressive: true }), grey);
    });

    test('the ways of mozjpeg', async () => {
      await expectProgressiveAlike(await encodeWithLibvips(lake, { mozjpeg: true }), lake);
      const sequential = { trellisQuantisation: true, overshootDeringing: true, quantisationTable: 3 };
      await expectAlike(await encodeWithLibvips(lake, sequential), lake);
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

    for (const size of options.largeOdd)
      test(`${size.width} x ${size.height}, which are no multiples of a block`, async () => {
        const raw = await picture({ scene: 'lake', ...size, seed: 9 });
        await expectAlike(await encodeWithLibvips(raw, { quality: 91 }), raw);
        await expectProgressiveAlike(await encodeWithLibvips(raw, { quality: 91, progressive: true }), raw);
      });
  });

  describe('files of the tests’ own encoder', () => {
    for (const [index, [name, sampling]] of Object.entries(SAMPLINGS).entries()) {
      test(`${name}, without and with restart intervals`, async () => {
        for (const raw of picturesFor(index))
          for (const restartInterval of [0, 1, 7, 1000])
            await expectAlike(encodeJpeg(raw, { sampling, restartInterval }), raw);
      });

      for (const [progression, scans] of Object.entries(PROGRESSIONS))
        test(`${name}, progressive: ${progression}`, async () => {
          for (const restartInterval of [0, 5])
            await expectProgressiveAlike(
              encodeJpeg(lake, { sampling, scans, restartInterval, frame: 0xc2 }),
              lake,
            );
        });

      test(`${name}, sides that are no multiple of a block`, async () => {
        for (const size of options.odd) {
          const raw = await picture({ scene: 'lake', ...size, seed: 9 });
          await expectAlike(encodeJpeg(raw, { sampling }), raw);
          const progressive = encodeJpeg(raw, { sampling, scans: SEPARATE, frame: 0xc2 });
          await expectProgressiveAlike(progressive, raw);
        }
      });

      test(`${name}, small and long images`, async () => {
        for (const size of [...SMALL, ...options.long]) {
          const raw = await picture({ scene: 'lake', ...size, seed: 9 });
          await expectAlike(encodeJpeg(raw, { sampling }), raw, { least: NEARLY_ALIKE });
        }
      });
    }

    for (const [base, slope] of [
      [1, 0],
      [1, 4],
      [30, 0],
      [90, 10],
    ] as const)
      test(`quantisation by ${base}, and ${slope} more for each frequency`, async () => {
        const steps = [stepsOf(base, slope), stepsOf(base, slope)] as const;
        await expectAlike(encodeJpeg(lake, { sampling: SAMPLINGS['4:2:0'], steps }), lake);
      });

    test('extended sequential (SOF1), which at 8 bits is the same', async () => {
      await expectAlike(encodeJpeg(lake, { sampling: SAMPLINGS['4:2:0'], frame: 0xc1 }), lake);
    });

    test('DC codes of the greatest length, before AC symbols that fill a look-up to the last bit', async () => {
      const steps = [stepsOf(1, 0), stepsOf(1, 0)] as const;
      const raw = squares(options.squares);
      await expectAlike(encodeJpeg(raw, { steps, ...CODES.filling }), raw);
    });
  });
}
