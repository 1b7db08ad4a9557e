import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type ManifestRecord, type VerifyEvent, verifyThumbnails } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import { thumbs, thumbsJson, thumbsUnprivileged } from '../../support/command.js';
import { expectSound, outcomesOf, recordsIn, thumbnailOf } from '../../support/output.js';
import { command, damagedImages, projectFolder } from '../../support/paths.js';
import { mutate, photoFolder, snapshot } from '../../support/photos.js';
import { start } from '../../support/processes.js';

/** A finished run's output: three photos, a twin, and one that has no thumbnail. */
async function output() {
  const { folder, out, files } = await photoFolder(3);
  fs.copyFileSync(files[0] ?? '', path.join(folder, 'photos/twin.jpg'));
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await thumbs(['photos'], { cwd: folder });
  return { folder, out };
}

/** What was found, as `finding file: sources`, sorted, and the figures. */
async function verified(folder: string, args: readonly string[] = []) {
  const { code, stderr, events } = await thumbsJson<VerifyEvent>(['verify', '-q', ...args], { cwd: folder });
  const findings = events.flatMap((event) =>
    event.type === 'finding'
      ? [
          `${event.finding} ${path.basename(event.path)}: ${event.sources.map((file) => path.basename(file)).join()}`,
        ]
      : [],
  );
  return { code, stderr, findings: findings.sort(), summary: events.at(-1) };
}

test('an output as a run left it is sound, by verify and by sha256sum', async () => {
  const { folder, out } = await output();
  const before = snapshot(folder);
  const { code, stdout, stderr } = await thumbs(['verify'], { cwd: folder });
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(
    /^3 thumbnails verified: all sound \(5 photos, 1 of them failed; [\d.]+ kB in [\d.]+ s\)\n$/,
  );
  expect(snapshot(folder)).toEqual(before);
  const readme = fs.readFileSync(path.join(projectFolder, 'README.md'), 'utf8');
  const line = /^ +cd thumbnails && (.*sha256sum.*)$/m.exec(readme)?.[1] ?? 'false';
  expect(execFileSync('bash', ['-c', line], { cwd: out, encoding: 'utf8' })).toBe('');
  mutate(thumbnailOf(out, 'photo-1.jpg'), 100);
  expect(() => execFileSync('bash', ['-c', line], { cwd: out, stdio: 'pipe' })).toThrow(
    /FAILED|did NOT match/,
  );
});

test('missing, damaged and foreign files, wrong records and unneeded files are told apart; exit 1', async () => {
  const { folder, out } = await output();
  const [first, second, third] = ['photo-1.jpg', 'photo-2.jpg', 'photo-3.jpg'].map((name) =>
    thumbnailOf(out, name),
  );
  fs.rmSync(first ?? '');
  mutate(second ?? '', 100);
  const manifest = path.join(out, 'manifest.jsonl');
  const { size } = fs.statSync(third ?? '');
  fs.writeFileSync(
    manifest,
    fs.readFileSync(manifest, 'utf8').replace(`"bytes":${size}`, `"bytes":${size + 1}`),
  );
  fs.writeFileSync(path.join(out, 'notes.txt'), 'mine');
  fs.mkdirSync(path.join(out, 'folder'));
  execFileSync('mkfifo', [path.join(out, `${'4'.repeat(64)}.png`)]);
  const unnamed = path.join(
    out,
    `${createHash('sha256')
      .update(fs.readFileSync(third ?? ''))
      .digest('hex')}.png`,
  );
  expect(unnamed).toBe(third);
  const empty = path.join(out, `${createHash('sha256').digest('hex')}.png`);
  fs.writeFileSync(empty, '');
  const { code, findings, summary, stderr } = await verified(folder);
  expect(code).toBe(1);
  expect(findings).toEqual(
    [
      `missing ${path.basename(first ?? '')}: photo-1.jpg,twin.jpg`,
      `damaged ${path.basename(second ?? '')}: photo-2.jpg`,
      `record ${path.basename(third ?? '')}: photo-3.jpg`,
      `unneeded ${path.basename(empty)}: `,
      'foreign notes.txt: ',
      'foreign folder: ',
      `foreign ${'4'.repeat(64)}.png: `,
    ].sort(),
  );
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
  expect(stderr).toMatch(
    /^DAMAGED thumbnails\/\w+\.png: its bytes have the SHA-256 \w{64} \(of photos\/photo-2\.jpg\)$/m,
  );
  expect(stderr).toMatch(
    /^MISSING thumbnails\/\w+\.png: it does not exist \(of photos\/photo-1\.jpg, photos\/twin\.jpg\)$/m,
  );
  expect(stderr).toMatch(
    /^RECORD thumbnails\/\w+\.png: the record says .*, the file has .* \(of photos\/photo-3\.jpg\)$/m,
  );
});

