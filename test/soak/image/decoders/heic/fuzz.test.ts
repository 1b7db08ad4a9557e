// Damaged HEIFs by the thousand through the renderer: each is refused, or a thumbnail, always alike, and leaves no trace in the decoder's
// memory. FUZZ_COUNT says how many, FUZZ_SEED which.

import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { ThumbsError } from '../../../../../src/errors.js';
import { damagedHeif, type SoundHeif, soundHeifs } from '../../../../support/images/heif/damaged-heifs.js';
import { thumbnailOf } from '../../../../support/images/heif/rendering.js';
import { watch } from '../../../../support/images/jpeg/watchdog.js';

const count = Number(process.env.FUZZ_COUNT ?? 1500);
const seed = Number(process.env.FUZZ_SEED ?? 1);

const files = soundHeifs();
/** One that uses the smaller pictures of a file, and one that does not. */
const SIDES = [32, 200];
/** After so many damaged files a sound one is rendered. */
const SOUND_EVERY = 10;
const REFUSALS: readonly string[] = ['CORRUPT', 'UNSUPPORTED', 'TOO_LARGE'];

/** The name of the thumbnail, or the code of the refusal and its cause. Any other error is thrown. */
async function outcomeOf(bytes: Buffer, side: number): Promise<string> {
  try {
    const { sha256 } = await thumbnailOf(bytes, { side });
    return `done ${sha256}`;
  } catch (error) {
    if (error instanceof ThumbsError && REFUSALS.includes(error.code))
      return `${error.code} ${error.message}`;
    throw error;
  }
}

/** What is wrong with the rendering of a file at one size. */
async function faultsOf(bytes: Buffer, side: number): Promise<{ outcome: string; faults: string[] }> {
  const before = Buffer.from(bytes);
  try {
    const outcome = await outcomeOf(bytes, side);
    const again = await outcomeOf(bytes, side);
    const faults = {
      'another outcome at the second time': again !== outcome,
      'the file was changed': !before.equals(bytes),
      // The manifest is the same everywhere: no address, and one plain line.
      'its cause is not one plain line': /\n|(?<!\d)0x[0-9a-f]{6}|[: ]$/.test(outcome),
    };
    return {
      outcome,
      faults: Object.entries(faults).flatMap(([fault, is]) => (is ? [`${fault}: ${outcome}`] : [])),
    };
  } catch (error) {
    return { outcome: 'thrown', faults: [`thrown: ${error instanceof Error ? error.stack : error}`] };
  }
}

async function soundOutcomes(): Promise<Map<SoundHeif, readonly string[]>> {
  const outcomes = new Map<SoundHeif, readonly string[]>();
  for (const file of files) {
    const [small, large] = [
      await outcomeOf(file.bytes, SIDES[0] ?? 0),
      await outcomeOf(file.bytes, SIDES[1] ?? 0),
    ];
    outcomes.set(file, [small, large]);
  }
  return outcomes;
}

test('before they are damaged, all files are thumbnails', async () => {
  for (const [{ name }, outcomes] of await soundOutcomes())
    for (const outcome of outcomes) expect(outcome, name).toMatch(/^done /);
});

test(
  `${count} damaged HEIFs: each is refused or a thumbnail, always alike, and sound ones between them are as before`,
  async () => {
    onTestFailed(() =>
      console.log(`to write one: npx tsx test/support/images/heif/damaged-heifs.ts <file> <number> ${seed}`),
    );
    const sound = await soundOutcomes();
    const watchdog = watch();
    onTestFinished(watchdog.stop);
    const outcomes: Record<string, number> = {};
    const faults: string[] = [];
    for (let number = 0; number < count; number += 1) {
      watchdog.step(number);
      const { name, damage, bytes } = damagedHeif(files, number, seed);
      const side = SIDES[number % 2] ?? 0;
      const found = await faultsOf(bytes, side);
      const kind = found.outcome.replace(/^done .*/, 'done').replaceAll(/\d+/g, '#');
      outcomes[kind] = (outcomes[kind] ?? 0) + 1;
      faults.push(...found.faults.map((fault) => `${number} (${name}: ${damage}): ${fault}`));
      if (number % SOUND_EVERY > 0) continue;
      const other = files[(number / SOUND_EVERY) % files.length];
      if (other === undefined) continue;
      const expected = sound.get(other)?.[number % 2];
      if ((await outcomeOf(other.bytes, side)) !== expected)
        faults.push(`${number}: ${other.name} is another thumbnail behind it`);
    }
    console.log(`seed ${seed}: ${count} files: ${JSON.stringify(outcomes, null, 1)}`);
    expect(faults).toEqual([]);
  },
  60_000 + 150 * count,
);
