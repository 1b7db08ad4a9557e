import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { thumbs } from '../../support/command.js';
import { expectSound, failuresIn, recordsIn } from '../../support/output.js';
import { temporaryFolder } from '../../support/photos.js';
import { start } from '../../support/processes.js';

/** A picture without compression, so that a mixture of two would decode, and be seen. */
function plain(red: number): Promise<Buffer> {
  const create = {
    width: 800,
    height: 600,
    channels: 3,
    background: { r: red, g: 0, b: 255 - red },
  } as const;
  return sharp({ create }).tiff({ compression: 'none' }).toBuffer();
}

test('photos that change all the time are CHANGED, or one of their states, and never a mixture', async () => {
  const folder = temporaryFolder();
  for (const [name, red] of [
    ['one', 255],
    ['other', 0],
  ] as const) {
    fs.mkdirSync(path.join(folder, 'states'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'states', `${name}.tif`), await plain(red));
  }
  await thumbs(['states'], { cwd: folder });
  const whole = recordsIn(path.join(folder, 'thumbnails')).map((record) =>
    record.status === 'done' ? record.thumbnails[0].file : '',
  );
  expect(new Set(whole).size).toBe(2);

  const states = ['one', 'other'].map((name) => path.join(folder, 'states', `${name}.tif`));
  const photos = Array.from({ length: 8 }, (_, index) => path.join(folder, 'photos', `${index}.tif`));
  fs.mkdirSync(path.join(folder, 'photos'));
  for (const photo of photos) fs.copyFileSync(states[0] ?? '', photo);
  const writer = fileURLToPath(new URL('../../fixtures/restless-writer.js', import.meta.url));
  const { child, finished } = start(process.execPath, [writer, ...states, ...photos]);
  await new Promise<void>((resolve) => child.stdout?.on('data', () => resolve()));
  const outcomes: string[] = [];
  const seen = (code: string) => outcomes.includes(code);
  for (let run = 0; run < 4 || (run < 40 && !(seen('done') && seen('CHANGED'))); run += 1) {
    const out = path.join(folder, `out-${run}`);
    await thumbs(['photos', '-o', out, '-w', '2', '--retries', '0'], { cwd: folder });
    for (const record of recordsIn(out)) {
      if (record.status === 'done') expect(whole).toContain(record.thumbnails[0].file);
      outcomes.push(record.status === 'done' ? 'done' : record.error.code);
    }
    for (const [, code, message] of failuresIn(out)) {
      // Empty and missing are states, too; what was cut and is still being written is CHANGED.
      expect([code, message]).toEqual([
        expect.stringMatching(/^(CHANGED|UNREADABLE|CORRUPT)$/),
        expect.stringMatching(/changed while it was read|is being written|no such file|is empty/),
      ]);
    }
  }
  expect([seen('done'), seen('CHANGED')]).toEqual([true, true]);
  child.kill('SIGKILL');
  await finished;
  for (const name of fs.readdirSync(folder).filter((each) => each.startsWith('out-')))
    await expectSound(path.join(folder, name));
});
