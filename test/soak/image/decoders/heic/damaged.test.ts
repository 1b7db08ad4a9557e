// Damaged HEIFs by the hundred through one run of the real command with little memory. DAMAGED_COUNT says how many, FUZZ_SEED which.

import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFailed, test } from 'vitest';
import { damagedHeif, soundHeifs } from '../../../../support/images/heif/damaged-heifs.js';
import { expectSound, onlyThumbnail, recordsIn } from '../../../../support/output.js';
import { temporaryFolder } from '../../../../support/photos.js';
import { thumbs } from '../../../../support/processes/command.js';

const count = Number(process.env.DAMAGED_COUNT ?? 300);
const seed = Number(process.env.FUZZ_SEED ?? 1);
const EVERY_SOUND = 20;

test(
  `${count} damaged HEIFs in one run: each has one record, no consumer dies, and sound ones between them are as ever`,
  async () => {
    onTestFailed(() =>
      console.log(`to write one: npx tsx test/support/images/heif/damaged-heifs.ts <file> <number> ${seed}`),
    );
    const folder = temporaryFolder();
    const photos = path.join(folder, 'photos');
    const files = soundHeifs();
    fs.mkdirSync(photos);
    const names = Array.from({ length: count }, (_, number) => {
      const isSound = number % EVERY_SOUND === 0;
      const { name, bytes } = isSound
        ? { name: 'sound', bytes: files[0]?.bytes ?? Buffer.alloc(0) }
        : damagedHeif(files, number, seed);
      const file = `${String(number).padStart(5, '0')} ${name.replaceAll(':', '')}.heic`;
      fs.writeFileSync(path.join(photos, file), bytes);
      return file;
    });
    const args = [
      'photos',
      '-o',
      'out',
      '-w',
      '2',
      '--timeout',
      '20',
      '--retries',
      '0',
      '--max-memory',
      '400',
    ];
    const { code, stdout } = await thumbs([...args, '--json', '-q'], { cwd: folder });
    expect([0, 1]).toContain(code);
    const out = path.join(folder, 'out');
    const records = recordsIn(out);
    expect(records.map(({ source }) => path.basename(source))).toEqual([...names].sort());
    await expectSound(out);
    const deaths = records.flatMap((record) =>
      record.status === 'failed' && !/^(?:CORRUPT|UNSUPPORTED|TOO_LARGE)/.test(record.error.code)
        ? `${path.basename(record.source)}: ${record.error.code} ${record.error.message}`
        : [],
    );
    expect(deaths).toEqual([]);
    expect(stdout).not.toContain('its consumer had');
    const sound = records.flatMap((record) =>
      / sound\.heic$/.test(record.source)
        ? record.status === 'done'
          ? onlyThumbnail(record).file
          : record.status
        : [],
    );
    expect(sound).toHaveLength(Math.ceil(count / EVERY_SOUND));
    expect(new Set(sound).size).toBe(1);
    const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    console.log(
      `seed ${seed}: ${count} files, failed ${JSON.stringify(summary.failures)}, peak resident memory of all processes ` +
        `${Math.round(summary.peakMemoryBytes / 1e6)} MB, ${summary.seconds.toFixed(1)} s`,
    );
  },
  60_000 + 500 * count,
);
