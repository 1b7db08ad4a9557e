import path from 'node:path';
import type { FailedEvent, SummaryEvent, ThumbsEvent } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import { expectSound, recordsIn, temporaryFolder, thumbs } from '../helpers.js';
import { writeMutations } from '../mutation-corpus.js';

const count = Number(process.env.FUZZ_COUNT ?? 300);
const seed = Number(process.env.FUZZ_SEED ?? 1);

test(
  `${count} damaged images in one run: each has one record, and no consumer's death goes unrecorded`,
  async () => {
    const folder = temporaryFolder();
    const out = path.join(folder, 'out');
    const names = writeMutations(path.join(folder, 'damaged'), count, seed);
    const { code, stdout } = await thumbs(
      ['damaged', '-o', 'out', '-w', '2', '--timeout', '20', '--retries', '1', '--json', '-q'],
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
    expect(summary).toMatchObject({ type: 'summary', photos: count, workers: 2, failed: failed.length });
    expect(failed.map(({ record }) => record.source).sort()).toEqual(
      records.flatMap((record) => (record.status === 'failed' ? record.source : [])),
    );
    for (const { record, attempt, reason } of failed) {
      // A cause, on one line, without an address or a path of this machine: the manifest is the same everywhere.
      expect(reason).not.toMatch(/\n|0x[0-9a-f]{6}|\/tmp\/|[: ]$/);
      const died = attempt.signal !== undefined || attempt.exitCode !== undefined;
      expect([record.source, record.error.code, died]).toEqual([
        record.source,
        record.error.code,
        ['TIMEOUT', 'WORKER_DIED'].includes(record.error.code) || /of memory/.test(reason),
      ]);
    }
    const peak = Math.round(summary.peakMemoryBytes / 1e6);
    console.log(
      `seed ${seed}: ${count} files, ${summary.photos - summary.failed} done, failed ${JSON.stringify(summary.failures)}, ` +
        `peak resident memory of all processes ${peak} MB, ${summary.seconds.toFixed(1)} s; a file again: ` +
        'writeMutations(folder, its number + 1, the seed)',
    );
  },
  60_000 + 500 * count,
);
