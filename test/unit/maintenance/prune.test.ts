import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type PruneOptions, pruneThumbnails } from '../../../src/maintenance/prune.js';
import { verifyThumbnails } from '../../../src/maintenance/verify.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import { localPool } from '../../../src/pool/local/local-pool.js';
import { run } from '../../../src/run/create-thumbnails.js';
import { prune } from '../../support/in-process/maintenance.js';
import { inProcess, runFolder, runInProcess } from '../../support/in-process/run.js';
import { deadProcess, temporaryNameOf, thumbnailNameOf, writeThumbnail } from '../../support/left-files.js';
import { thumbnailsIn } from '../../support/output.js';
import { photoFolder, snapshot, temporaryFolder } from '../../support/photos.js';

/** The output of a run, and beside it what `prune` removes and what it must not touch. */
async function untidyOutput() {
  const { folder, out } = photoFolder(1);
  await runFolder(folder);
  const dead = deadProcess();
  const unneeded = {
    [thumbnailNameOf('a thumbnail that no record names')]: 'a thumbnail that no record names',
    [thumbnailNameOf('another one')]: 'another one',
    [temporaryNameOf(dead)]: 'a part',
  };
  const others = {
    [temporaryNameOf(process.ppid)]: 'of a living process',
    [`${temporaryNameOf(dead)}.txt`]: 'a foreign name',
    [`.thumbs-${dead}-0123abcd.tmp`]: 'of an earlier version, perhaps on another host',
    [`${'ab'.repeat(32)}.png`]: 'other bytes than the name says',
    [`${'0'.repeat(63)}.png`]: 'too short',
    [`${'0'.repeat(65)}.png`]: 'too long',
    [`${'A'.repeat(64)}.png`]: 'upper case',
    [`${'1'.repeat(64)}.PNG`]: 'upper case',
    [`${'1'.repeat(64)}.png.bak`]: 'a foreign copy',
    [`x${'1'.repeat(64)}.png`]: 'a foreign name',
    'index.html': 'a site',
  };
  for (const [name, text] of Object.entries({ ...unneeded, ...others }))
    fs.writeFileSync(path.join(out, name), text);
  fs.mkdirSync(path.join(out, `${'2'.repeat(64)}.png`));
  fs.writeFileSync(path.join(out, `${'2'.repeat(64)}.png`, `${'0'.repeat(64)}.png`), 'in a folder');
  fs.symlinkSync('index.html', path.join(out, `${'3'.repeat(64)}.png`));
  execFileSync('mkfifo', [path.join(out, `${'4'.repeat(64)}.png`)]);
  return { folder, out, unneeded };
}

test('prune removes thumbnails that no record names and stale temporary files, and nothing else', async () => {
  const { out, unneeded } = await untidyOutput();
  const before = snapshot(out);
  for (const name of Object.keys(unneeded)) before.delete(name);
  const bytes: Record<string, number> = {};
  for await (const event of pruneThumbnails({ out })) {
    expect(fs.existsSync(event.path)).toBe(false);
    bytes[path.basename(event.path)] = event.bytes;
  }
  expect(bytes).toEqual(
    Object.fromEntries(Object.entries(unneeded).map(([name, text]) => [name, Buffer.byteLength(text)])),
  );
  expect(Object.keys(bytes)).toEqual(Object.keys(unneeded).sort());
  expect(snapshot(out)).toEqual(before);
  expect(await prune({ out })).toEqual([]);
});

test('a dry run of prune reports the same files and writes nothing', async () => {
  const { folder, out, unneeded } = await untidyOutput();
  const before = snapshot(folder);
  expect(await prune({ out, dryRun: true })).toEqual(Object.keys(unneeded).sort());
  expect(snapshot(folder)).toEqual(before);
});

