import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import xterm from '@xterm/headless';
import type { ThumbsEvent } from 'thumbs-pipeline';
import { beforeAll, expect, test } from 'vitest';
import { standstill, thumbs } from '../../support/command.js';
import { expectSound, recordsIn } from '../../support/output.js';
import { command, damagedImages } from '../../support/paths.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';
import { start } from '../../support/processes.js';

/** A folder with `photos`: three that are well, and one that is not when `broken`. */
async function folderOfPhotos({ broken = false } = {}): Promise<string> {
  const { folder } = await photoFolder(3);
  if (broken)
    fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos', 'truncated.jpg'));
  return folder;
}

let packageVersion = '';
beforeAll(() => {
  packageVersion = JSON.parse(
    fs.readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  ).version;
});

test('--version prints the version of the package', async () => {
  expect(await thumbs(['--version'])).toEqual({
    code: 0,
    signal: null,
    stdout: `${packageVersion}\n`,
    stderr: '',
  });
});

test('--help names every option with its default, the commands, examples and exit codes', async () => {
  const { code, stdout } = await thumbs(['--help']);
  expect(code).toBe(0);
  const options =
    'workers out size manifest export include exclude hidden follow timeout retries deadline max-memory max-pixels max-file-size force retry-failed prune dry-run';
  for (const option of `${options} json quiet verbose no-progress version`.split(' '))
    expect(stdout).toContain(`--${option}`);
  for (const text of [
    '200x200',
    'thumbnails',
    '268402689',
    '512',
    'bench',
    'verify',
    'prune',
    'Examples:',
    'Exit codes:',
  ]) {
    expect(stdout).toContain(text);
  }
});

const wrong: ReadonlyArray<readonly [args: readonly string[], stderr: RegExp]> = [
  [[], /missing required argument 'path'/],
  [['-w', '0', 'p'], /^thumbs: Expected `workers` to be an integer from 1 to 1024, got `0` \(number\)$/m],
  [['-w', 'abc', 'p'], /^thumbs: Expected `workers` .* got `abc` \(string\)$/m],
  [['-w', '', 'p'], /^thumbs: Expected `workers` .* got `` \(string\)$/m],
  [['-s', '20', '-s', 'big', 'p'], /^thumbs: Expected `size` to be WIDTHxHEIGHT .* got `big`/m],
  [['--export', 'a.xml', 'p'], /^thumbs: Expected `export` to end in \.txt, \.csv or \.json, got `a\.xml`/m],
  [['--timeout', '-1', 'p'], /^thumbs: Expected `timeout` to be a number from 0\.001 to 86400, got `-1`/m],
  [['--no-such-option', 'p'], /unknown option '--no-such-option'/],
  [['-q', '-v', 'p'], /'-q, --quiet' cannot be used with option '-v, --verbose'/],
  [['/no/such/folder'], /^thumbs: Cannot take \/no\/such\/folder: no such file or directory \(ENOENT\)$/m],
  [['bench'], /missing required argument 'path'/],
  [['verify', 'p'], /too many arguments for 'verify'/],
  [['prune', '--force'], /unknown option '--force'/],
  [
    ['-o', 'elsewhere', 'prune'],
    /^thumbs: Expected the options of `prune` after its name, got `out` before$/m,
  ],
  [
    ['bench', '--sweep', '1,x', 'p'],
    /^thumbs: Expected `sweep` to be worker counts like 1,2,4, got `1,x` \(string\)$/m,
  ],
  [
    ['bench', '--runs', '0', 'p'],
    /^thumbs: Expected `runs` to be an integer from 1 to 100, got `0` \(number\)$/m,
  ],
];