test('foreign and unneeded files alone are no fault', async () => {
  const { folder } = await output();
  fs.rmSync(path.join(folder, 'photos/photo-2.jpg'));
  await thumbs(['photos', '--export', 'thumbnails/all.csv'], { cwd: folder });
  const { code, findings, summary } = await verified(folder);
  expect([code, findings]).toEqual([
    0,
    [expect.stringMatching(/^foreign all\.csv/), expect.stringMatching(/^unneeded /)],
  ]);
  expect(summary).toMatchObject({ foreign: 1, unneeded: 1, unneededBytes: expect.any(Number) });
  const { stderr } = await thumbs(['verify'], { cwd: folder });
  expect(stderr).toMatch(
    /^FOREIGN thumbnails\/all\.csv: not a file of thumbs\n3 thumbnails verified: all sound/,
  );
  expect(stderr).toMatch(/^1 file that no record names: `thumbs prune` frees [\d.]+ kB$/m);
});

test('any byte of a thumbnail that is changed is found', async () => {
  const { folder, out } = await output();
  const file = thumbnailOf(out, 'photo-1.jpg');
  const whole = fs.readFileSync(file);
  for (const at of [0, 8, 16, 20, 100, Math.floor(whole.length / 2), whole.length - 1]) {
    mutate(file, at);
    const { code, findings } = await verified(folder);
    expect([code, findings]).toEqual([1, [`damaged ${path.basename(file)}: photo-1.jpg,twin.jpg`]]);
    fs.writeFileSync(file, whole);
  }
  expect((await verified(folder)).code).toBe(0);
});

test('--repair makes the next run do again what is damaged, and that alone', async () => {
  const { folder, out } = await output();
  mutate(thumbnailOf(out, 'photo-1.jpg'), 100);
  const manifest = path.join(out, 'manifest.jsonl');
  const before = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, before.replace(/("source":"..\/photos\/photo-2.jpg".*?"width":)\d+/, '$17'));
  const { code, summary } = await verified(folder, ['--repair']);
  expect(code).toBe(1);
  expect(summary).toMatchObject({ damaged: 1, wrongRecords: 1, repaired: 3 });
  // Nothing is removed before there is something better.
  expect(fs.existsSync(thumbnailOf(out, 'photo-1.jpg'))).toBe(true);
  const { events } = await thumbsJson(['photos'], { cwd: folder });
  expect(outcomesOf(events)).toEqual({
    'photo-1.jpg': 'done',
    'photo-2.jpg': 'done',
    'photo-3.jpg': 'unchanged',
    'twin.jpg': 'done',
    'broken.jpg': 'known CORRUPT',
  });
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
  expect((await verified(folder)).code).toBe(0);
  await expectSound(out);
});

test('many findings pass a reader that is slow, and a signal ends them', async () => {
  const { folder, out } = await output();
  const manifest = path.join(out, 'manifest.jsonl');
  const record = JSON.stringify(recordsIn(out).find(({ status }) => status === 'done'));
  const digest = (index: number) => createHash('sha256').update(`${index}`).digest('hex');
  const lines = Array.from({ length: 30_000 }, (_, index) =>
    record.replace(/photo-\d/, `gone-${index}`).replace(/[0-9a-f]{64}/, digest(index)),
  );
  fs.appendFileSync(manifest, `${lines.join('\n')}\n`);
  const line = `${process.execPath} ${command} verify 2>&1`;
  const slow = await start('bash', ['-c', `${line} | (sleep 0.5; cat)`], { cwd: folder }).finished;
  expect(slow.stdout.split('\n')).toHaveLength(30_003);
  expect(slow.stdout).not.toContain('Warning');
  const { child, finished } = start(process.execPath, [command, 'verify'], { cwd: folder });
  await new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()));
  child.kill('SIGTERM');
  expect((await finished).code).toBe(143);
});