test('without a manifest of ours prune refuses: every thumbnail would be unneeded', async () => {
  const { folder, out } = await untidyOutput();
  const manifest = path.join(folder, 'moved.jsonl');
  fs.renameSync(path.join(out, 'manifest.jsonl'), manifest);
  const incomplete = fs.readFileSync(manifest, 'utf8').slice(0, 40);
  const before = snapshot(out);
  const file = path.join(folder, 'other.jsonl');
  const newer = '{"manifest":"thumbs","version":2,"options":"x"}';
  for (const text of ['my notes\n', '', incomplete, newer, 'hello world', 'x'.repeat(10_000)]) {
    fs.writeFileSync(file, text);
    for (const dryRun of [false, true]) {
      await expect(prune({ out, manifest: file, dryRun })).rejects.toMatchObject({
        code: 'MANIFEST',
        message: expect.stringMatching(/^Cannot use .*other\.jsonl as the manifest: /),
      });
    }
  }
  await expect(prune({ out })).rejects.toMatchObject({
    code: 'MANIFEST',
    message: expect.stringMatching(
      /^Cannot read the manifest .*manifest\.jsonl: no such file .* \(ENOENT\)$/,
    ),
  });
  const nowhere = path.join(folder, 'nowhere');
  await expect(prune({ out: nowhere, manifest })).rejects.toMatchObject({ code: 'OUTPUT' });
  expect(fs.existsSync(nowhere)).toBe(false);
  expect(snapshot(out)).toEqual(before);
});

test('prune and verify are refused while a run uses the folder', async () => {
  const { folder, out } = photoFolder(1);
  await runFolder(folder);
  const running = run(resolveOptions([path.join(folder, 'photos')], { out }), localPool(inProcess()));
  await running.next();
  for (const attempt of [
    pruneThumbnails({ out }),
    pruneThumbnails({ out, dryRun: true }),
    verifyThumbnails({ out }),
    verifyThumbnails({ out, repair: true }),
  ]) {
    await expect(attempt.next()).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`is in use by another run, process ${process.pid}`),
    });
  }
  await running.return(undefined);
  expect(await prune({ out })).toEqual([]);
});

test('an invalid option of prune is refused at once', () => {
  const wrong = { dryRun: 'no' } as unknown as PruneOptions;
  expect(() => pruneThumbnails(wrong)).toThrow('Expected `dryRun` to be true or false, got `no` (string)');
  expect(() => pruneThumbnails({ out: '' })).toThrow(expect.objectContaining({ code: 'OPTION' }));
});

test('thumbnails of photos elsewhere, and of records under other options, are needed', async () => {
  const { folder, out } = photoFolder(2);
  await runFolder(folder);
  fs.renameSync(path.join(folder, 'photos'), path.join(folder, 'more'));
  await runInProcess([path.join(folder, 'more')], { out, size: 50 });
  expect(thumbnailsIn(out)).toHaveLength(4);
  expect(await prune({ out })).toEqual([]);
  expect(thumbnailsIn(out)).toHaveLength(4);
});

test('a thumbnail that only a replaced line names is unneeded', async () => {
  const { out } = await untidyOutput();
  const unneeded = writeThumbnail(out, 'replaced');
  const manifest = path.join(out, 'manifest.jsonl');
  const [header, line = '', ...rest] = fs.readFileSync(manifest, 'utf8').split('\n');
  const replaced = line.replace(/[0-9a-f]{64}\.png/, unneeded);
  fs.writeFileSync(manifest, [header, replaced, line, ...rest].join('\n'));
  expect(await prune({ out })).toContain(unneeded);
});

test('beside a manifest elsewhere stale temporary files are pruned, and thumbnails are not', async () => {
  const { folder, out } = photoFolder(1);
  const elsewhere = temporaryFolder();
  const manifest = path.join(elsewhere, 'all.jsonl');
  await runFolder(folder, { manifest });
  const stale = temporaryNameOf(deadProcess());
  const named = writeThumbnail(elsewhere, 'x');
  fs.writeFileSync(path.join(elsewhere, stale), 'x');
  expect(await prune({ out, manifest })).toEqual([stale]);
  expect(fs.readdirSync(elsewhere).sort()).toEqual([named, 'all.jsonl']);
});
