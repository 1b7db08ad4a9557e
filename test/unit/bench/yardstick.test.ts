import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { LargestJpeg } from '../../../src/bench/largest-jpeg.js';
import { Yardstick, yardstickLine } from '../../../src/bench/yardstick.js';
import { temporaryFolder } from '../../support/photos.js';

const photo = { file: '/photos/a.jpg', pixels: 10e6, title: 'a photo' };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Puts a program `djpeg` in the PATH, alone. It answers `-version` and then does what the shell script says. */
function installDjpeg(script: (folder: string) => string): string {
  const folder = temporaryFolder();
  const version = 'if [ "$1" = -version ]; then echo "libjpeg-turbo version 9.9" >&2; exit; fi';
  fs.writeFileSync(path.join(folder, 'djpeg'), `#!/bin/sh\n${version}\n${script(folder)}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', folder);
  return folder;
}

test('the yardstick starts an empty Node.js and decodes the photo at an eighth, as often as asked', async () => {
  const folder = installDjpeg((to) => `echo "$@" >> "${to}/calls"`);
  const yardstick = await Yardstick.of(photo);
  await yardstick.sample(2);
  await yardstick.sample(1);
  expect(fs.readFileSync(path.join(folder, 'calls'), 'utf8')).toBe('-scale 1/8 /photos/a.jpg\n'.repeat(3));
  const { node, djpeg } = yardstick.figures;
  expect([node.length, djpeg?.seconds.length]).toEqual([3, 3]);
  expect(yardstickLine(yardstick.figures)).toMatch(
    /^- Yardstick: `node -e 0` [\d.]+ s \([\d.]+ to [\d.]+, 3 runs\); `djpeg -scale 1\/8` of a photo \(10\.0 megapixels\) [\d.]+ s \([\d.]+ to [\d.]+, 3 runs\), libjpeg-turbo version 9\.9; median \(min to max\)$/,
  );
});

test('without djpeg, or where it fails, the yardstick says so and has the start of Node.js alone', async () => {
  vi.stubEnv('PATH', temporaryFolder());
  const missing = await Yardstick.of(photo);
  await missing.sample(1);
  expect(missing.figures.node).toHaveLength(1);
  expect(yardstickLine(missing.figures)).toMatch(
    / s \(.*, 1 run\); `djpeg` is not installed; median \(min to max\)$/,
  );
  installDjpeg(() => 'exit 1');
  const failing = await Yardstick.of(photo);
  await failing.sample(1);
  expect(yardstickLine(failing.figures)).toContain('; `djpeg` has failed on a photo (10.0 megapixels); ');
});

test('an aborted sample ends its process and is not counted', async () => {
  const folder = installDjpeg((to) => `echo $$ > "${to}/pid"; exec /bin/sleep 600`);
  const stop = new AbortController();
  const yardstick = await Yardstick.of(photo);
  const sampled = yardstick.sample(1, stop.signal);
  const pid = Number(
    await vi.waitUntil(() => {
      const file = path.join(folder, 'pid');
      return fs.existsSync(file) && fs.readFileSync(file, 'utf8').trim();
    }),
  );
  stop.abort();
  await sampled;
  await vi.waitUntil(() => !fs.existsSync(`/proc/${pid}/exe`));
  expect(yardstick.figures.djpeg?.seconds).toEqual([]);
});

test('the photo of the yardstick is the JPEG with the most pixels that has its thumbnail, whatever order the events come in', () => {
  const done = (file: string, sourceFormat: string, sourceWidth: number) =>
    JSON.stringify({ type: 'done', path: file, record: { sourceFormat, sourceWidth, sourceHeight: 10 } });
  const events = [
    JSON.stringify({ type: 'start', workers: 2 }),
    done('/b.jpg', 'jpeg', 30),
    done('/a.jpg', 'jpeg', 30),
    done('/c.jpg', 'jpeg', 20),
    done('/d.png', 'png', 50),
    // Its name is not UTF-8, so the event does not have its path.
    done('/caf\ufffd.jpg', 'jpeg', 50),
    JSON.stringify({ type: 'failed', path: '/e.jpg', record: {}, reason: '"sourceFormat":"jpeg"' }),
  ];
  for (const order of [events, events.toReversed()]) {
    const largest = new LargestJpeg();
    for (const event of order) largest.add(event);
    expect(largest.photo).toMatchObject({ file: '/a.jpg', pixels: 300 });
  }
  expect(new LargestJpeg().photo).toBeUndefined();
});
