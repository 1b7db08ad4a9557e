// Bad input that needs neither another user nor another process.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { resolveOptions } from '../../../src/options/resolve.js';
import { localPool } from '../../../src/pool/local/local-pool.js';
import { run } from '../../../src/run/create-thumbnails.js';
import { inProcess, runFolder } from '../../support/in-process/run.js';
import { expectSound, failuresIn, recordsIn } from '../../support/output.js';
import { jpeg, photoFolder } from '../../support/photos.js';

test('limits refuse what is one row or one byte too large, with the figures', async () => {
  const { folder, out } = photoFolder(1);
  const small = await jpeg(2);
  // What follows a JPEG's last marker is not part of the image.
  const ofLength = (bytes: number) => Buffer.concat([small, Buffer.alloc(bytes - small.length)]);
  const files = {
    'largest.jpg': await jpeg(3, 800, 600),
    'too-high.jpg': await jpeg(3, 800, 601),
    'longest.jpg': ofLength(500_000),
    'too-long.jpg': ofLength(500_001),
  };
  for (const [name, bytes] of Object.entries(files))
    fs.writeFileSync(path.join(folder, 'photos', name), bytes);
  await runFolder(folder, { maxPixels: 480_000, maxFileSize: 0.5 });
  expect(failuresIn(out)).toEqual([
    [
      'too-high.jpg',
      'TOO_LARGE',
      '../photos/too-high.jpg: 800 x 601 pixels are more than the limit of 480000',
    ],
    ['too-long.jpg', 'TOO_LARGE', '../photos/too-long.jpg: 500001 bytes are more than the limit of 500000'],
  ]);
  expect(recordsIn(out)).toHaveLength(5);
  await expectSound(out);
});

test('a file that vanishes between the walk and the reading is one record', async () => {
  const { folder, out, files } = photoFolder(6);
  const done: string[] = [];
  const options = resolveOptions([path.join(folder, 'photos')], { out, workers: 1 });
  for await (const event of run(options, localPool(inProcess()))) {
    if (event.type !== 'done') continue;
    // One is done, and at most two more are in flight: the walk has found the others, and no consumer has read them.
    if (done.length === 0) for (const file of files) if (file !== event.path) fs.rmSync(file);
    done.push(path.basename(event.path));
  }
  expect(recordsIn(out)).toHaveLength(6);
  const gone = files.map((file) => path.basename(file)).filter((name) => !done.includes(name));
  expect(gone.length).toBeGreaterThanOrEqual(3);
  expect(failuresIn(out)).toEqual(
    gone.map((name) => [name, 'UNREADABLE', `../photos/${name}: no such file or directory (ENOENT)`]),
  );
});

test('a file where the output folder should be is left alone, and no consumer is started', async () => {
  const { folder, out } = photoFolder(1);
  fs.writeFileSync(out, 'mine');
  const transport = inProcess();
  const events = run(resolveOptions([path.join(folder, 'photos')], { out }), localPool(transport));
  await expect(events.next()).rejects.toMatchObject({
    code: 'OUTPUT',
    message: `Cannot write to ${out}: there is a file where the folder should be`,
  });
  expect(transport.started).toBe(0);
  expect(fs.readFileSync(out, 'utf8')).toBe('mine');
});
