import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { command, damagedImages } from '../../support/paths.js';
import { photoFolder, temporaryFolder, writeSlowImage } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';
import { childrenOf, isPending, start, suspend, until } from '../../support/processes/processes.js';
import { testWithPrograms } from '../../support/requirements.js';

test('bench prints and writes the table of a sweep and its bars, counts photos that fail, and leaves nothing else behind', async () => {
  const { folder } = photoFolder(4);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/truncated.jpg'));
  fs.mkdirSync(path.join(folder, 'tmp'));
  const args = ['bench', 'photos', '--sweep', '1,3', '--runs', '1', '--output', 'report.md'];
  const { code, stdout, stderr } = await thumbs(args, {
    cwd: folder,
    // What is no terminal has no locale.
    env: { TMPDIR: path.join(folder, 'tmp'), LC_ALL: 'C' },
  });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^- Corpus: 5 files, 1 of them failed, [\d.]+ MB, 0\.3 megapixels$/m);
  expect(stdout).toMatch(/^- 1 counted run of each, in rotation/m);
  expect(stdout).toMatch(
    /^- Yardstick: `node -e 0` [\d.]+ s .*, 3 runs\); (?:`djpeg -scale 1\/8` of the largest JPEG of the corpus .*|`djpeg` is not installed); median \(min to max\)$/m,
  );
  const rows = stdout.split('\n').filter((line) => /^\| \d/.test(line));
  expect(rows.map((row) => row.split(' | ')[0])).toEqual(['| 1', '| 3']);
  expect(stdout).toMatch(/^(?:\d workers? .* (?:is|are) enough; |The most that were tried, \d workers?)/m);
  const bars = stdout.split('\n').filter((line) => line.startsWith('    '));
  expect(bars.map((bar) => bar.replace(/[\d.]+/g, '0'))).toEqual([
    expect.stringMatching(/^ {4}0 worker {3}[█▏▎▍▌▋▊▉]+ +0 images\/s +0 x/),
    expect.stringMatching(/^ {4}0 workers {2}[█▏▎▍▌▋▊▉]+ +0 images\/s +0 x/),
  ]);
  expect(bars.filter((bar) => /x {2}(?:enough|fastest)$/.test(bar))).toHaveLength(1);
  expect(fs.readFileSync(path.join(folder, 'report.md'), 'utf8')).toBe(stdout);
  expect(fs.readdirSync(folder).sort()).toEqual(['photos', 'report.md', 'tmp']);
  expect(fs.readdirSync(path.join(folder, 'tmp'))).toEqual([]);
});

testWithPrograms('script')(
  'on a terminal bars are coloured, unless NO_COLOR is set, and in ASCII where the locale is not in UTF-8',
  async () => {
    const { folder } = photoFolder(1);
    const barOn = async (variables: NodeJS.ProcessEnv) => {
      const env = { NODE: process.execPath, COMMAND: command, TERM: 'xterm', ...variables };
      const line = '"$NODE" "$COMMAND" bench photos --sweep 1 --runs 1';
      const { stdout } = await start('script', ['-qec', line, '/dev/null'], { cwd: folder, env }).finished;
      const bar = stdout.split('\r\n').find((text) => text.startsWith('    1 worker'));
      return bar?.replaceAll('\u001b[32m', '<green>').replaceAll('\u001b[39m', '<end>');
    };
    const [utf8, ascii, plain] = await Promise.all([
      barOn({ LC_ALL: 'C.UTF-8', NO_COLOR: '' }),
      barOn({ LC_ALL: 'C', NO_COLOR: '' }),
      barOn({ LC_ALL: 'en_US.utf8', NO_COLOR: '1' }),
    ]);
    expect(utf8).toMatch(/^ {4}1 worker {2}<green>█+<end> {2}[\d.]+ images\/s/);
    expect(ascii).toMatch(/^ {4}1 worker {2}<green>#+<end> {2}[\d.]+ images\/s/);
    expect(plain).toMatch(/^ {4}1 worker {2}█+ {2}[\d.]+ images\/s {2}1\.00 x {2}fastest$/);
  },
);

test('with --json bench prints every run and all figures as one line, and nothing else', async () => {
  const { folder } = photoFolder(2);
  const args = ['bench', 'photos', '--sweep', '1,2', '--runs', '2', '--json'];
  const { code, stdout, stderr } = await thumbs(args, { cwd: folder });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^[^\n]+\n$/);
  const event = JSON.parse(stdout);
  expect(event).toMatchObject({
    type: 'bench',
    machine: { node: process.version },
    corpus: { photos: 2, failed: 0 },
    options: { paths: [path.join(folder, 'photos')], counts: [1, 2], runs: 2, size: '200x200' },
    rows: [{ workers: 1 }, { workers: 2 }],
  });
  const turns = (runs: ReadonlyArray<{ workers: number; run: number }>) =>
    runs.map(({ workers, run }) => `${workers} workers, run ${run}`);
  expect(turns(event.warmUps)).toEqual(['1 workers, run 0', '2 workers, run 0']);
  // In rotation.
  expect(turns(event.runs)).toEqual([
    ...['2 workers, run 1', '1 workers, run 1'],
    ...['1 workers, run 2', '2 workers, run 2'],
  ]);
  expect(event.yardstick.node).toHaveLength(6);
  expect([1, 2]).toContain(event.conclusion.workers);
});

