import { createHook } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { verifyThumbnails } from '../../../src/maintenance/verify.js';
import type { DoneRecord } from '../../../src/manifest/record.js';
import { verify } from '../../support/in-process/maintenance.js';
import { runFolder } from '../../support/in-process/run.js';
import { onlyThumbnail, recordsIn, thumbnailOf } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { mutate, photoFolder, snapshot } from '../../support/photos.js';

/** The output of a run over three photos, a copy of the first, and a damaged one. */
async function finishedRun() {
  const { folder, out, files } = photoFolder(3);
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos/twin.jpg'));
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await runFolder(folder);
  return { folder, out, manifest: path.join(out, 'manifest.jsonl') };
}

/** A PNG may have anything behind its end: `count` different thumbnails from one, each with a record of its own. */
function multiplyThumbnail(out: string, count: number): string[] {
  const [record] = recordsIn(out).filter((record): record is DoneRecord => record.status === 'done');
  if (record === undefined) throw new Error('Expected a record with a thumbnail');
  const entry = onlyThumbnail(record);
  const png = fs.readFileSync(path.join(out, entry.file));
  const files: string[] = [];
  const records = Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.concat([png, Buffer.from(String(index))]);
    const file = `${createHash('sha256').update(bytes).digest('hex')}.png`;
    fs.writeFileSync(path.join(out, file), bytes);
    files.push(file);
    const thumbnails = [{ ...entry, file, bytes: bytes.length }];
    return `${JSON.stringify({ ...record, source: `../photos/${index}.jpg`, thumbnails })}\n`;
  });
  fs.appendFileSync(path.join(out, 'manifest.jsonl'), records.join(''));
  return files;
}

test('the output of a run is sound, and verifying it writes nothing', async () => {
  const { folder, out } = await finishedRun();
  const before = snapshot(folder);
  const { findings, summary } = await verify({ out });
  expect(findings).toEqual([]);
  expect(summary).toMatchObject({
    thumbnails: 3,
    sources: 5,
    failed: 1,
    missing: 0,
    damaged: 0,
    repaired: 0,
  });
  expect(snapshot(folder)).toEqual(before);
});

test('missing, damaged, foreign and unneeded files and wrong records are distinguished', async () => {
  const { out, manifest } = await finishedRun();
  const [missing = '', damaged = '', wrong = ''] = ['photo-1.jpg', 'photo-2.jpg', 'photo-3.jpg'].map((name) =>
    path.basename(thumbnailOf(out, name)),
  );
  fs.rmSync(path.join(out, missing));
  mutate(path.join(out, damaged), 100);
  const { size } = fs.statSync(path.join(out, wrong));
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, text.replace(`"bytes":${size}`, `"bytes":${size + 1}`));
  fs.writeFileSync(path.join(out, 'notes.txt'), 'a foreign file');
  fs.mkdirSync(path.join(out, 'folder'));
  const pipe = `${'4'.repeat(64)}.png`;
  execFileSync('mkfifo', [path.join(out, pipe)]);
  const empty = `${createHash('sha256').digest('hex')}.png`;
  fs.writeFileSync(path.join(out, empty), '');
  const { findings, events, summary } = await verify({ out });
  expect(findings).toEqual(
    [
      `missing ${missing}: photo-1.jpg,twin.jpg`,
      `damaged ${damaged}: photo-2.jpg`,
      `record ${wrong}: photo-3.jpg`,
      `unneeded ${empty}: `,
      'foreign notes.txt: ',
      'foreign folder: ',
      `foreign ${pipe}: `,
    ].sort(),
  );
  const reasons = Object.fromEntries(events.map(({ finding, reason }) => [finding, reason]));
  expect(reasons).toMatchObject({
    missing: 'it does not exist',
    damaged: expect.stringMatching(/^its bytes have the SHA-256 [0-9a-f]{64}$/),
    record: expect.stringMatching(/^the record says .* bytes, the file has .* bytes$/),
  });
  expect(summary).toMatchObject({
    type: 'verified',
    thumbnails: 3,
    sources: 5,
    failed: 1,
    missing: 1,
    damaged: 1,
    wrongRecords: 1,
    foreign: 3,
    unneeded: 1,
    repaired: 0,
  });
});

test('a changed byte is found wherever it is in a thumbnail', async () => {
  const { out } = await finishedRun();
  const files = multiplyThumbnail(out, 60);
  const { size } = fs.statSync(path.join(out, files[0] ?? ''));
  for (const [index, file] of files.entries())
    mutate(path.join(out, file), Math.floor((index * (size - 1)) / (files.length - 1)));
  const { findings, summary } = await verify({ out });
  expect(findings).toEqual(files.map((file, index) => `damaged ${file}: ${index}.jpg`).sort());
  expect(summary).toMatchObject({ damaged: 60 });
});