test('what is missing needs no repair: the next run makes it', async () => {
  const { folder, out } = await output();
  const manifest = path.join(out, 'manifest.jsonl');
  const before = fs.readFileSync(manifest, 'utf8');
  fs.rmSync(thumbnailOf(out, 'photo-2.jpg'));
  const { code, summary } = await verified(folder, ['--repair']);
  expect([code, summary]).toEqual([1, expect.objectContaining({ missing: 1, repaired: 0 })]);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
  expect((await thumbs(['verify'], { cwd: folder })).stderr).toMatch(
    /^The next run makes the missing ones\.$/m,
  );
  expect((await thumbs(['photos'], { cwd: folder })).stderr).toMatch(/^1 thumbnail made, 3 unchanged/m);
});

test('a damaged line of the manifest is named; --repair takes it out, and the next run makes what it was for', async () => {
  const { folder, out } = await output();
  const manifest = path.join(out, 'manifest.jsonl');
  const before = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, before.replace('"status":"done"', '"status":"dune"'));
  const damaged = fs.readFileSync(manifest, 'utf8');
  const refused = await thumbs(['photos'], { cwd: folder });
  expect([refused.code, refused.stderr]).toEqual([
    3,
    `thumbs: Cannot use ${manifest} as the manifest: line 3 is not a record; \`thumbs verify --repair\` removes it, and the next run makes its photo again\n`,
  ]);
  const { code, findings } = await verified(folder);
  expect([code, findings]).toEqual([1, ['record manifest.jsonl: ']]);
  expect(fs.readFileSync(manifest, 'utf8')).toBe(damaged);
  await verified(folder, ['--repair']);
  expect(recordsIn(out)).toHaveLength(4);
  expect((await thumbs(['photos'], { cwd: folder })).stderr).toMatch(
    /^4 unchanged \(1 by content\), 1 failed/m,
  );
  expect(fs.readFileSync(manifest, 'utf8')).toBe(before);
});

test('a record that names a file outside of the output folder is no record', async () => {
  const { folder, out } = await output();
  const manifest = path.join(out, 'manifest.jsonl');
  const text = fs.readFileSync(manifest, 'utf8');
  fs.writeFileSync(manifest, text.replace(/"file":"[0-9a-f]{64}\.png"/, '"file":"../photos/photo-1.jpg"'));
  expect((await verified(folder)).findings).toContain('record manifest.jsonl: ');
  const { code } = await thumbs(['photos'], { cwd: folder });
  expect(code).toBe(3);
});

test('what cannot be verified is one line and exit 3', async () => {
  const { folder, out } = await output();
  for (const [args, cause] of [
    [['-o', 'nowhere'], /^thumbs: Cannot read .*nowhere: no such file or directory \(ENOENT\)\n$/],
    [
      ['-m', 'none.jsonl'],
      /^thumbs: Cannot read the manifest .*none.jsonl: no such file or directory \(ENOENT\)\n$/,
    ],
    [['-m', 'photos/photo-1.jpg'], /not a manifest of thumbs/],
  ] as const) {
    const { code, stderr } = await thumbs(['verify', ...args], { cwd: folder });
    expect([code, stderr]).toEqual([3, expect.stringMatching(cause)]);
  }
  const manifest = path.join(out, 'manifest.jsonl');
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace('"version":1', '"version":2'));
  const before = snapshot(out);
  for (const args of [['verify'], ['verify', '--repair'], ['prune'], ['photos'], ['photos', '--dry-run']]) {
    const { code, stderr } = await thumbs(args, { cwd: folder });
    expect([code, stderr]).toEqual([3, expect.stringMatching(/it is of version 2, newer than 1/)]);
  }
  expect(snapshot(out)).toEqual(before);
});

