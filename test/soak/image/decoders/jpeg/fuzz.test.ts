// Damaged JPEGs by the thousand through our own reader: each is declined, or read as any other image is, and the reference does the
// same. FUZZ_COUNT says how many, FUZZ_SEED which.

import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { ThumbsError } from '../../../../../src/errors.js';
import { Declined } from '../../../../../src/image/decoders/declined.js';
import { Header } from '../../../../../src/image/decoders/jpeg/header/header.js';
import { JpegFile, type Shrink } from '../../../../../src/image/decoders/jpeg/jpeg-file.js';
import { withModule } from '../../../../../src/image/decoders/jpeg/module.js';
import type { Samples } from '../../../../../src/image/decoders/jpeg/planes.js';
import { defaultDecoding } from '../../../../../src/options/options.js';
import { maxPixels } from '../../../../support/images/jpeg/comparison.js';
import { damagedJpeg, imagesToDamage } from '../../../../support/images/jpeg/damaged/damaged-jpegs.js';
import {
  compareWithReference,
  readByOwn,
  SHRINKS,
  type Verdict,
} from '../../../../support/images/jpeg/reference/comparison.js';
import { Tally } from '../../../../support/images/jpeg/reference/tally.js';
import { watch } from '../../../../support/images/jpeg/watchdog.js';
import { renderOne } from '../../../../support/images/render-one.js';
import { insideBox } from '../../../../support/variants.js';

const count = Number(process.env.FUZZ_COUNT ?? 2000);
/** Of so many files there are some of each small image that are read, and some that are declined; of ten times as many, of each large one. */
const ENOUGH = 2000;
const seed = Number(process.env.FUZZ_SEED ?? 1);

const images = await imagesToDamage();

/** Overwrites what a read may have left in the module's memory, and then reads another image. */
function disturb(number: number): void {
  withModule((module) => {
    new Uint8Array(module.memory.buffer).fill(number, module.heap());
  });
  const other = images[number % images.length];
  if (other !== undefined) readByOwn(other.bytes, 8);
}

/** What came of reading an image at every size. */
interface Reading {
  readonly isRead: boolean;
  /** Why it was declined, for each size at which it was. */
  readonly reasons: readonly string[];
  /** What the reader should not have done. */
  readonly faults: readonly string[];
}

/** @param compared What the reference made of images like this one. */
function readAtAllSizes(bytes: Buffer, number: number, compared: (verdict: Verdict) => void): Reading {
  const before = Buffer.from(bytes);
  const reasons: string[] = [];
  const faults: string[] = [];
  let isRead = false;
  for (const shrink of SHRINKS) {
    try {
      const result = readByOwn(bytes, shrink);
      const { verdict, difference } = compareWithReference(result, bytes, shrink);
      compared(verdict);
      if (difference !== undefined) faults.push(`at 1/${shrink}: ${difference}`);
      if (result instanceof Declined) {
        reasons.push(result.message);
        continue;
      }
      isRead = true;
      faults.push(...faultsOf(bytes, shrink, result, number).map((fault) => `at 1/${shrink}: ${fault}`));
    } catch (error) {
      faults.push(`at 1/${shrink}: thrown: ${error}`);
    }
  }
  if (!sameBytes(before, bytes)) faults.push('the file was changed');
  return { isRead, reasons, faults };
}

/** What is wrong with the samples that were read of an image. */
function faultsOf(bytes: Buffer, shrink: Shrink, samples: Samples, number: number): string[] {
  const { width, height } = new JpegFile(bytes);
  const size = [width, height].map((side) => Math.max(1, Math.floor(side / shrink)));
  disturb(number);
  const again = readByOwn(bytes, shrink);
  const faults = {
    'another size': `${size}` !== `${[samples.width, samples.height]}`,
    'another length': samples.data.length !== samples.width * samples.height * samples.channels,
    'other samples at the second time': again instanceof Declined || !sameBytes(samples.data, again.data),
    // A block takes a bit or more: what is not in the file costs nothing.
    'more blocks than bits': Math.ceil(width / 8) * Math.ceil(height / 8) > 8 * bytes.length,
  };
  return Object.entries(faults).flatMap(([fault, is]) => (is ? [fault] : []));
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** The damage that libvips finds in an image; undefined when it finds none. */
async function libvipsFinds(bytes: Buffer): Promise<string | undefined> {
  const box = { width: 4, height: 4 };
  try {
    await renderOne(bytes, {
      variant: insideBox(box.width, box.height),
      maxPixels,
      decoding: { ...defaultDecoding, jpegReader: 'libvips' },
    });
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

/** A revision of JFIF that libjpeg does not know does not change pixels. */
const NO_DAMAGE = /unknown JFIF revision/;

test('before they are damaged, the images are sound and read', async () => {
  for (const { name, bytes, isProgressive: progressive } of images) {
    expect(isProgressive(bytes), name).toBe(progressive);
    for (const shrink of SHRINKS)
      expect(readByOwn(bytes, shrink) instanceof Declined, `${name} ${shrink}`).toBe(
        progressive && shrink !== 8,
      );
    expect(await libvipsFinds(bytes), name).toBeUndefined();
  }
});

test(
  `${count} damaged JPEGs: each is declined, or read at its size and always alike, as by the reference; no baseline image is read that libvips finds damaged`,
  async () => {
    onTestFailed(() =>
      console.log(
        `to write one: npx tsx test/support/images/jpeg/damaged/damaged-jpegs.ts <file> <number> ${seed}`,
      ),
    );
    const watchdog = watch();
    onTestFinished(watchdog.stop);
    const declined: Record<string, number> = {};
    const byKind = new Tally();
    const byDamage = new Tally();
    const faults: string[] = [];
    const unnoticed: string[] = [];
    let readFiles = 0;
    let damagedProgressive = 0;
    for (let number = 0; number < count; number += 1) {
      watchdog.step(number);
      const { name, damage, bytes } = damagedJpeg(images, number, seed);
      const about = (fault: string) => `${number} (${name}: ${damage}): ${fault}`;
      const reading = readAtAllSizes(bytes, number, (verdict) => {
        byKind.count(name, verdict);
        for (const single of damage.split(', ')) byDamage.count(single, verdict);
      });
      for (const reason of reading.reasons) declined[reason] = (declined[reason] ?? 0) + 1;
      faults.push(...reading.faults.map(about));
      if (!reading.isRead) continue;
      readFiles += 1;
      const found = await libvipsFinds(bytes);
      if (found === undefined || NO_DAMAGE.test(found)) continue;
      // The scans of a progressive image that are skipped are not checked.
      if (isProgressive(bytes)) damagedProgressive += 1;
      else unnoticed.push(about(found));
    }
    console.log(
      `seed ${seed}: ${count} files, ${readFiles} read, ${damagedProgressive} of them damaged progressive ones; declined: ` +
        JSON.stringify(declined),
    );
    console.log(`compared with the reference, by kind:\n${byKind}\nby damage:\n${byDamage}`);
    expect(faults).toEqual([]);
    expect(unnoticed).toEqual([]);
    if (count < ENOUGH) return;
    const sequential = images.filter((image) => !image.isProgressive);
    const [large, small] = [true, false].map((is) => sequential.filter(({ isLarge }) => isLarge === is));
    const names = (list: typeof images = []) => list.map(({ name }) => name);
    expect(names(small).filter((name) => !byKind.hasBoth(name))).toEqual([]);
    if (count < 10 * ENOUGH) expect(byKind.hasBoth(...names(large))).toBe(true);
    else expect(names(large).filter((name) => !byKind.hasBoth(name))).toEqual([]);
  },
  60_000 + 10 * count,
);
