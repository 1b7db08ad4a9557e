// Measures runs over very many photos, and what an image costs by its size, and prints it as Markdown. Linux: memory is
// read from /proc. The tree is in the folder for temporary files.
// Run: npm run bench:scale [-- --count 1000000]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { machine, spread } from './measuring.js';
import { checkRoom, type Master, makeSized, makeTree, paintMaster } from './scale/pictures.js';
import { type Mark, type WatchedRun, watchedRun } from './scale/watched-run.js';

const WORKERS = ['-w', '2'];

/** Shares of a run after which it is looked at. */
const SHARES = [0.01, 0.1, 1];

/** Runs of each size, and how many images make one long enough to be told from its noise. */
const RUNS = 3;
const SIZES = [
  { width: 16, height: 12, count: 5000 },
  { width: 64, height: 48, count: 5000 },
  { width: 256, height: 192, count: 4000 },
  { width: 1024, height: 768, count: 1000 },
  { width: 4096, height: 3072, count: 60 },
];

function usage(reason: string): never {
  console.error(`bench-scale: ${reason}`);
  process.exit(2);
}

function readCount(): number {
  try {
    const { values } = parseArgs({ options: { count: { type: 'string', default: '1000000' } } });
    const count = Number(values.count);
    if (Number.isInteger(count) && count >= 1000) return count;
    return usage(`Expected --count to be an integer of at least 1000, got \`${values.count}\``);
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

async function manyPhotos(count: number, scratch: string): Promise<string> {
  const [tree, out] = [path.join(scratch, 'tree'), path.join(scratch, 'out')];
  console.error(`making ${count} links`);
  await makeTree(tree, count);
  const at = SHARES.map((share) => Math.round(share * count));
  console.error('dry run');
  const dry = await watchedRun([tree, '-o', out, ...WORKERS, '--dry-run'], at);
  console.error(`dry run: ${dry.seconds.toFixed(1)} s; real run`);
  const real = await watchedRun([tree, '-o', out, ...WORKERS], at);
  console.error(`real run: ${real.seconds.toFixed(1)} s`);
  const { size } = fs.statSync(path.join(out, 'manifest.jsonl'));
  fs.rmSync(tree, { recursive: true });
  return `- ${count} paths in folders of 1,000: hard links to five images of 16 x 12 to 32 x 24 pixels, and five different thumbnails
- 1 run of each, 2 workers, with \`--json\`; the manifest of the real run has ${(size / 1e6).toFixed(1)} MB

| run | of it done | photos | images/s since the row above | main process, MB | consumers together, MB |
|---|--:|--:|--:|--:|--:|
${[...markRows('`--dry-run`', dry), ...markRows('real', real)].join('\n')}

| run | whole command, s | after the last photo, s | images/s | largest of the main process at any time, MB | peak of all processes, added up, MB |
|---|--:|--:|--:|--:|--:|
${[wholeRow('`--dry-run`', dry), wholeRow('real', real)].join('\n')}`;
}

function markRows(name: string, { marks }: WatchedRun): string[] {
  return marks.map((mark, index) => {
    const before: Pick<Mark, 'photos' | 'seconds'> = marks[index - 1] ?? { photos: 0, seconds: 0 };
    const rate = (mark.photos - before.photos) / (mark.seconds - before.seconds);
    const memory = [mark.main, mark.consumers].map(megabytes);
    const share = `${100 * (SHARES[index] ?? Number.NaN)} %`;
    return `| ${[name, share, mark.photos, rate.toFixed(0), ...memory].join(' | ')} |`;
  });
}

function wholeRow(name: string, { marks, seconds, mainPeak, summary }: WatchedRun): string {
  const last = marks.at(-1);
  const all = summary.type === 'summary' ? megabytes(summary.peakMemoryBytes) : '';
  const after = seconds - (last?.seconds ?? Number.NaN);
  const rate = (last?.photos ?? Number.NaN) / seconds;
  return `| ${[name, seconds.toFixed(1), after.toFixed(1), rate.toFixed(0), megabytes(mainPeak), all].join(' | ')} |`;
}

function megabytes(bytes: number): string {
  return bytes === 0 ? '' : (bytes / 1e6).toFixed(0);
}

interface Cost {
  /** Seconds of the whole command. */
  readonly wall: number;
  /** Seconds of all its processes, as its summary says. */
  readonly cpu: number;
}

/** Medians of some runs over a folder. */
async function costOf(photos: string, scratch: string): Promise<Cost> {
  const [wall, cpu]: [number[], number[]] = [[], []];
  for (let run = 0; run <= RUNS; run += 1) {
    const out = path.join(scratch, 'out-sized');
    const { seconds, summary } = await watchedRun([photos, '-o', out, ...WORKERS], []);
    fs.rmSync(out, { recursive: true });
    // The first fills the page cache.
    if (run === 0 || summary.type !== 'summary') continue;
    wall.push(seconds);
    cpu.push(summary.cpuSeconds);
  }
  return { wall: spread(wall).median, cpu: spread(cpu).median };
}

async function bySize(scratch: string): Promise<string> {
  const master = await paintMaster(path.join(scratch, 'master'));
  const one = await sizedCost({ width: 16, height: 12, count: 1 }, master, scratch);
  const lines: string[] = [];
  for (const size of SIZES) {
    const cost = await sizedCost(size, master, scratch);
    const each = (of: (cost: Cost) => number) => (1000 * (of(cost) - of(one))) / (size.count - 1);
    const [wall, cpu] = [each((c) => c.wall), each((c) => c.cpu)];
    const cells = [`${size.width} x ${size.height}`, size.count, (cost.bytes / size.count / 1000).toFixed(1)];
    lines.push(`| ${[...cells, cost.wall.toFixed(2), wall.toFixed(2), cpu.toFixed(2)].join(' | ')} |`);
  }
  return `- JPEGs, all different but for the largest, to 200 x 200, 2 workers, with \`--json\`; medians of ${RUNS} runs of each after a warm-up
- A run over one photo takes ${one.wall.toFixed(2)} s and ${one.cpu.toFixed(2)} s of processor time, which is taken off before the rest is shared among the images

| image | images | kB each | whole command, s | ms an image | ms of processor time an image |
|---|--:|--:|--:|--:|--:|
${lines.join('\n')}`;
}

async function sizedCost(
  size: (typeof SIZES)[number],
  master: Master,
  scratch: string,
): Promise<Cost & { readonly bytes: number }> {
  console.error(`${size.count} of ${size.width} x ${size.height}`);
  const folder = path.join(scratch, 'sized');
  await makeSized(folder, size, master);
  const files = fs.readdirSync(folder).map((name) => fs.statSync(path.join(folder, name)));
  const cost = await costOf(folder, scratch);
  fs.rmSync(folder, { recursive: true });
  return { ...cost, bytes: files.reduce((sum, file) => sum + file.size, 0) };
}

const count = readCount();
checkRoom(os.tmpdir(), count);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-scale-'));
try {
  console.log(machine());
  console.log(`${await manyPhotos(count, scratch)}\n`);
  console.log(await bySize(scratch));
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
