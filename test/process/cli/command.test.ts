import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, onlyThumbnail, recordsIn, thumbnailOf } from '../../support/output.js';
import { command, damagedImages } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writeSlowImage } from '../../support/photos.js';
import { BLOCKED_PHOTOS, startBlockedRun, testBlocked } from '../../support/processes/blocked-run.js';
import { eventsOf, thumbs, thumbsJson } from '../../support/processes/command.js';
import { childrenOf, start, untilIdle } from '../../support/processes/processes.js';
import { COLUMNS, ROWS, terminalLines } from '../../support/processes/terminal.js';
import { testWithPrograms } from '../../support/requirements.js';

/** A folder with `photos`: three that are sound and a damaged one. */
function folderOfPhotos(): string {
  const { folder } = photoFolder(3);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos', 'truncated.jpg'));
  return folder;
}

test('--version prints the version, --help every option with its default, the commands, examples and exit codes', async () => {
  const packageFile = new URL('../../../package.json', import.meta.url);
  const [version, help] = await Promise.all([thumbs(['--version']), thumbs(['--help'])]);
  expect(version).toEqual({
    code: 0,
    signal: null,
    stdout: `${JSON.parse(fs.readFileSync(packageFile, 'utf8')).version}\n`,
    stderr: '',
  });
  expect([help.code, help.stderr]).toEqual([0, '']);
  const options =
    'workers out size manifest export include exclude hidden follow any-extension svg prefer-jpeg embedded timeout retries deadline max-memory max-pixels max-file-size force retry-failed prune dry-run';
  for (const option of `${options} json quiet verbose no-progress version`.split(' '))
    expect(help.stdout).toContain(`--${option}`);
  const defaults = ['200x200', 'thumbnails', '268402689', '512'];
  for (const text of [...defaults, 'bench', 'verify', 'prune', 'formats', 'Examples:', 'Exit codes:'])
    expect(help.stdout).toContain(text);
});

const wrong: ReadonlyArray<readonly [args: readonly string[], stderr: RegExp]> = [
  [[], /missing required argument 'path'/],
  [['-w', '0', 'p'], /^thumbs: Expected `--workers` to be an integer from 1 to 1024, got `0`$/m],
  [['-w', 'abc', 'p'], /^thumbs: Expected `--workers` .* got `abc`$/m],
  [['-w', '', 'p'], /^thumbs: Expected `--workers` .* got ``$/m],
  [['-s', '20', '-s', 'big', 'p'], /^thumbs: Expected `--size` to begin with WIDTHxHEIGHT, .* got `big`$/m],
  [
    ['--export', 'a.xml', 'p'],
    /^thumbs: Expected `--export` to end in \.txt, \.csv or \.json, got `a\.xml`/m,
  ],
  [['--timeout', '-1', 'p'], /^thumbs: Expected `--timeout` to be a number from 0\.001 to 86400, got `-1`/m],
  [
    ['-w', '2', '--max-memory', 'abc', 'p'],
    /^thumbs: Expected `--max-memory` to be a number from 256 to 1000000000, got `abc`$/m,
  ],
  [['--exclude', '!a', 'p'], /^thumbs: Expected `--exclude` to be a glob .* \(use `--include`\), got `!a`$/m],
  [['verify', '-o', ''], /^thumbs: Expected `--out` to be a non-empty string, got ``$/m],
  [['--no-such-option', 'p'], /unknown option '--no-such-option'/],
  [['-q', '-v', 'p'], /'-q, --quiet' cannot be used with option '-v, --verbose'/],
  [['/no/such/folder'], /^thumbs: Cannot read \/no\/such\/folder: no such file or directory \(ENOENT\)$/m],
  [['bench'], /missing required argument 'path'/],
  [['verify', 'p'], /too many arguments for 'verify'/],
  [['prune', '--force'], /unknown option '--force'/],
  [
    ['-o', 'elsewhere', 'prune'],
    /^thumbs: Expected the options of `prune` after its name, got `--out` before$/m,
  ],
  [
    ['bench', '--sweep', '1,x', 'p'],
    /^thumbs: Expected `--sweep` to be worker counts like 1,2,4, got `1,x`$/m,
  ],
  [['bench', '--runs', '0', 'p'], /^thumbs: Expected `--runs` to be an integer from 1 to 100, got `0`$/m],
];

test('an invalid command line is refused with exit 2 and what was expected, and nothing is written', async () => {
  const results = await Promise.all(
    wrong.map(async ([args]) => {
      const folder = temporaryFolder();
      const { code, stdout, stderr } = await thumbs(args, { cwd: folder });
      return { args, code, stdout, stderr, files: fs.readdirSync(folder) };
    }),
  );
  expect(results).toEqual(
    wrong.map(([args, stderr]) => ({
      args,
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(stderr),
      files: [],
    })),
  );
});

