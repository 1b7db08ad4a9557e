// Damaged images by the hundred through one run of the real command. DAMAGED_COUNT says how many, FUZZ_SEED which.

import path from 'node:path';
import { expect, onTestFailed, test } from 'vitest';
import type { FailedEvent, SummaryEvent, ThumbsEvent } from '../../../src/run/events.js';
import { writeDamagedImages } from '../../support/images/damaged-images.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

const count = Number(process.env.DAMAGED_COUNT ?? 150);
const seed = Number(process.env.FUZZ_SEED ?? 1);

test(
  `${count} damaged images in one run: each has one record, and every death of a consumer is one`,
  async () => {
    onTestFailed(() =>
      console.log(`to write them: npx tsx test/support/images/damaged-images.ts <folder> ${count} ${seed}`),
    );
    const folder = temporaryFolder();
    const out = path.join(folder, 'out');
    const names = writeDamagedImages(path.join(folder, 'damaged'), count, seed);
    // Without a second try every death is a record; with one, an image whose consumer dies once would be done.
    const { code, stdout } = await thumbs(
      ['damaged', '-o', 'out', '-w', '2', '--timeout', '20', '--retries', '0', '--json', '-q'],
      { cwd: folder },
    );
    expect([0, 1]).toContain(code);
    const records = recordsIn(out);
    expect(records.map(({ source }) => path.basename(source))).toEqual([...names].sort());
    await expectSound(out);

    const events: ThumbsEvent[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const failed = events.filter((event): event is FailedEvent => event.type === 'failed');
    const summary = events.at(-1) as SummaryEvent;
    expect(failed.map(({ record }) => record.source).sort()).toEqual(
      records.flatMap((record) => (record.status === 'failed' ? record.source : [])),
    );
    expect(summary).toMatchObject({ type: 'summary', photos: count, workers: 2, failed: failed.length });
    expect(failed.flatMap(faultsOf)).toEqual([]);
    // A recorded death is a fault of a decoder, not ours, and worth a report.
    for (const { record, attempt } of failed)
      if (hasDied(attempt)) console.log(record.error.code, record.error.message, attempt);
    const peak = Math.round(summary.peakMemoryBytes / 1e6);
    console.log(
      `seed ${seed}: ${count} files, ${count - failed.length} done, failed ${JSON.stringify(summary.failures)}, ` +
        `peak resident memory of all processes ${peak} MB, ${summary.seconds.toFixed(1)} s`,
    );
  },
  60_000 + 500 * count,
);

/** What is wrong with a failure. */
function faultsOf({ record, reason, attempt }: FailedEvent): string[] {
  const name = path.basename(record.source);
  const { code } = record.error;
  const mayDie = code === 'TIMEOUT' || code === 'WORKER_DIED' || /of memory/.test(reason);
  const faults = {
    'it is not damaged': name.includes('-clean-'),
    // The manifest is the same everywhere: no address, and no path of this machine. `1200x268436256` is a size.
    'its cause is not one plain line': /\n|(?<!\d)0x[0-9a-f]{6}|\/tmp\/|[: ]$/.test(reason),
    'its code does not fit the end of its consumer': hasDied(attempt) !== mayDie,
  };
  return Object.entries(faults).flatMap(([fault, is]) =>
    is ? `${name}: ${fault}: ${code} ${reason} ${JSON.stringify(attempt)}` : [],
  );
}

function hasDied(attempt: FailedEvent['attempt']): boolean {
  return attempt?.exitCode !== undefined || attempt?.signal !== undefined;
}