/** Threads that are started from now on, until the test has finished. */
function threadCounter(): () => number {
  let threads = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'WORKER') threads += 1;
    },
  }).enable();
  onTestFinished(() => {
    hook.disable();
  });
  return () => threads;
}

test('many thumbnails are read in batches by as many threads as there are cores', async () => {
  const { out } = await finishedRun();
  const files = multiplyThumbnail(out, 139);
  mutate(path.join(out, files[77] ?? ''), 50);
  const threads = threadCounter();
  const checked: number[] = [];
  for await (const event of verifyThumbnails({ out })) {
    if (event.type !== 'progress') continue;
    expect(event.files).toBe(142);
    checked.push(event.checked);
  }
  const sizes = checked.map((total, index) => total - (checked[index - 1] ?? 0));
  expect(sizes.sort((a, b) => a - b)).toEqual([14, 64, 64]);
  expect(threads()).toBe(Math.min(os.availableParallelism(), 3));
  const { findings, summary } = await verify({ out });
  expect(findings).toEqual([`damaged ${files[77]}: 77.jpg`]);
  expect(summary).toMatchObject({ thumbnails: 142, damaged: 1, missing: 0 });
});

test('an output folder that is reached through a link has no foreign files of ours', async () => {
  const { folder } = await finishedRun();
  const out = path.join(folder, 'link');
  fs.symlinkSync('thumbnails', out);
  for (const repair of [false, true]) expect((await verify({ out, repair })).findings).toEqual([]);
});

test('a line that names a file outside of the output folder is not a record', async () => {
  const { folder, out, manifest } = await finishedRun();
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, text.replace(/"file":"[0-9a-f]{64}\.png"/, '"file":"../photos/photo-1.jpg"'));
  const { findings } = await verify({ out });
  expect(findings).toContain('record manifest.jsonl: ');
  await expect(runFolder(folder)).rejects.toMatchObject({ code: 'MANIFEST' });
});

test('what cannot be verified is refused with its cause, and left unchanged', async () => {
  const { folder, out, manifest } = await finishedRun();
  const text = fs.readFileSync(manifest, 'utf8');
  const newer = path.join(folder, 'newer.jsonl');
  fs.writeFileSync(newer, text.replace('"version":2', '"version":3'));
  const before = snapshot(out);
  for (const [options, code, cause] of [
    [{ out: path.join(folder, 'nowhere') }, 'OUTPUT', /nowhere: no such file or directory \(ENOENT\)$/],
    [{ manifest: path.join(folder, 'none.jsonl') }, 'MANIFEST', /none\.jsonl: no such file .* \(ENOENT\)$/],
    [{ manifest: path.join(folder, 'photos/photo-1.jpg') }, 'MANIFEST', /not a manifest of thumbs/],
    [{ manifest: newer }, 'MANIFEST', /it is of version 3, newer than 2/],
  ] as const) {
    for (const repair of [false, true]) {
      const message = expect.stringMatching(cause);
      await expect(verify({ out, repair, ...options })).rejects.toMatchObject({ code, message });
    }
  }
  await expect(runFolder(folder, { manifest: newer })).rejects.toMatchObject({ code: 'MANIFEST' });
  expect(snapshot(out)).toEqual(before);
  expect(fs.readFileSync(newer, 'utf8')).toBe(text.replace('"version":2', '"version":3'));
});

test('an aborted verification ends without a summary', async () => {
  const { out } = await finishedRun();
  const types: string[] = [];
  for await (const event of verifyThumbnails({ out })) types.push(event.type);
  expect(types).toEqual(['progress', 'verified']);
  const stopped: string[] = [];
  for await (const event of verifyThumbnails({ out, signal: AbortSignal.abort() })) stopped.push(event.type);
  expect(stopped).toEqual([]);
});

test('an abort is noticed among many records, and the manifest is not rewritten', async () => {
  const { out, manifest } = await finishedRun();
  const record = JSON.stringify(recordsIn(out).find(({ status }) => status === 'done'));
  const lines = Array.from({ length: 5000 }, (_, index) => record.replace(/photo-\d/, `gone-${index}`));
  fs.appendFileSync(manifest, `${lines.join('\n').replaceAll(/"width":\d+/g, '"width":7')}\n`);
  const before = fs.statSync(manifest).ino;
  const stop = new AbortController();
  let findings = 0;
  for await (const event of verifyThumbnails({ out, repair: true, signal: stop.signal })) {
    expect(event.type).not.toBe('verified');
    if (event.type !== 'finding') continue;
    findings += 1;
    stop.abort();
    await setImmediate();
  }
  expect(findings).toBeGreaterThan(0);
  expect(findings).toBeLessThan(5000);
  // It was not rewritten, sorted and without the earlier records.
  expect(fs.statSync(manifest).ino).toBe(before);
});
