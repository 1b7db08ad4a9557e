import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startRun, thumbs } from '../../support/command.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { photoFolder } from '../../support/photos.js';

for (const [what, args] of [
  ['output folder', ['-o', 'out', '-m', 'other.jsonl']],
  ['manifest', ['-o', 'other', '-m', 'out/manifest.jsonl']],
] as const) {
  test(`a second run on the ${what} of one that works is refused with its process id and start, and does no harm`, async () => {
    const { folder } = await photoFolder(600);
    const { child, finished } = await startRun(['photos', '-o', 'out', '-w', '2'], { cwd: folder });
    const second = await thumbs(['photos', ...args], { cwd: folder });
    expect([second.code, second.stdout]).toEqual([3, '']);
    const target = path.join(folder, what === 'manifest' ? 'out/manifest.jsonl' : 'out');
    expect(second.stderr).toMatch(
      new RegExp(
        `^thumbs: ${target} is in use by another run, process ${child.pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\n$`,
      ),
    );
    expect(child.exitCode).toBe(null);
    expect((await finished).code).toBe(0);
    expect(recordsIn(path.join(folder, 'out'))).toHaveLength(600);
    await expectSound(path.join(folder, 'out'));
    expect((await thumbs(['photos/photo-1.jpg', ...args], { cwd: folder })).code).toBe(0);
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
}