test('an output folder that is a source, or above it, is refused with an option that would do', async () => {
  const { folder } = photoFolder(1);
  const [here, above] = await Promise.all([
    thumbs(['.', '-o', '.'], { cwd: path.join(folder, 'photos') }),
    thumbs(['photos', '-o', '.'], { cwd: folder }),
  ]);
  expect(here).toMatchObject({ code: 2, stdout: '' });
  expect(here.stderr).toMatch(
    /choose an output folder beside or below the photos, with `-o thumbnails` for example\n$/,
  );
  expect(above).toMatchObject({ code: 2, stdout: '' });
  const option = /with `-o (\S+)` for example\n$/.exec(above.stderr)?.[1] ?? '';
  expect(option).toBe('photos/thumbnails');
  expect(fs.readdirSync(folder)).toEqual(['photos']);
  expect((await thumbs(['photos', '-o', option], { cwd: folder })).code).toBe(0);
});

test('without a terminal: a summary on stderr, nothing on stdout, no control characters; equal pixels share a thumbnail', async () => {
  const folder = folderOfPhotos();
  fs.copyFileSync(path.join(folder, 'photos/photo-1.jpg'), path.join(folder, 'photos/twin.jpg'));
  const { code, stdout, stderr } = await thumbs(['photos', '-w', '2'], { cwd: folder });
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^CORRUPT photos\/truncated\.jpg: the JPEG data is damaged: .+$/),
    expect.stringMatching(
      /^3 thumbnails made, 1 shared, 1 failed \(1 CORRUPT\): 5 photos in [\d.]+ s \([\d.]+ images\/s, [\d.]+ [kM]B\/s\)$/,
    ),
    'manifest thumbnails/manifest.jsonl',
    '',
  ]);
  const out = path.join(folder, 'thumbnails');
  expect(fs.readdirSync(out).filter((name) => name.endsWith('.png'))).toHaveLength(3);
  const files = recordsIn(out).map((record) => (record.status === 'done' ? onlyThumbnail(record).file : ''));
  expect(files).toHaveLength(5);
  expect(files[0]).toBe(files[4]);
  await expectSound(out);
});

/** What -v says of a photo that has its thumbnail. */
function doneLine(folder: string, name: string, out = 'thumbnails'): string {
  const thumbnail = thumbnailOf(path.join(folder, out), name);
  return `done photos/${name}: ${path.relative(folder, thumbnail)}`;
}

test('-q names failures only and --json has one object a line on stdout, the summary last; -v names every photo', async () => {
  const folder = folderOfPhotos();
  const [quiet, verbose] = await Promise.all([
    thumbsJson(['photos', '-w', '1', '-q', '--export', 'all.csv'], { cwd: folder }),
    thumbs(['photos', '-w', '1', '-o', 'other', '-v'], { cwd: folder }),
  ]);
  expect(quiet.code).toBe(1);
  expect(quiet.stderr).toMatch(/^CORRUPT photos\/truncated\.jpg: .+\n$/);
  const types = quiet.events.map(({ type }) => type);
  expect(types.sort()).toEqual(['done', 'done', 'done', 'failed', 'start', 'summary']);
  expect(quiet.events.at(-1)).toMatchObject({
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
  expect([verbose.code, verbose.stdout]).toEqual([1, '']);
  for (const name of ['photo-1.jpg', 'photo-3.jpg'])
    expect(verbose.stderr.split('\n')).toContain(doneLine(folder, name, 'other'));
  expect(verbose.stderr).toMatch(
    /^failed photos\/truncated\.jpg \(CORRUPT, consumer \d+, 1 try, [\d.]+ s\)$/m,
  );
});

test('-q does not name a failure that is known; the exit code stays 1, and --json has it', async () => {
  const folder = folderOfPhotos();
  await thumbs(['photos'], { cwd: folder });
  const [quiet, json, loud] = [
    await thumbs(['photos', '-q'], { cwd: folder }),
    await thumbsJson(['photos', '-q'], { cwd: folder }),
    await thumbs(['photos'], { cwd: folder }),
  ];
  expect(quiet).toMatchObject({ code: 1, stdout: '', stderr: '' });
  expect([json.code, json.stderr]).toEqual([1, '']);
  expect(json.events.filter(({ type }) => type === 'failed')).toMatchObject([{ known: true }]);
  expect(loud.code).toBe(1);
  expect(loud.stderr).toMatch(
    /^Known from an earlier run, .*\(`thumbs photos --retry-failed` tries them\):\nCORRUPT photos\/truncated\.jpg: /,
  );
  // Tried again, it is named.
  const again = await thumbs(['photos', '-q', '--retry-failed'], { cwd: folder });
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/^CORRUPT .*\n$/) });
});

test('a folder without photos is no failure', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'empty'));
  const { code, stderr } = await thumbs(['empty'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^No photos found\.\n0 thumbnails made: 0 photos/);
  expect(recordsIn(path.join(folder, 'thumbnails'))).toEqual([]);
});

const testOnTerminal = testWithPrograms('script');

