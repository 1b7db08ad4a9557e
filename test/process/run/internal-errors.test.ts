// Faults of the program itself, and of its WebAssembly, in consumers of an installation that was damaged so.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, failuresIn, recordsIn, thumbnailsIn } from '../../support/output.js';
import { copyPackage, replaceCode } from '../../support/package-copy.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';
import { eventsOf, thumbs } from '../../support/processes/command.js';
import { start } from '../../support/processes/processes.js';

const CONSUMER = 'dist/consumer/main.js';

/** A copy of the package whose consumers have `replacement` in place of the one place with `code`; `repair` undoes it. */
function damagedPackage(code: string, replacement: string) {
  const folder = temporaryFolder();
  const program = copyPackage(folder, { binaries: true });
  const repair = replaceCode(folder, CONSUMER, code, replacement);
  const run = async (cwd: string, ...args: string[]) => {
    const line = [program, 'photos', '-w', '2', '-s', '40', ...args];
    return start(process.execPath, line, { cwd }).finished;
  };
  return { run, repair };
}

/** Three photos, of which the second has `mark` behind its last marker, which belongs to no image. */
function photosWithMark(mark: string) {
  const { folder, out, files } = photoFolder(3);
  fs.appendFileSync(files[1] ?? '', mark);
  return { folder, out };
}

test('a fault in the renderer is one INTERNAL record, its stack is shown, exit 70, and every run tries it again', async () => {
  const { folder, out } = photosWithMark('fault here');
  const fault = "if (source.includes('fault here')) throw new TypeError('made: \\u001b[2J\\nboom');";
  const recognized = 'const { format, decoder } = recognize(source, decoding);';
  const { run, repair } = damagedPackage(recognized, `${fault}${recognized}`);
  const message = '../photos/photo-2.jpg: an unexpected error in thumbs: made: \\u001b[2J\\u000aboom';
  let manifest = '';
  for (const made of ['2 thumbnails made', '2 unchanged']) {
    const { code, stderr } = await run(folder);
    expect([code, stderr]).toEqual([
      70,
      expect.stringMatching(
        new RegExp(
          [
            String.raw`^INTERNAL photos/photo-2\.jpg: an unexpected error in thumbs: made: \\u001b\[2J\\u000aboom`,
            String.raw`An unexpected error at photos/photo-2\.jpg:`,
            String.raw`TypeError: made: \\u001b\[2J`,
            'boom',
            String.raw`    at inputsOf \(.*main\.js:\d+:\d+\)`,
          ].join('\\n'),
        ),
      ),
    ]);
    expect(stderr).toContain('INTERNAL is a fault of thumbs, not of the photo. Please report it');
    expect(stderr).toContain(`${made}, 1 failed (1 INTERNAL): 3 photos`);
    expect(failuresIn(out)).toEqual([['photo-2.jpg', 'INTERNAL', message]]);
    await expectSound(out);
    // The stack is not in the manifest, which stays the same from run to run.
    const text = fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8');
    expect(text).not.toContain('renderThumbnail');
    if (manifest !== '') expect(text).toBe(manifest);
    manifest = text;
  }
  const { stdout } = await run(folder, '--json');
  const failed = eventsOf(stdout).find((event) => event.type === 'failed');
  expect(failed).toMatchObject({
    known: false,
    attempt: { tries: 1, stack: expect.stringContaining('\n    at ') },
  });
  repair();
  expect(await run(folder)).toMatchObject({ code: 0 });
  expect(recordsIn(out).map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  await expectSound(out);
});

test('a trap in WebAssembly leaves the photo to libvips, in the same consumer', async () => {
  const { folder, out } = photosWithMark('');
  const { run } = damagedPackage(
    'const result = use(module);',
    'const result = use(module); module.nextMarker(0x7fff0000, 0x7fff0099);',
  );
  expect(await run(folder)).toMatchObject({ code: 0, stderr: expect.stringMatching(/^3 thumbnails made: /) });
  const trapped = thumbnailsIn(out);
  await expectSound(out);
  const byLibvips = await thumbs(['photos', '-s', '40', '-o', 'libvips'], {
    cwd: folder,
    env: { THUMBS_JPEG: 'libvips' },
  });
  expect(byLibvips.code).toBe(0);
  expect(thumbnailsIn(path.join(folder, 'libvips'))).toEqual(trapped);
});

test('a photo for which the system lacks memory even alone ends its consumers, and every run tries it again', async () => {
  const { folder, out } = photosWithMark('much memory');
  const shortage =
    "if (bytes.includes('much memory')) fromSystem(() => { throw new RangeError('no memory'); });";
  const opened = 'const file = shared.once("file", () => new JpegFile(bytes));';
  const { run, repair } = damagedPackage(opened, `${shortage}${opened}`);
  const { code, stdout } = await run(folder, '--json');
  const failed = eventsOf(stdout).find((event) => event.type === 'failed');
  expect([code, failed]).toEqual([
    1,
    expect.objectContaining({
      reason: 'the process that worked on it died: exit code 1 (2 tries)',
      attempt: expect.objectContaining({
        stderrTail: expect.stringContaining('MemoryShortage: out of memory'),
      }),
    }),
  ]);
  expect(failuresIn(out).map(([name, code]) => [name, code])).toEqual([['photo-2.jpg', 'WORKER_DIED']]);
  await expectSound(out);
  repair();
  expect(await run(folder)).toMatchObject({ code: 0 });
  await expectSound(out);
});
