import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type PrunedEvent, type PruneOptions, pruneThumbnails } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import { startRun, thumbs, thumbsJson } from '../../support/command.js';
import { expectSound } from '../../support/output.js';
import { photoFolder, snapshot, temporaryFolder } from '../../support/photos.js';

/** A finished run's output, and beside it what `prune` removes and what it must not touch. */
async function untidy() {
  const { folder, out } = await photoFolder(3);
  await thumbs(['photos'], { cwd: folder });
  const dead = spawnSync('true').pid;
  const unneeded = {
    [`${'0'.repeat(64)}.png`]: 'a thumbnail that no record names',
    [`${'ab'.repeat(32)}.png`]: 'another',
    [`.thumbs-${dead}-0123abcd.tmp`]: 'a part',
  };
  const others = {
    [`.thumbs-${process.ppid}-0123abcd.tmp`]: 'of a process that lives',
    [`.thumbs-${dead}-0123abcd.tmp.txt`]: 'not our name',
    [`${'0'.repeat(63)}.png`]: 'too short',
    [`${'0'.repeat(65)}.png`]: 'too long',
    [`${'A'.repeat(64)}.png`]: 'upper case',
    [`${'1'.repeat(64)}.PNG`]: 'upper case',
    [`${'1'.repeat(64)}.png.bak`]: 'somebody’s copy',
    [`x${'1'.repeat(64)}.png`]: 'somebody’s',
    'index.html': 'a site',
  };
  for (const [name, text] of Object.entries({ ...unneeded, ...others }))
    fs.writeFileSync(path.join(out, name), text);
  fs.mkdirSync(path.join(out, `${'2'.repeat(64)}.png`));
  fs.writeFileSync(path.join(out, `${'2'.repeat(64)}.png`, `${'0'.repeat(64)}.png`), 'in a folder');
  fs.symlinkSync('index.html', path.join(out, `${'3'.repeat(64)}.png`));
  execFileSync('mkfifo', [path.join(out, `${'4'.repeat(64)}.png`)]);
  const bytes = Object.values(unneeded).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { folder, out, unneeded: Object.keys(unneeded).sort(), bytes };
}

function names(out: string): string[] {
  return fs.readdirSync(out).sort();
}

test('prune removes thumbnails that no record names and dead processes’ temporary files, and nothing else', async () => {
  const { folder, out, unneeded, bytes } = await untidy();
  const before = names(out);
  const { code, stdout, stderr } = await thumbs(['prune'], { cwd: folder });
  expect([code, stdout, stderr]).toEqual([0, '', `3 files pruned, ${bytes} bytes freed\n`]);
  expect(names(out)).toEqual(before.filter((name) => !unneeded.includes(name)));
  expect((await thumbs(['prune'], { cwd: folder })).stderr).toBe('0 files pruned, 0 bytes freed\n');
});

test('prune --dry-run shows each file that would go, and writes nothing', async () => {
  const { folder, unneeded, bytes } = await untidy();
  const before = snapshot(folder);
  const { code, stderr } = await thumbs(['prune', '--dry-run'], { cwd: folder });
  const lines = stderr.trimEnd().split('\n');
  expect(code).toBe(0);
  expect(lines.pop()).toBe(`3 files to prune, ${bytes} bytes to free`);
  expect(lines.map((line) => /^prune thumbnails\/(\S+) \(\d+ bytes\)$/.exec(line)?.[1])).toEqual(unneeded);
  expect(snapshot(folder)).toEqual(before);
  const json = await thumbsJson<PrunedEvent>(['prune', '--dry-run', '-q'], { cwd: folder });
  expect(json.events.map((event) => path.basename(event.path ?? '')).slice(0, 3)).toEqual(unneeded);
  expect(json.events.at(-1)).toEqual({ type: 'summary', dryRun: true, files: 3, bytes });
});

