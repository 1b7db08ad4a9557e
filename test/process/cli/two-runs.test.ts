import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { runInProcess } from '../../support/in-process/run.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { BLOCKED_PHOTOS, startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';
import { thumbs } from '../../support/processes/command.js';

testBlocked(
  'a second run on the output folder or the manifest of a running one is refused with its process id and start, and does no harm',
  async () => {
    const run = await startBlockedRun(['-w', '2']);
    const { folder, out, pid } = run;
    const manifest = path.join(out, 'manifest.jsonl');
    const seconds = [
      { target: out, options: { out, manifest: path.join(folder, 'other.jsonl') } },
      { target: manifest, options: { out: path.join(folder, 'other'), manifest } },
    ];
    const results = await Promise.all(
      seconds.map(({ options }) =>
        thumbs(['photos', '-o', options.out, '-m', options.manifest], { cwd: folder }),
      ),
    );
    for (const [index, { code, stdout, stderr }] of results.entries()) {
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(
        new RegExp(
          `^thumbs: ${seconds[index]?.target} is in use by another run, process ${pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\n$`,
        ),
      );
    }
    expect(run.child.exitCode).toBe(null);
    await run.pipe.read();
    expect((await run.finished).code).toBe(0);
    expect(recordsIn(out)).toHaveLength(BLOCKED_PHOTOS);
    await expectSound(out);
    for (const { options } of seconds) {
      const { summary } = await runInProcess([path.join(folder, 'photos/photo-1.jpg')], options);
      expect(summary).toMatchObject({ photos: 1, failed: 0 });
    }
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
  },
);
