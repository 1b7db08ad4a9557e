// Measures what the pipeline costs beyond the work on the images themselves, and prints Markdown. Linux: memory is read from /proc.
// Run: npm run bench:overhead [-- <folder of photos>]     without a folder: ./corpus, which is made if it is missing
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { xxhash128 } from 'hash-wasm';
import sharp from 'sharp';
import { isThumbnailName } from '../../src/files/thumbnails/thumbnail-name.js';
import { projectFolder } from '../bundling.js';
import {
  alternate,
  bundledScript,
  formatStatistics,
  machineLines,
  makeCorpus,
  thumbsCommand,
  timeProcess,
} from './measuring.js';
import { memoryField, sum } from './process-memory.js';
import { besideYardstick } from './yardstick.js';

const RUNS = 5;
const SHORT_RUNS = 15;

const SAMPLE_MS = 10;
const BYTES_PER_MIB = 2 ** 20;

function thumbsArguments(photos: string, out: string): string[] {
  return [thumbsCommand, photos, '-w', '2', '-o', out, '-q'];
}

/** Seconds of a run into a new folder, which is removed after the time is taken. */
async function timeRun(photos: string, scratch: string): Promise<number> {
  const out = fs.mkdtempSync(path.join(scratch, 'out-'));
  const seconds = await timeProcess(thumbsArguments(photos, out));
  fs.rmSync(out, { recursive: true });
  return seconds;
}

/** Seconds from the start of the command until the first thumbnail has its final name. */
async function timeFirstThumbnail(photos: string, scratch: string): Promise<number> {
  const out = fs.mkdtempSync(path.join(scratch, 'out-'));
  const published = new Promise<number>((resolve) => {
    const watcher = fs.watch(out, (_, name) => {
      if (name === null || !isThumbnailName(name)) return;
      watcher.close();
      resolve(performance.now());
    });
  });
  const startedAt = performance.now();
  const child = spawn(process.execPath, thumbsArguments(photos, out), { stdio: 'ignore' });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const failed = closed.then(() => Promise.reject(new Error('the command ended without a thumbnail')));
  const seconds = ((await Promise.race([published, failed])) - startedAt) / 1000;
  failed.catch(() => {}); // The command also ends after its first thumbnail.
  child.kill('SIGINT');
  await closed;
  fs.rmSync(out, { recursive: true });
  return seconds;
}

/** Peak resident memory of the main process, in bytes, in a run over `count` hard links to one small PNG in one folder. */
async function mainProcessPeak(count: number, scratch: string): Promise<number> {
  const folder = path.join(scratch, `links-${count}`);
  fs.mkdirSync(folder);
  const background = { r: 120, g: 90, b: 60 };
  await sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toFile(path.join(folder, '0.png'));
  for (let link = 1; link < count; link += 1)
    fs.linkSync(path.join(folder, '0.png'), path.join(folder, `${link}.png`));
  const child = spawn(process.execPath, thumbsArguments(folder, path.join(scratch, `out-${count}`)));
  let peak = 0;
  // VmHWM is the kernel's high-water mark: only the last sample counts.
  const sampling = setInterval(() => {
    peak = Math.max(peak, memoryField(child.pid, 'status', 'VmHWM'));
  }, SAMPLE_MS);
  child.on('exit', () => clearInterval(sampling));
  await new Promise((resolve) => child.on('close', resolve));
  return peak;
}

/** Milliseconds to hash one photo with XXH128 and with SHA-256. The first photo is the warm-up. */
async function timeHashes(photos: string, names: readonly string[]) {
  const files = names.map((name) => fs.readFileSync(path.join(photos, name))).values();
  let bytes = Buffer.alloc(0);
  const milliseconds = async (hash: () => unknown) => {
    const startedAt = performance.now();
    await hash();
    return performance.now() - startedAt;
  };
  return alternate(
    names.length - 1,
    () => {
      bytes = files.next().value ?? bytes;
      return milliseconds(() => xxhash128(bytes));
    },
    () => milliseconds(() => createHash('sha256').update(bytes).digest('hex')),
  );
}

function corpusFolder(): string {
  const [, , folder] = process.argv;
  if (folder !== undefined) return path.resolve(folder);
  const corpus = path.join(projectFolder, 'corpus');
  if (!fs.existsSync(corpus)) makeCorpus(corpus);
  return corpus;
}

async function measureOverhead(photos: string, plainSharp: string, scratch: string): Promise<string> {
  const names = fs.readdirSync(photos);
  const bytes = sum(names.map((name) => fs.statSync(path.join(photos, name)).size));
  const run = await alternate(
    RUNS,
    () => timeRun(photos, scratch),
    () => timeProcess([plainSharp, photos]),
  );
  const onePhoto = path.join(scratch, 'one');
  fs.mkdirSync(onePhoto);
  fs.copyFileSync(path.join(photos, names[0] ?? ''), path.join(onePhoto, 'photo.jpg'));
  const first = await alternate(
    SHORT_RUNS,
    () => timeFirstThumbnail(photos, scratch),
    () => timeProcess([plainSharp, onePhoto]),
  );
  const version = await alternate(
    SHORT_RUNS,
    () => timeProcess([thumbsCommand, '--version']),
    () => timeProcess(['-e', '0']),
  );
  const few = (await mainProcessPeak(2000, scratch)) / BYTES_PER_MIB;
  const many = (await mainProcessPeak(20_000, scratch)) / BYTES_PER_MIB;
  const hashes = await timeHashes(photos, names.slice(0, SHORT_RUNS + 1));
  const cells = ({ a, b, ratio }: typeof run, digits: number, ratioDigits: number) =>
    `${formatStatistics(a, digits)} | ${formatStatistics(b, digits)} | ${formatStatistics(ratio, ratioDigits)}`;
  return `- Corpus: ${names.length} files, ${(bytes / 1e6).toFixed(1)} MB
- Whole run: ${RUNS} counted runs; other times: ${SHORT_RUNS}. \`thumbs\` and its comparison alternate. Median (min to max)

| what | \`thumbs\` | comparison | ratio | target |
|---|--:|--:|--:|--:|
| whole run with 2 workers, s; one process with the same sharp calls, two in flight | ${cells(run, 2, 3)} | 1.10 |
| start of the command to first thumbnail on disk, s; one process that renders one photo and exits | ${cells(first, 3, 2)} | 0.45 |
| \`thumbs --version\`, s; \`node -e 0\` | ${cells(version, 3, 2)} | 0.12 |
| content hash of one photo, ms: XXH128; SHA-256 | ${cells(hashes, 2, 2)} | |
| peak of the main process, MiB: 20,000 small files in one folder; 2,000 | ${many.toFixed(1)} | ${few.toFixed(1)} | +${(many - few).toFixed(1)} MiB | 150, +20 MB |`;
}

const photos = corpusFolder();
const plainSharp = await bundledScript('overhead/plain-sharp');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-overhead-'));
try {
  console.log(machineLines());
  console.log(await besideYardstick(() => measureOverhead(photos, plainSharp, scratch)));
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