/** Runs the command on a pseudo-terminal, which `script` of util-linux makes. */
function onTerminal(args: string, cwd: string, env: NodeJS.ProcessEnv = {}) {
  const line = `stty cols ${COLUMNS} rows ${ROWS}; ${process.execPath} ${command} ${args}`;
  return start('script', ['-qec', line, '/dev/null'], { cwd, env: { TERM: 'xterm-256color', ...env } })
    .finished;
}

testOnTerminal(
  'on a terminal a line shows the progress, and every message and JSON object stands on a line of its own',
  async () => {
    const { folder } = photoFolder(8);
    // It takes a second, in which the line is drawn.
    writeSlowImage(path.join(folder, 'photos/photo-9.avif'));
    const { code, stdout } = await onTerminal('photos -w 1 -v --json', folder, { NO_COLOR: '1' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/█+░* {2}\d\/9 {2}[\d.]+ images\/s {2}\d+ s left/);
    // Without what was erased.
    const lines = await terminalLines(stdout);
    const messages = lines.filter((line) => !line.startsWith('{'));
    expect(messages.slice(0, -2).sort()).toEqual(
      Array.from({ length: 9 }, (_, index) =>
        doneLine(folder, `photo-${index + 1}.${index < 8 ? 'jpg' : 'avif'}`),
      ),
    );
    expect(messages.slice(-2)).toEqual([
      expect.stringMatching(/^9 thumbnails made: 9 photos in /),
      'manifest thumbnails/manifest.jsonl',
    ]);
    const events = eventsOf(lines.filter((line) => line.startsWith('{')).join('\n'));
    expect(events.map(({ type }) => type)).toEqual(['start', ...Array<string>(9).fill('done'), 'summary']);
  },
);

testOnTerminal('NO_COLOR, --no-progress and a dumb terminal have effect', async () => {
  const folder = temporaryFolder();
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'truncated.jpg'));
  const [coloured, ...plain] = await Promise.all([
    onTerminal('. -o a', folder, { NO_COLOR: '' }),
    onTerminal('. -o b --no-progress', folder, { NO_COLOR: '1' }),
    onTerminal('. -o c', folder, { TERM: 'dumb', NO_COLOR: '' }),
  ]);
  expect(coloured.stdout).toContain('\u001b[31mCORRUPT\u001b[39m');
  for (const { stdout } of plain) {
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('CORRUPT truncated.jpg');
  }
});

testBlocked('a reader that does not read blocks the run, and gets everything in the end', async () => {
  const run = await startBlockedRun(['-w', '2']);
  await untilIdle([run.pid, ...childrenOf(run.pid)]);
  const before = recordsIn(run.out).length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(BLOCKED_PHOTOS);
  const events = eventsOf(await run.pipe.read());
  expect((await run.finished).code).toBe(0);
  const types = ['start', ...Array<string>(BLOCKED_PHOTOS).fill('done'), 'summary'];
  expect(events.map(({ type }) => type)).toEqual(types);
});

test('an export that cannot be written is found before the work, one that fails later loses no failure', async () => {
  const folder = folderOfPhotos();
  fs.writeFileSync(path.join(folder, 'file'), '');
  fs.symlinkSync('gone/all.csv', path.join(folder, 'all.csv'));
  const [early, late] = await Promise.all([
    thumbs(['photos', '-o', 'early', '--export', 'file/all.csv'], { cwd: folder }),
    thumbs(['photos', '-o', 'late', '--export', 'all.csv'], { cwd: folder }),
  ]);
  expect([early.code, early.stderr]).toEqual([
    3,
    `thumbs: Cannot write to ${folder}/file: there is a file where the folder should be\n`,
  ]);
  expect(late.code).toBe(3);
  expect(late.stderr).toMatch(
    /^CORRUPT photos\/truncated\.jpg: .*\nthumbs: Cannot write .*all\.csv: it is a link into a folder that does not exist\n$/,
  );
});

test('stdout that cannot be written is one line and exit 3', async () => {
  const { folder } = photoFolder(1);
  const line = `exec ${process.execPath} ${command} photos --json > /dev/full`;
  const { code, stderr } = await start('bash', ['-c', line], { cwd: folder }).finished;
  expect([code, stderr]).toEqual([3, 'thumbs: Cannot write to stdout: no space left on device (ENOSPC)\n']);
});

test('a reader that leaves ends the output, not the work', async () => {
  const { folder, out } = photoFolder(9);
  const line = `${process.execPath} ${command} photos --json -q | head -1; echo "exit \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await start('bash', ['-c', line], { cwd: folder }).finished;
  expect(stdout).toMatch(/^\{"type":"start",.*\}\nexit 0\n$/);
  expect(stderr).toBe('');
  expect(recordsIn(out)).toHaveLength(9);
});

test('stderr that nobody reads ends the messages, not the work', async () => {
  const { folder, out } = photoFolder(9);
  const { child, finished } = start(process.execPath, [command, 'photos', '--json', '-v'], { cwd: folder });
  child.stderr?.destroy();
  const { code, stdout } = await finished;
  expect(code).toBe(0);
  expect(eventsOf(stdout)).toHaveLength(11);
  expect(recordsIn(out)).toHaveLength(9);
  await expectSound(out);
});