test('verify reads in more than one thread where there are cores, many thumbnails too', async () => {
  const { folder, out } = await output();
  const line = JSON.stringify(
    recordsIn(out).find(({ status }) => status === 'done') satisfies ManifestRecord | undefined,
  );
  const files: string[] = [];
  const records = Array.from({ length: 1000 }, (_, index) => {
    // A PNG may have anything behind its end; so there are a thousand from one.
    const png = Buffer.concat([fs.readFileSync(thumbnailOf(out, 'photo-1.jpg')), Buffer.from(String(index))]);
    const file = `${createHash('sha256').update(png).digest('hex')}.png`;
    files.push(file);
    fs.writeFileSync(path.join(out, file), png);
    const record = JSON.parse(line);
    return JSON.stringify({
      ...record,
      source: `../photos/${index}.jpg`,
      thumbnails: [{ ...record.thumbnails[0], file, bytes: png.length }],
    });
  });
  fs.appendFileSync(path.join(out, 'manifest.jsonl'), `${records.join('\n')}\n`);
  mutate(path.join(out, files[777] ?? ''), 50);
  fs.rmSync(path.join(out, files[33] ?? ''));
  const { findings, summary } = await verified(folder);
  expect(findings).toEqual([`damaged ${files[777]}: 777.jpg`, `missing ${files[33]}: 33.jpg`]);
  expect(summary).toMatchObject({ thumbnails: 1002, damaged: 1, missing: 1 });
});

test('a link under a thumbnail’s name, and a thumbnail that cannot be read, are replaced by the next run', async () => {
  const { folder, out } = await output();
  const [first, second] = ['photo-2.jpg', 'photo-3.jpg'].map((name) => thumbnailOf(out, name));
  fs.renameSync(first ?? '', path.join(folder, 'elsewhere.png'));
  fs.symlinkSync('../elsewhere.png', first ?? '');
  fs.rmSync(second ?? '');
  fs.symlinkSync(path.basename(second ?? ''), second ?? '');
  expect((await verified(folder)).findings).toHaveLength(4);
  expect((await thumbs(['photos'], { cwd: folder })).stderr).toMatch(
    /^2 thumbnails made, 2 unchanged, 1 failed/m,
  );
  expect(await verified(folder)).toMatchObject({ code: 0, findings: [] });
  fs.chmodSync(first ?? '', 0o000);
  const asUser = (...args: string[]) => thumbsUnprivileged(args, { cwd: folder });
  expect((await asUser('verify', '--repair')).stderr).toMatch(
    /it cannot be read: permission denied \(EACCES\)/,
  );
  expect((await asUser('photos')).stderr).toMatch(/^1 thumbnail made, 3 unchanged, 1 failed/m);
  expect((await asUser('verify')).code).toBe(0);
});

test('an output folder that is reached through a link has no foreign files of ours', async () => {
  const { folder } = await output();
  fs.symlinkSync('thumbnails', path.join(folder, 'link'));
  const { code, findings } = await verified(folder, ['-o', 'link', '--repair']);
  expect([code, findings]).toEqual([0, []]);
});

test('a folder that cannot be written to can be verified', async () => {
  const { folder } = await output();
  execFileSync('chmod', ['-R', 'a+rX,a-w', folder]);
  const { code, stderr } = await thumbsUnprivileged(['verify'], { cwd: folder });
  execFileSync('chmod', ['-R', 'u+w', folder]);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/all sound/)]);
});

test('the library verifies, and ends when its signal does', async () => {
  const { out } = await output();
  const types: string[] = [];
  for await (const event of verifyThumbnails({ out })) types.push(event.type);
  expect(types).toEqual(['progress', 'verified']);
  const stopped: string[] = [];
  for await (const event of verifyThumbnails({ out, signal: AbortSignal.abort() })) stopped.push(event.type);
  expect(stopped).toEqual([]);
});