test('without a manifest that is ours nothing is pruned: everything would be', async () => {
  const { folder, out } = await untidy();
  const before = snapshot(out);
  fs.renameSync(path.join(out, 'manifest.jsonl'), path.join(folder, 'mine.jsonl'));
  fs.writeFileSync(path.join(folder, 'notes.txt'), 'my notes\n');
  for (const [args, cause] of [
    [[], /^thumbs: Cannot read the manifest .*manifest\.jsonl: no such file or directory \(ENOENT\)\n$/],
    [['-m', 'notes.txt'], /^thumbs: Cannot use .*notes\.txt as the manifest: .*not a manifest of thumbs/],
    [['-m', 'mine.jsonl', '-o', 'nowhere'], /^thumbs: Cannot (read|write to) .*nowhere/],
  ] as const) {
    const { code, stderr } = await thumbs(['prune', ...args], { cwd: folder });
    expect([code, stderr]).toEqual([3, expect.stringMatching(cause)]);
  }
  // An empty one, one torn in its header, and what has no whole line.
  const header = fs.readFileSync(path.join(folder, 'mine.jsonl'), 'utf8').slice(0, 40);
  const texts = [
    '',
    header,
    '{"manifest":"thumbs","version":2,"options":"x"}',
    'hello world',
    'x'.repeat(10_000),
  ];
  for (const text of texts) {
    fs.writeFileSync(path.join(folder, 'torn.jsonl'), text);
    const { code, stderr } = await thumbs(['prune', '-m', 'torn.jsonl'], { cwd: folder });
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^thumbs: Cannot use .*torn\.jsonl as the manifest: /),
    ]);
  }
  fs.renameSync(path.join(folder, 'mine.jsonl'), path.join(out, 'manifest.jsonl'));
  expect(snapshot(out)).toEqual(before);
  expect(fs.existsSync(path.join(folder, 'nowhere'))).toBe(false);
});

test('prune is refused while a run works on the folder', async () => {
  const { folder, out } = await photoFolder(200);
  const { child, finished } = await startRun(['photos', '-w', '1'], { cwd: folder });
  child.kill('SIGSTOP');
  for (const args of [['prune'], ['prune', '--dry-run'], ['verify'], ['verify', '--repair']]) {
    const { code, stderr } = await thumbs(args, { cwd: folder });
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining(`is in use by another run, process ${child.pid}`),
    ]);
  }
  child.kill('SIGCONT');
  expect((await finished).code).toBe(0);
  await expectSound(out);
});

test('the library prunes as it is iterated', async () => {
  const { out, unneeded } = await untidy();
  const pruned: string[] = [];
  for await (const event of pruneThumbnails({ out })) {
    pruned.push(path.basename(event.path));
    expect(fs.existsSync(event.path)).toBe(false);
  }
  expect(pruned).toEqual(unneeded);
  const wrong = { out, dryRun: 'no' } as unknown as PruneOptions;
  expect(() => pruneThumbnails(wrong)).toThrow('Expected `dryRun` to be true or false, got `no` (string)');
  expect(() => pruneThumbnails({ out: '' })).toThrow(expect.objectContaining({ code: 'OPTION' }));
});

test('thumbnails of records elsewhere, and of records under other options, are needed', async () => {
  const { folder, out } = await photoFolder(2);
  await thumbs(['photos'], { cwd: folder });
  fs.renameSync(path.join(folder, 'photos'), path.join(folder, 'more'));
  fs.mkdirSync(path.join(folder, 'photos'));
  await thumbs(['more', '-s', '50'], { cwd: folder });
  const before = names(out);
  expect(before.filter((name) => name.endsWith('.png'))).toHaveLength(4);
  expect((await thumbs(['prune'], { cwd: folder })).stderr).toBe('0 files pruned, 0 bytes freed\n');
  expect(names(out)).toEqual(before);
});

test('a line that a later one has replaced names nothing', async () => {
  const { folder, out, unneeded } = await untidy();
  const [first = ''] = unneeded.filter((name) => name.endsWith('.png'));
  const manifest = path.join(out, 'manifest.jsonl');
  const [header, line = '', ...rest] = fs.readFileSync(manifest, 'utf8').split('\n');
  const replaced = line.replace(/[0-9a-f]{64}\.png/, first);
  fs.writeFileSync(manifest, [header, replaced, line, ...rest].join('\n'));
  await thumbs(['prune'], { cwd: folder });
  expect(names(out)).not.toContain(first);
});

test('temporary files beside a manifest that lies elsewhere are pruned, thumbnails there are not looked for', async () => {
  const folder = temporaryFolder();
  const { out } = await photoFolder(1);
  const manifest = path.join(folder, 'all.jsonl');
  await thumbs([path.join(path.dirname(out), 'photos'), '-o', out, '-m', manifest]);
  const dead = spawnSync('true').pid;
  fs.writeFileSync(path.join(folder, `.thumbs-${dead}-0123abcd.tmp`), 'a part');
  fs.writeFileSync(path.join(folder, `${'0'.repeat(64)}.png`), 'somebody’s');
  await thumbs(['prune', '-o', out, '-m', manifest]);
  expect(names(folder)).toEqual([`${'0'.repeat(64)}.png`, 'all.jsonl']);
});
