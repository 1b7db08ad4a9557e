// Measures runs over very many photos and the cost of an image by its size, and prints Markdown. Linux: memory is read from /proc. The
// photos are made in the folder for temporary files.
// Run: npm run bench:scale [-- --count 1000000]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { machineLines, statistics } from './measuring.js';
import { sum } from './process-memory.js';
import {
  checkFreeSpace,
  makeLinkTree,
  makeSizedImages,
  makeSource,
  type SourceImage,
} from './scale/images.js';
import { type Checkpoint, type SampledRun, sampledRun } from './scale/sampled-run.js';
import { besideYardstick } from './yardstick.js';

const WORKERS = ['-w', '2'];

/** Shares of the photos after which time and memory are recorded. */
const SHARES = [0.01, 0.1, 1];

/** Runs of each size. */
const RUNS = 3;
/** `count`: enough images for a run that is long compared with its noise. */
const SIZES = [
  { width: 16, height: 12, count: 5000 },
  { width: 64, height: 48, count: 5000 },
  { width: 256, height: 192, count: 4000 },
  { width: 1024, height: 768, count: 1000 },
  { width: 4096, height: 3072, count: 60 },
];

function usage(reason: string): never {
  console.error(`bench:scale: ${reason}`);
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

async function measureManyPhotos(count: number, scratch: string): Promise<string> {
  const [tree, out] = [path.join(scratch, 'tree'), path.join(scratch, 'out')];
  console.error(`making ${count} links`);
  await makeLinkTree(tree, count);
  const photoCounts = SHARES.map((share) => Math.round(share * count));
  console.error('dry run');
  const dry = await sampledRun([tree, '-o', out, ...WORKERS, '--dry-run'], photoCounts);
  console.error(`dry run: ${dry.seconds.toFixed(1)} s; real run`);
  const real = await sampledRun([tree, '-o', out, ...WORKERS], photoCounts);
  console.error(`real run: ${real.seconds.toFixed(1)} s`);
  const { size } = fs.statSync(path.join(out, 'manifest.jsonl'));
  fs.rmSync(tree, { recursive: true });
  return `- ${count} paths in folders of 1,000: hard links to five images of 16 x 12 to 32 x 24 pixels with five different thumbnails
- 1 run of each, 2 workers, with \`--json\`; the manifest of the real run has ${(size / 1e6).toFixed(1)} MB

| run | progress | photos | images/s since the previous row | main process, MB | all consumers, MB |
|---|--:|--:|--:|--:|--:|
${[...checkpointRows('`--dry-run`', dry), ...checkpointRows('real', real)].join('\n')}

| run | whole command, s | after the last photo, s | images/s | peak of the main process, MB | sum of the peaks of all processes, MB |
|---|--:|--:|--:|--:|--:|
${[totalsRow('`--dry-run`', dry), totalsRow('real', real)].join('\n')}`;
}

function checkpointRows(name: string, { checkpoints }: SampledRun): string[] {
  return checkpoints.map(({ photos, seconds, mainMemory, consumerMemory }, index) => {
    const previous: Pick<Checkpoint, 'photos' | 'seconds'> = checkpoints[index - 1] ?? {
      photos: 0,
      seconds: 0,
    };
    const rate = (photos - previous.photos) / (seconds - previous.seconds);
    const progress = `${100 * (SHARES[index] ?? Number.NaN)} %`;
    const memory = [mainMemory, consumerMemory].map(formatMegabytes);
    return `| ${[name, progress, photos, rate.toFixed(0), ...memory].join(' | ')} |`;
  });
}

function totalsRow(name: string, { checkpoints, seconds, mainPeak, summary }: SampledRun): string {
  const last = checkpoints.at(-1);
  const sumOfPeaks = summary.type === 'summary' ? formatMegabytes(summary.peakMemoryBytes) : '';
  const afterLast = seconds - (last?.seconds ?? Number.NaN);
  const rate = (last?.photos ?? Number.NaN) / seconds;
  const figures = [seconds.toFixed(1), afterLast.toFixed(1), rate.toFixed(0), formatMegabytes(mainPeak)];
  return `| ${[name, ...figures, sumOfPeaks].join(' | ')} |`;
}

/** Empty for 0: a dry run has no consumers. */
function formatMegabytes(bytes: number): string {
  return bytes === 0 ? '' : (bytes / 1e6).toFixed(0);
}

interface Cost {
  /** Seconds of the whole command. */
  readonly wall: number;
  /** Seconds of CPU time of all its processes, from its summary. */
  readonly cpu: number;
}

/** Medians of `RUNS` runs over a folder, after a warm-up. */
async function measureCost(photos: string, scratch: string): Promise<Cost> {
  const [wall, cpu]: [number[], number[]] = [[], []];
  for (let run = 0; run <= RUNS; run += 1) {
    const out = path.join(scratch, 'out-sized');
    const { seconds, summary } = await sampledRun([photos, '-o', out, ...WORKERS], []);
    fs.rmSync(out, { recursive: true });
    const isWarmUp = run === 0;
    if (isWarmUp || summary.type !== 'summary') continue;
    wall.push(seconds);
    cpu.push(summary.cpuSeconds);
  }
  return { wall: statistics(wall).median, cpu: statistics(cpu).median };
}

async function measureSizes(scratch: string): Promise<string> {
  const source = await makeSource(path.join(scratch, 'source'));
  const oneImage = await measureSize({ width: 16, height: 12, count: 1 }, source, scratch);
  const lines: string[] = [];
  for (const size of SIZES) {
    const cost = await measureSize(size, source, scratch);
    const perImage = (figure: (cost: Cost) => number) =>
      ((1000 * (figure(cost) - figure(oneImage))) / (size.count - 1)).toFixed(2);
    const cells = [
      `${size.width} x ${size.height}`,
      size.count,
      (cost.bytes / size.count / 1000).toFixed(1),
      cost.wall.toFixed(2),
      perImage(({ wall }) => wall),
      perImage(({ cpu }) => cpu),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return `- JPEGs, all different (except in the largest size: links to one image), to 200 x 200, 2 workers, with \`--json\`; medians of ${RUNS} runs of each after a warm-up
- A run over one photo takes ${oneImage.wall.toFixed(2)} s and ${oneImage.cpu.toFixed(2)} s of CPU time. This is subtracted before the rest is divided by the number of images

| image | images | kB each | whole command, s | ms per image | CPU ms per image |
|---|--:|--:|--:|--:|--:|
${lines.join('\n')}`;
}

async function measureSize(
  size: (typeof SIZES)[number],
  source: SourceImage,
  scratch: string,
): Promise<Cost & { readonly bytes: number }> {
  console.error(`${size.count} of ${size.width} x ${size.height}`);
  const folder = path.join(scratch, 'sized');
  await makeSizedImages(folder, size, source);
  const bytes = sum(fs.readdirSync(folder).map((name) => fs.statSync(path.join(folder, name)).size));
  const cost = await measureCost(folder, scratch);
  fs.rmSync(folder, { recursive: true });
  return { ...cost, bytes };
}

const count = readCount();
checkFreeSpace(os.tmpdir(), count);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-scale-'));
try {
  console.log(machineLines());
  console.log(`${await besideYardstick(() => measureManyPhotos(count, scratch))}\n`);
  console.log(await besideYardstick(() => measureSizes(scratch)));
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
