// Mutated RAW containers by the thousand: each has a preview or is refused, with bounded reads in the file, the same from parts as from the
// whole; and through the real command each is one record. FUZZ_COUNT and DAMAGED_COUNT say how many, FUZZ_SEED which.

import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFailed, test } from 'vitest';
import { mulberry32 } from '../../../../../scripts/painting/noise.js';
import { isImageError } from '../../../../../src/errors.js';
import { MemoryShortage } from '../../../../../src/image/limits.js';
import { pick } from '../../../../support/images/damages.js';
import { families } from '../../../../support/images/raw/families.js';
import { rawContents } from '../../../../support/images/raw/files.js';
import { mutated } from '../../../../support/images/raw/mutants.js';
import { readingOf, variant } from '../../../../support/images/raw/readings.js';
import { renderOne } from '../../../../support/images/render-one.js';
import { expectSound, recordsIn } from '../../../../support/output.js';
import { temporaryFolder } from '../../../../support/photos.js';
import { thumbs } from '../../../../support/processes/command.js';

const count = Number(process.env.FUZZ_COUNT ?? 3000);
const inCommand = Number(process.env.DAMAGED_COUNT ?? 150);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const extensions = Object.keys(families);
const contents = await rawContents(6);

function* mutants(howMany: number): Generator<{ name: string; bytes: Buffer }> {
  const random = mulberry32(seed);
  for (let number = 0; number < howMany; number += 1) {
    const extension = pick(extensions, random);
    const make = families[extension];
    if (make === undefined) throw new RangeError(extension);
    yield { name: `${number}.${extension}`, bytes: mutated(make(contents), random) };
  }
}

test(
  `${count} mutated RAW containers: a preview or a refusal each, few reads, none outside the file`,
  async () => {
    let previews = 0;
    let current = '';
    onTestFailed(() => console.log(`seed ${seed}: failed at ${current}`));
    for (const { name, bytes } of mutants(count)) {
      current = name;
      const { outcome, reads, bytesRead, preview } = await readingOf(bytes);
      expect(['preview', 'UNSUPPORTED'], name).toContain(outcome);
      expect(reads, name).toBeLessThan(400);
      expect(bytesRead, name).toBeLessThan(4_000_000);
      if (preview === undefined) continue;
      previews += 1;
      if (previews % 20 === 0) await render(bytes);
    }
    // Most mutations miss what a preview depends on.
    expect(previews).toBeGreaterThan(count / 4);
    expect(previews).toBeLessThan(count);
  },
  60_000 + 20 * count,
);

/** Any error but the image's own is thrown. */
async function render(bytes: Buffer): Promise<void> {
  try {
    await renderOne(bytes, { variant, maxPixels: 1e8, maxMemory: 1e9 });
  } catch (error) {
    if (!isImageError(error) && !(error instanceof MemoryShortage)) throw error;
  }
}

test(
  `${inCommand} mutated RAW containers in one run: one record each, and no consumer is lost`,
  async () => {
    const folder = temporaryFolder();
    const photos = path.join(folder, 'photos');
    fs.mkdirSync(photos);
    const names: string[] = [];
    for (const { name, bytes } of mutants(inCommand)) {
      names.push(name);
      fs.writeFileSync(path.join(photos, name), bytes);
    }
    const { code } = await thumbs(['photos', '-w', '2', '--retries', '0', '-q'], { cwd: folder });
    expect([0, 1]).toContain(code);
    const out = path.join(folder, 'thumbnails');
    const records = recordsIn(out);
    expect(records.map(({ source }) => path.basename(source))).toEqual([...names].sort());
    const codes = records.flatMap((record) => (record.status === 'failed' ? [record.error.code] : []));
    expect(codes.filter((found) => !['CORRUPT', 'UNSUPPORTED', 'TOO_LARGE'].includes(found))).toEqual([]);
    await expectSound(out);
  },
  60_000 + 500 * inCommand,
);