test('--chart writes an SVG of its figures, over an earlier one too', async () => {
  const { folder } = photoFolder(2);
  const file = path.join(folder, 'chart.svg');
  const bench = (...args: string[]) =>
    thumbs(['bench', 'photos', '--runs', '1', '--chart', 'chart.svg', ...args], { cwd: folder });
  expect(await bench('--sweep', '1,2')).toMatchObject({ code: 0, stderr: '' });
  expect(fs.readFileSync(file, 'utf8')).toMatch(
    /^<svg id="thumbs-bench" [\s\S]*Speedup over one worker[\s\S]*<\/svg>\n$/,
  );
  expect(await bench('--sweep', '2', '--json')).toMatchObject({ code: 0, stderr: '' });
  expect(fs.readFileSync(file, 'utf8')).toContain('No speedup: one worker was not tried.');
  expect(fs.readdirSync(folder).sort()).toEqual(['chart.svg', 'photos']);
});

test('a chart that cannot be written is refused before the first run', async () => {
  const { folder } = photoFolder(1);
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  fs.writeFileSync(path.join(folder, 'drawing.svg'), drawing);
  // No run can begin there: a bench that had gone on would say so.
  const env = { TMPDIR: path.join(folder, 'no-such-folder') };
  const bench = async (...args: string[]) => {
    const { code, stderr } = await thumbs(['bench', 'photos', ...args], { cwd: folder, env });
    return `${code} ${stderr}`;
  };
  expect(await bench('--chart', 'drawing.svg')).toBe(
    `2 thumbs: ${folder}/drawing.svg exists, and is not an earlier chart: name another file, or remove this one first\n`,
  );
  expect(await bench('--chart', 'chart.png')).toMatch(/^2 thumbs: Expected `--chart` to end in \.svg, got /);
  expect(await bench('--chart', 'a.svg', '--output', 'a.svg')).toMatch(
    /^2 thumbs: Expected `--chart` to be another file than that of --output, got /,
  );
  expect(await bench('--chart', 'missing/a.svg')).toMatch(
    /^3 thumbs: .*missing\/a\.svg.*its folder does not exist/,
  );
  expect(await bench('--chart', 'new.svg')).toMatch(/^3 thumbs: .*no-such-folder/);
  expect(fs.readFileSync(path.join(folder, 'drawing.svg'), 'utf8')).toBe(drawing);
  expect(fs.readdirSync(folder).sort()).toEqual(['drawing.svg', 'photos']);
});

test('a file that another program writes under the name of the chart during the bench is not replaced', async () => {
  const { folder } = photoFolder(1);
  const file = path.join(folder, 'chart.svg');
  const args = [command, 'bench', 'photos', '--sweep', '1', '--runs', '3', '--chart', 'chart.svg'];
  const bench = start(process.execPath, args, { cwd: folder });
  await until(() => childrenOf(bench.pid).length > 0);
  fs.writeFileSync(file, '<svg/>');
  expect(await bench.finished).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('| workers | '),
    stderr: expect.stringContaining('is not an earlier chart'),
  });
  expect(fs.readFileSync(file, 'utf8')).toBe('<svg/>');
});

test('a bench of a path that does not exist, or of no photos, ends with exit 2 and the reason', async () => {
  const folder = temporaryFolder();
  const bench = (of: string) => thumbs(['bench', of, '--sweep', '1', '--runs', '1']);
  const [missing, empty] = await Promise.all([bench('/no/such/folder'), bench(folder)]);
  const noSuchFolder = 'thumbs: Cannot read /no/such/folder: no such file or directory (ENOENT)\n';
  expect(missing).toMatchObject({ code: 2, stdout: '', stderr: noSuchFolder });
  expect(empty).toMatchObject({ code: 2, stdout: '', stderr: 'thumbs: No photos found to time\n' });
});

test('a bench that is stopped stops the run that it times and leaves no folder', async () => {
  const folder = temporaryFolder();
  // It takes a second: the run does not end before it is stopped.
  writeSlowImage(path.join(folder, 'slow.avif'));
  const tmp = path.join(folder, 'tmp');
  fs.mkdirSync(tmp);
  const args = [command, 'bench', 'slow.avif', '--sweep', '1', '--runs', '9'];
  const bench = start(process.execPath, args, { cwd: folder, env: { TMPDIR: tmp } });
  let timedRun = Number.NaN;
  await until(() => {
    timedRun = childrenOf(bench.pid)[0] ?? Number.NaN;
    return childrenOf(timedRun).length > 0;
  });
  await suspend(timedRun);
  bench.child.kill('SIGTERM');
  await until(() => isPending('SIGTERM', timedRun));
  expect(fs.readdirSync(tmp)).toHaveLength(1);
  process.kill(timedRun, 'SIGCONT');
  expect(await bench.finished).toMatchObject({ code: 143, stdout: '' });
  expect(fs.readdirSync(tmp)).toEqual([]);
});
