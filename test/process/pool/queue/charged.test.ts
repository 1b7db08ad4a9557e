// What an image does to its consumer on another host is charged to it as on this one.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { failuresIn, recordsIn } from '../../../support/output.js';
import { command } from '../../../support/paths.js';
import { jpeg, temporaryFolder, writePhotos } from '../../../support/photos.js';
import { start } from '../../../support/processes/processes.js';
import {
  DEADLY,
  expectNothingLeft,
  expectSameOutput,
  startQueueRun,
  startWorker,
} from '../../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../../support/redis.js';

testWithRedis(
  'images that kill their consumer, or take longer than --timeout, have the records that they have on one machine, and cost no other photo anything',
  async () => {
    const redis = await startRedis();
    const folder = temporaryFolder();
    const photos = path.join(folder, 'photos');
    writePhotos(photos, 20);
    for (const [seed, name] of ['kills-1.jpg', 'kills-2.jpg', 'hangs-1.jpg'].entries())
      fs.writeFileSync(path.join(photos, name), await jpeg(800 + seed));
    const args = ['--timeout', '2', '--retries', '1'];
    const here = start(process.execPath, [command, 'photos', '-o', 'plain', '-w', '2', ...args], {
      cwd: folder,
      env: DEADLY,
    });
    const worker = await startWorker(redis, { cwd: folder, env: DEADLY, args: ['-w', '2'] });
    const run = startQueueRun(redis, { cwd: folder, args: [...args, '-v'] });
    expect((await here.finished).code).toBe(1);
    const { code, stderr } = await run.finished;
    expect(code).toBe(1);
    const out = path.join(folder, 'queue');
    expect(failuresIn(out).map(([name, failure]) => `${name} ${failure}`)).toEqual([
      'hangs-1.jpg TIMEOUT',
      'kills-1.jpg WORKER_DIED',
      'kills-2.jpg WORKER_DIED',
    ]);
    expect(recordsIn(out)).toHaveLength(23);
    expectSameOutput(out, path.join(folder, 'plain'));
    // For a report: whose consumer it was, and how it ended.
    expect(stderr).toMatch(
      /^failed photos\/kills-1\.jpg \(WORKER_DIED, consumer \d+ on .+, 2 tries, .*signal SIGKILL/m,
    );
    await expectNothingLeft(redis, worker);
  },
);