for (const [args, stderr] of wrong) {
  test(`\`thumbs ${args.join(' ')}\` is refused with exit 2 and what was expected`, async () => {
    const folder = temporaryFolder();
    const result = await thumbs(args, { cwd: folder });
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toMatch(stderr);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
}

test('without a terminal: a summary on stderr, nothing on stdout, no control characters', async () => {
  const folder = await folderOfPhotos({ broken: true });
  const { code, stdout, stderr } = await thumbs(['photos', '-w', '2'], { cwd: folder });
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^CORRUPT photos\/truncated\.jpg: the JPEG data is damaged: .+$/),
    expect.stringMatching(
      /^3 thumbnails made, 1 failed \(1 CORRUPT\): 4 photos in [\d.]+ s \([\d.]+ images\/s, [\d.]+ [kM]B\/s\)$/,
    ),
    'manifest thumbnails/manifest.jsonl',
    '',
  ]);
  await expectSound(path.join(folder, 'thumbnails'));
});

test('two photos with equal pixels share a thumbnail and have two records', async () => {
  const folder = await folderOfPhotos();
  fs.copyFileSync(path.join(folder, 'photos/photo-1.jpg'), path.join(folder, 'photos/twin.jpg'));
  const { code, stderr } = await thumbs(['photos'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^3 thumbnails made, 1 shared: 4 photos/);
  const out = path.join(folder, 'thumbnails');
  expect(fs.readdirSync(out).filter((name) => name.endsWith('.png'))).toHaveLength(3);
  const files = recordsIn(out).map((record) => (record.status === 'done' ? record.thumbnails[0].file : ''));
  expect(files[0]).toBe(files[3]);
  expect(files).toHaveLength(4);
});

test('-q names failures only, -v names every photo', async () => {
  const folder = await folderOfPhotos({ broken: true });
  const quiet = await thumbs(['photos', '-q'], { cwd: folder });
  expect([quiet.code, quiet.stdout]).toEqual([1, '']);
  expect(quiet.stderr).toMatch(/^CORRUPT photos\/truncated\.jpg: .+\n$/);
  const verbose = await thumbs(['photos', '-v', '--force'], { cwd: folder });
  for (const line of ['done photos/photo-1.jpg', 'done photos/photo-3.jpg']) {
    expect(verbose.stderr.split('\n')).toContain(line);
  }
  expect(verbose.stderr).toMatch(
    /^failed photos\/truncated\.jpg \(CORRUPT, consumer \d+, 1 try, [\d.]+ s\)$/m,
  );
});

test('--json has one object a line on stdout, the summary last', async () => {
  const folder = await folderOfPhotos({ broken: true });
  const { stdout } = await thumbs(['photos', '--json', '-q', '--export', 'all.csv'], { cwd: folder });
  const events: ThumbsEvent[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ type }) => type).sort()).toEqual([
    'done',
    'done',
    'done',
    'failed',
    'start',
    'summary',
  ]);
  expect(events.at(-1)).toMatchObject({
    type: 'summary',
    photos: 4,
    made: 3,
    shared: 0,
    failed: 1,
    failures: { CORRUPT: 1 },
    notReached: 0,
    walked: true,
    manifest: path.join(folder, 'thumbnails/manifest.jsonl'),
    exports: [path.join(folder, 'all.csv')],
  });
});

test('a folder without photos is no failure', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'empty'));
  const { code, stderr } = await thumbs(['empty'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^No photos found\.\n0 thumbnails made: 0 photos/);
  expect(recordsIn(path.join(folder, 'thumbnails'))).toEqual([]);
});

/** Runs the command on a pseudo-terminal of 100 columns, as `script` of util-linux makes one. */
function onTerminal(args: string, cwd: string, env: NodeJS.ProcessEnv = {}) {
  const line = `stty cols 100 rows 30; ${process.execPath} ${command} ${args}`;
  return start('script', ['-qec', line, '/dev/null'], { cwd, env: { TERM: 'xterm-256color', ...env } })
    .finished;
}

test('on a terminal a line shows the progress, and every message stands on a line of its own', async () => {
  const { folder } = await photoFolder(150);
  const { stdout } = await onTerminal('photos -w 1 -v', folder, { NO_COLOR: '1' });
  expect(stdout).toMatch(/█+░* {2}\d+\/150 {2}[\d.]+ images\/s {2}\d+ s left/);
  // What is left once what was erased is gone: the messages, whole.
  const lines = await visible(stdout);
  const done = lines.filter((line) => /^done photos\/photo-\d+\.jpg$/.test(line));
  expect(new Set(done).size).toBe(150);
  expect(
    lines.filter((line) => line.includes('images/s') && !line.startsWith('150 thumbnails made')),
  ).toEqual([]);
});

