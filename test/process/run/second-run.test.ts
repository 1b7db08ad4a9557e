// Second runs by the real command and real consumers. The rules of what is made again are tested in unit/run/.

import fs from 'node:fs';
import path from 'node:path';
import { createThumbnails } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import { setTime } from '../../support/file-changes.js';
import { runFolder } from '../../support/in-process/run.js';
import { expectSound, isOfHeader, outcomesOf, recordsIn } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { jpeg, photoFolder } from '../../support/photos.js';
import {
  BLOCKED_PHOTOS,
  deepPhotoFolder,
  startBlockedRun,
  testBlocked,
} from '../../support/processes/blocked-run.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';
import { forksOf, processesLeft, until, untilWritten } from '../../support/processes/processes.js';

testBlocked('a run after kill -9 continues with what the manifest does not have', async () => {
  const { child, finished, folder, out } = await startBlockedRun(['-w', '1']);
  child.kill('SIGKILL');
  await finished;
  await until(() => processesLeft().length === 0);
  const done = recordsIn(out).length;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(BLOCKED_PHOTOS);
  const { summary } = await runFolder(folder);
  expect(summary).toMatchObject({ made: BLOCKED_PHOTOS - done, unchanged: done, failed: 0 });
  await expectSound(out);
});

testBlocked(
  'a run with other options that a signal stops costs the next one only what it has made',
  async () => {
    const photos = deepPhotoFolder();
    const { folder, out } = photos;
    await runFolder(folder);
    const run = await startBlockedRun(['-s', '50', '-w', '1'], { photos });
    run.child.kill('SIGINT');
    await untilWritten(run, 'Stopping: ');
    await run.pipe.read();
    expect((await run.finished).code).toBe(130);
    const madeByOther = recordsIn(out).filter(isOfHeader).length;
    expect(madeByOther).toBeGreaterThan(0);
    expect(madeByOther).toBeLessThan(BLOCKED_PHOTOS);
    const { summary } = await runFolder(folder);
    expect(summary).toMatchObject({ made: madeByOther, unchanged: BLOCKED_PHOTOS - madeByOther });
    await expectSound(out);
  },
);

test('unchanged photos fork no consumer', async () => {
  const { folder, out } = photoFolder(3);
  await runFolder(folder);
  const forks = await forksOf(async () => {
    for await (const event of createThumbnails([path.join(folder, 'photos')], { out }))
      if (event.type === 'summary') expect(event).toMatchObject({ unchanged: 3, made: 0 });
  });
  expect(forks).toBe(0);
});

test('real consumers identify a touched photo and make a changed one', async () => {
  const { folder, out, files } = photoFolder(3);
  await runFolder(folder);
  setTime(files[0] ?? '', 1_700_000_000);
  fs.writeFileSync(files[1] ?? '', await jpeg(100, 300, 200));
  const { code, events } = await thumbsJson(['photos', '-w', '1'], { cwd: folder });
  expect([code, outcomesOf(events)]).toEqual([
    0,
    { 'photo-1.jpg': 'identified', 'photo-2.jpg': 'done', 'photo-3.jpg': 'unchanged' },
  ]);
  await expectSound(out);
});

test('known failures are named apart from new ones, exit 1', async () => {
  const { folder, out } = photoFolder(1);
  const copyDamaged = (name: string) =>
    fs.copyFileSync(path.join(damagedImages, name), path.join(folder, 'photos', name));
  for (const name of ['truncated.jpg', 'giant-header.jpg', 'zero-byte.jpg']) copyDamaged(name);
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(
    manifest,
    text.replace(/truncated\.jpg: [^"]*/, 'truncated.jpg: \\u001b[31mred\\nand more'),
  );
  copyDamaged('text-named.jpg');
  const { code, stderr } = await thumbs(['photos'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^UNSUPPORTED photos\/text-named\.jpg: not a /),
    'Known from an earlier run, unchanged and not tried again (`thumbs photos --retry-failed` tries them):',
    expect.stringMatching(/^TOO_LARGE photos\/giant-header\.jpg: 65500 x 65500 pixels /),
    'CORRUPT photos/truncated.jpg: \\u001b[31mred\\u000aand more',
    'CORRUPT photos/zero-byte.jpg: the file is empty',
    expect.stringMatching(
      /^1 unchanged, 4 failed \(2 CORRUPT, 1 TOO_LARGE, 1 UNSUPPORTED; 3 known from an earlier run\): /,
    ),
    'manifest thumbnails/manifest.jsonl',
    '',
  ]);
});

test('a manifest with a damaged line is refused with the number of the line, exit 3, and left unchanged', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  const damaged = fs.readFileSync(manifest, 'utf8').replace('"status":"done"', '"status":"dune"');
  fs.writeFileSync(manifest, damaged);
  const { code, stderr } = await thumbs(['photos'], { cwd: folder });
  expect([code, stderr]).toEqual([
    3,
    `thumbs: Cannot use ${manifest} as the manifest: line 2 is not a record; \`thumbs verify --repair\` removes it, and the next run treats its photo as new\n`,
  ]);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(damaged);
});
