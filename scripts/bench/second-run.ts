// Measures what a second run costs, and prints Markdown. Linux: memory is read from /proc, and find(1) is GNU's.
// Run: npm run bench:second-run
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import {
  alternate,
  bundledScript,
  formatStatistics,
  machineLines,
  statistics,
  thumbsCommand,
  timeProcess,
} from './measuring.js';
import type { ManifestFigures, NewManifest, RunFigures } from './second-run/probe.js';
import { besideYardstick } from './yardstick.js';

const FILES = 20_000;
const FOLDERS = 200;
const RUNS = 9;
const RECORDS = [10_000, 100_000, 1_000_000];
const MANIFEST_RUNS = 3;

const BYTES_PER_MIB = 2 ** 20;

const probe = await bundledScript('second-run/probe');

/** Runs the probe in its own process and returns the figures that it prints. */
function runProbe<Figures>(...args: string[]): Figures {
  return JSON.parse(execFileSync(process.execPath, [probe, ...args], { encoding: 'utf8' }));
}

/** `FILES` different small PNGs in `FOLDERS` folders. */
async function makeTree(tree: string): Promise<void> {
  sharp.concurrency(1);
  for (let folder = 0; folder < FOLDERS; folder += 1)
    fs.mkdirSync(path.join(tree, `${folder}`), { recursive: true });
  const makeFile = async (index: number) => {
    const pixels = Buffer.alloc(24 * 16 * 3, index & 0xff);
    pixels.writeUInt32BE(index, 0);
    const png = await sharp(pixels, { raw: { width: 24, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    fs.writeFileSync(path.join(tree, `${index % FOLDERS}`, `IMG_${index}.png`), png);
  };
  const atOnce = 8;
  for (let index = 0; index < FILES; index += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, offset) => makeFile(index + offset)));
}

async function measureUnchangedFiles(scratch: string): Promise<string> {
  const [photos, out] = [path.join(scratch, 'photos'), path.join(scratch, 'out')];
  await makeTree(photos);
  const firstRun = await timeProcess([thumbsCommand, photos, '-o', out, '-q']);
  const libraryRuns: RunFigures[] = [];
  const { a: command, b: find } = await alternate(
    RUNS,
    async () => {
      libraryRuns.push(runProbe('run', photos, out));
      return timeProcess([thumbsCommand, photos, '-o', out, '-q']);
    },
    () => timeProcess([photos, '-type', 'f', '-fprintf', '/dev/null', '%s %T@\n'], 'find'),
  );
  const [_warmUp, ...countedRuns] = libraryRuns;
  const library = statistics(countedRuns.map(({ seconds }) => seconds));
  const unchanged = Math.min(...libraryRuns.map((run) => run.unchanged));
  const forks = Math.max(...libraryRuns.map((run) => run.forks));
  const rate = ({ median }: typeof library) => Math.round(FILES / median);
  return `- ${FILES} different PNGs of 24 x 16 pixels in ${FOLDERS} folders, ${unchanged} of them unchanged; the first run took ${firstRun.toFixed(1)} s
- ${RUNS} counted runs of each, alternating, after a warm-up of each; median (min to max)

| what | seconds | files/s | target |
|---|--:|--:|--:|
| walk and compare: in the library, from the call to its summary event | ${formatStatistics(library, 3)} | ${rate(library)} | 25000 |
| the whole command, from start to exit | ${formatStatistics(command, 3)} | ${rate(command)} | 25000 |
| \`find -printf '%s %T@'\` on the same tree | ${formatStatistics(find, 3)} | ${rate(find)} | |
| consumers forked | ${forks} | | 0 |`;
}

function measureManifests(scratch: string): string {
  const rows = RECORDS.map((records) => {
    const file = path.join(scratch, `${records}.jsonl`);
    const runs = Array.from({ length: MANIFEST_RUNS }, () => ({
      ...runProbe<NewManifest>('make', file, `${records}`),
      ...runProbe<ManifestFigures>('manifest', file, `${records}`),
    }));
    fs.rmSync(file);
    const [{ bytes } = { bytes: Number.NaN }] = runs;
    const seconds = (figure: (run: ManifestFigures) => number) =>
      statistics(runs.map(figure)).median.toFixed(2);
    const total = statistics(runs.map(({ read, compare, rewrite }) => read + compare + rewrite));
    const cells = [
      records,
      (bytes / 1e6).toFixed(1),
      seconds(({ read }) => read),
      seconds(({ compare }) => compare),
      seconds(({ rewrite }) => rewrite),
      formatStatistics(total, 2),
      (Math.max(...runs.map(({ peak }) => peak)) / BYTES_PER_MIB).toFixed(0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `- ${MANIFEST_RUNS} runs of each, each in its own process; medians, and the largest peak of resident memory
- Targets at 1,000,000 records: 5 s to read, 15 s in total, 1200 MB

| records | manifest, MB | read, s | compare, s | rewrite, s | total, s: median (min to max) | peak memory, MiB |
|--:|--:|--:|--:|--:|--:|--:|
${rows.join('\n')}`;
}

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-second-run-'));
try {
  console.log(machineLines());
  console.log(`${await besideYardstick(() => measureUnchangedFiles(scratch))}\n`);
  console.log(await besideYardstick(() => measureManifests(scratch)));
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
