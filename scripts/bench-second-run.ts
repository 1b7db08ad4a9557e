// Measures what a second run costs, and prints it as Markdown. Linux: memory is read from /proc, and find(1) is GNU's.
// Run: npm run bench:second-run
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { compileScript, inTurn, machine, shown, spread, time } from './measuring.js';

const FILES = 20_000;
const FOLDERS = 200;
const RUNS = 9;
const RECORDS = [10_000, 100_000, 1_000_000];
const MANIFEST_RUNS = 3;

const project = fileURLToPath(new URL('..', import.meta.url));
const command = path.join(project, 'bin/thumbs.js');
const probe = await compileScript('second-run-probe');

/** What the probe measured in a process of its own. */
function probed<T>(...args: string[]): T {
  return JSON.parse(execFileSync(process.execPath, [probe, ...args], { encoding: 'utf8' }));
}

/** `FILES` different small PNGs in `FOLDERS` folders. */
async function makeTree(folder: string): Promise<void> {
  sharp.concurrency(1);
  for (let sub = 0; sub < FOLDERS; sub += 1) fs.mkdirSync(path.join(folder, `${sub}`), { recursive: true });
  const make = async (index: number) => {
    const pixels = Buffer.alloc(24 * 16 * 3, index & 0xff);
    pixels.writeUInt32BE(index, 0);
    const png = await sharp(pixels, { raw: { width: 24, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    fs.writeFileSync(path.join(folder, `${index % FOLDERS}`, `IMG_${index}.png`), png);
  };
  for (let index = 0; index < FILES; index += 8)
    await Promise.all(Array.from({ length: 8 }, (_, ahead) => make(index + ahead)));
}

async function unchangedFiles(scratch: string): Promise<string> {
  const [photos, out] = [path.join(scratch, 'photos'), path.join(scratch, 'out')];
  await makeTree(photos);
  const first = await time([command, photos, '-o', out, '-q']);
  const runs: Array<{ seconds: number; unchanged: number; forks: number }> = [];
  const whole = await inTurn(
    RUNS,
    async () => {
      runs.push(probed('run', photos, out));
      return time([command, photos, '-o', out, '-q']);
    },
    () => time([photos, '-type', 'f', '-fprintf', '/dev/null', '%s %T@\n'], 'find'),
  );
  // The first is the warm-up.
  const seconds = spread(runs.slice(1).map((run) => run.seconds));
  const [unchanged, forks] = [
    Math.min(...runs.map((run) => run.unchanged)),
    Math.max(...runs.map((run) => run.forks)),
  ];
  return `- ${FILES} different PNGs of 24 x 16 pixels in ${FOLDERS} folders, all unchanged (${unchanged}); the first run took ${first.toFixed(1)} s
- ${RUNS} counted runs of each, in turn, after a warm-up of each; median (min to max)

| what | seconds | files/s | to reach |
|---|--:|--:|--:|
| walk and compare: the library's own time, from the call to its summary, events and all | ${shown(seconds, 3)} | ${Math.round(FILES / seconds.median)} | 25000 |
| the whole command, from its start to its end | ${shown(whole.a, 3)} | ${Math.round(FILES / whole.a.median)} | |
| \`find -printf '%s %T@'\` on the same tree | ${shown(whole.b, 3)} | ${Math.round(FILES / whole.b.median)} | |
| consumers forked | ${forks} | | 0 |`;
}

interface ManifestFigures {
  readonly read: number;
  readonly compare: number;
  readonly rewrite: number;
  readonly peak: number;
}

function manifests(scratch: string): string {
  const rows = RECORDS.map((records) => {
    const file = path.join(scratch, `${records}.jsonl`);
    const runs = Array.from({ length: MANIFEST_RUNS }, () => {
      probed('make', file, `${records}`);
      return probed<ManifestFigures>('manifest', file, `${records}`);
    });
    const { size } = fs.statSync(file);
    fs.rmSync(file);
    const median = (figure: (run: ManifestFigures) => number) => spread(runs.map(figure)).median;
    const total = spread(runs.map(({ read, compare, rewrite }) => read + compare + rewrite));
    const cells = [
      records,
      (size / 1e6).toFixed(1),
      ...[median((run) => run.read), median((run) => run.compare), median((run) => run.rewrite)].map((s) =>
        s.toFixed(2),
      ),
      shown(total, 2),
      Math.max(...runs.map(({ peak }) => peak)).toFixed(0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `- ${MANIFEST_RUNS} runs of each, each in a process of its own; medians, and the largest peak of resident memory
- To reach at 1,000,000 records: 15 s in all, 1200 MB

| records | manifest, MB | read, s | compare, s | rewrite, s | in all, s (min to max) | peak memory, MB |
|--:|--:|--:|--:|--:|--:|--:|
${rows.join('\n')}`;
}

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-second-run-'));
try {
  console.log(machine());
  console.log(`${await unchangedFiles(scratch)}\n`);
  console.log(manifests(scratch));
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
