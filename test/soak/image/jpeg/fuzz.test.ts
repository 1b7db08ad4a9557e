// Damaged JPEGs by the thousand through the reader: each is declined, or read as any other image is.

import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { ThumbsError } from '../../../../src/errors.js';
import { Declined } from '../../../../src/image/decoders/jpeg/declined.js';
import { Header } from '../../../../src/image/decoders/jpeg/header.js';
import { JpegFile, type Shrink } from '../../../../src/image/decoders/jpeg/jpeg-file.js';
import { withModule } from '../../../../src/image/decoders/jpeg/module.js';
import type { Samples } from '../../../../src/image/decoders/jpeg/planes.js';
import { renderThumbnail } from '../../../../src/image/render.js';
import { maxPixels } from '../../../support/jpeg/comparison.js';
import { type Damaged, damagedImage, soundImages } from '../../../support/jpeg/damage.js';
import { watch } from '../../../support/jpeg/watchdog.js';

const count = Number(process.env.FUZZ_COUNT ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? 1);

/** More than any of these images is laid out in. */
const DISTURBED_BYTES = 400_000;

const SHRINKS: readonly Shrink[] = [8, 4, 2];
const images = await soundImages();

/** What became of an image: its samples, or why there are none. Anything else that is thrown is thrown on. */
function read(bytes: Buffer, shrink: Shrink): Samples | Declined {
  try {
    const samples = new JpegFile(bytes).read(shrink);
    return { ...samples, data: Buffer.from(samples.data) };
  } catch (error) {
    if (error instanceof Declined) return error;
    throw error;
  }
}

/** Fills what a read may have left in the module's memory, and then reads another image. */
function disturb(number: number): void {
  withModule((module) => {
    new Uint8Array(module.memory.buffer).fill(number, module.heap(), module.heap() + DISTURBED_BYTES);
  });
  const other = images[number % images.length];
  if (other !== undefined) read(other.bytes, 8);
}

/** What is wrong with the samples that were read of an image. */
function faultsOf({ bytes }: Damaged, shrink: Shrink, samples: Samples, number: number): string[] {
  const { width, height } = new JpegFile(bytes);
  const size = [width, height].map((side) => Math.max(1, Math.floor(side / shrink)));
  disturb(number);
  const again = read(bytes, shrink);
  const faults = {
    'another size': `${size}` !== `${[samples.width, samples.height]}`,
    'another length': samples.data.length !== samples.width * samples.height * samples.channels,
    'other samples at the second time': again instanceof Declined || !sameBytes(samples.data, again.data),
    // Each takes one bit or more, so that nothing is worked on that is not in the file.
    'more blocks than bits': Math.ceil(width / 8) * Math.ceil(height / 8) > 8 * bytes.length,
  };
  return Object.entries(faults).flatMap(([fault, is]) => (is ? [fault] : []));
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** What libvips finds to be damaged in an image; undefined when it finds nothing. */
async function libvipsFinds(bytes: Buffer): Promise<string | undefined> {
  const box = { width: 4, height: 4 };
  try {
    await renderThumbnail(bytes, { variant: { box, format: 'png' }, maxPixels, jpegReader: 'libvips' });
    return undefined;
  } catch (error) {
    if (error instanceof ThumbsError) return error.message;
    throw error;
  }
}

function isProgressive(bytes: Buffer): boolean {
  const header = new Header(bytes);
  header.nextScan();
  return header.frame.isProgressive;
}

/** A revision of JFIF that libjpeg does not know is none of the pixels. */
const NO_DAMAGE = /unknown JFIF revision/;

test('the images that are hurt are well', async () => {
  for (const { name, bytes, isProgressive: progressive } of images) {
    expect(isProgressive(bytes), name).toBe(progressive);
    for (const shrink of SHRINKS)
      expect(read(bytes, shrink) instanceof Declined, `${name} ${shrink}`).toBe(progressive && shrink !== 8);
    expect(await libvipsFinds(bytes), name).toBeUndefined();
  }
});

test(
  `${count} damaged JPEGs: each is declined, or read at its size and always alike; no baseline one that libvips finds damaged is read`,
  async () => {
    onTestFailed(() =>
      console.log(`a file again: npx tsx test/image/jpeg/damage.ts <file> <number> ${seed}`),
    );
    const watchdog = watch();
    onTestFinished(watchdog.stop);
    const reasons = new Map<string, number>();
    const faults: string[] = [];
    const unseen: string[] = [];
    const totals = { read: 0, 'damaged progressive read': 0 };
    for (let number = 0; number < count; number += 1) {
      watchdog.step(number);
      const image = damagedImage(images, number, seed);
      const { name, damage, bytes } = image;
      const about = (what: unknown) => `${number} (${name}: ${damage}): ${what}`;
      const before = Buffer.from(bytes);
      let isRead = false;
      for (const shrink of SHRINKS) {
        try {
          const result = read(bytes, shrink);
          if (result instanceof Declined) {
            const reason = result.message.replace(/(?<=unsupported marker ).*|(?<=of )\d+(?= comp)/, 'N');
            reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
            continue;
          }
          isRead = true;
          faults.push(
            ...faultsOf(image, shrink, result, number).map((fault) => about(`${shrink}: ${fault}`)),
          );
        } catch (error) {
          faults.push(about(`${shrink}: thrown: ${error}`));
        }
      }
      if (!sameBytes(before, bytes)) faults.push(about('the file was changed'));
      if (!isRead) continue;
      totals.read += 1;
      const words = await libvipsFinds(bytes);
      if (words === undefined || NO_DAMAGE.test(words)) continue;
      // What is in the scans of a progressive image that are jumped over is not looked at.
      if (isProgressive(bytes)) totals['damaged progressive read'] += 1;
      else unseen.push(about(words));
    }
    console.log(
      `seed ${seed}: ${count} files`,
      totals,
      'not read for',
      Object.fromEntries([...reasons].sort()),
    );
    expect(faults).toEqual([]);
    expect(unseen).toEqual([]);
  },
  60_000 + 10 * count,
);