test('--json on a terminal does not run into the progress line', async () => {
  const { folder } = await photoFolder(150);
  const { stdout } = await onTerminal('photos -w 1 --json -o o 2>&1', folder, { NO_COLOR: '1' });
  // JSON lines are longer than the terminal is wide: each starts at the left and is whole again with its wrapped rest.
  const text = (await visible(stdout)).join('');
  expect(text.match(/\{"type":"done","path":"[^"]*\/photo-\d+\.jpg"/g)).toHaveLength(150);
  expect(text).not.toContain('░');
  expect(text).not.toMatch(/ s left/);
});

test('NO_COLOR, --no-progress and a dumb terminal are heeded', async () => {
  const folder = await folderOfPhotos({ broken: true });
  const coloured = await onTerminal('photos', folder, { NO_COLOR: '' });
  expect(coloured.stdout).toContain('\u001b[31mCORRUPT\u001b[39m');
  for (const [args, env] of [
    ['photos --no-progress', { NO_COLOR: '1' }],
    ['photos', { TERM: 'dumb' }],
  ] as const) {
    const { stdout } = await onTerminal(args, folder, env);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('CORRUPT photos/truncated.jpg');
  }
});

/** What a terminal of that size shows in the end, scrolled-off lines included. */
async function visible(output: string): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: 100, rows: 30, scrollback: 10_000, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  const { active } = terminal.buffer;
  return Array.from(
    { length: active.length },
    (_, row) => active.getLine(row)?.translateToString(true) ?? '',
  );
}

test('a reader that does not read slows the run, and gets everything in the end', async () => {
  const { folder, out } = await photoFolder(700);
  const child = spawn(process.execPath, [command, 'photos', '--json', '-q'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const before = await standstill(out);
  // Pipes and streams hold some 150 kB, an event has 600 bytes or so.
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(600);
  let stdout = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) stdout += chunk;
  expect(stdout.trimEnd().split('\n')).toHaveLength(702);
});

test('an export that cannot be written is found before the work, one that fails later loses no failure', async () => {
  const folder = await folderOfPhotos({ broken: true });
  fs.writeFileSync(path.join(folder, 'file'), '');
  const early = await thumbs(['photos', '--export', 'file/all.csv'], { cwd: folder });
  expect([early.code, early.stderr]).toEqual([
    3,
    `thumbs: Cannot write to ${folder}/file: there is a file where the folder should be\n`,
  ]);
  fs.mkdirSync(path.join(folder, 'all.csv'));
  const late = await thumbs(['photos', '--export', 'all.csv'], { cwd: folder });
  expect(late.code).toBe(3);
  expect(late.stderr).toMatch(
    /^CORRUPT photos\/truncated\.jpg: .*\nthumbs: Cannot write .*all\.csv: it is not a regular file\n$/,
  );
});

test('stdout that cannot be written is one line and exit 3', async () => {
  const folder = await folderOfPhotos();
  const line = `exec ${process.execPath} ${command} photos --json > /dev/full`;
  const { code, stderr } = await start('bash', ['-c', line], { cwd: folder }).finished;
  expect([code, stderr]).toEqual([3, 'thumbs: Cannot write to stdout: no space left on device (ENOSPC)\n']);
});

test('output that nobody reads any more ends the output, not the work', async () => {
  const { folder, out } = await photoFolder(60);
  const line = `${process.execPath} ${command} photos --json -q | head -1; echo "exit \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await start('bash', ['-c', line], { cwd: folder }).finished;
  expect(stdout).toMatch(/^\{"type":"start",.*\}\nexit 0\n$/);
  expect(stderr).toBe('');
  expect(recordsIn(out)).toHaveLength(60);
});
