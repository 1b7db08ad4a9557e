// Measures HEIC and RAW, and prints Markdown. Linux: what is read is counted by /proc.
// Run: npm run bench:formats [-- <folder of HEIC and RAW files>]     without a folder: files that the tests' writers make
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type FormatFiles, filesIn, makeFiles } from './formats/corpus.js';
import { countedRun } from './formats/counted-run.js';
import type { HeicFigures } from './formats/heic-probe.js';
import { bundledScript, formatStatistics, machineLines, statistics } from './measuring.js';
import { besideYardstick } from './yardstick.js';

const RUNS = 9;
const MEMORY_RUNS = 3;

/** Pixels of the photos whose memory is compared: one of a phone's usual size, and a very large one. */
const USUAL_PIXELS = 12e6;
const LARGE_PIXELS = 150e6;

/** RAW files are continued with zeros to this many bytes, as sparse files. */
const RAW_BYTES = 60e6;
/** The difference of two runs over this many files is free of what a run costs by itself. */
const FEW_RAWS = 4;
const MANY_RAWS = 44;
const RAW_RUNS = 3;

const BYTES_PER_MIB = 2 ** 20;

const probe = await bundledScript('formats/heic-probe');

function probeHeic(file: string, embedded: 'auto' | 'never'): HeicFigures {
  return JSON.parse(execFileSync(process.execPath, [probe, file, embedded, `${RUNS}`], { encoding: 'utf8' }));
}

interface MeasuredHeic {
  readonly file: string;
  readonly auto: HeicFigures;
  readonly full: HeicFigures;
}

function heicRow({ file, auto, full }: MeasuredHeic): string {
  const cells = [
    path.basename(file),
    (full.pixels / 1e6).toFixed(1),
    auto.isEmbedded ? formatStatistics(auto.later, 1) : '',
    formatStatistics(full.later, 0),
    full.alone === undefined ? '' : formatStatistics(full.alone.milliseconds, 0),
    full.alone === undefined ? '' : formatStatistics(full.alone.ratio, 2),
    startOf(auto.isEmbedded ? auto : full).toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What the first picture of a process takes more than later ones. The smaller the picture, the less is in it but the start. */
function startOf({ first, later }: HeicFigures): number {
  return first - later.median;
}

function heicTable(heics: readonly MeasuredHeic[]): string {
  return `A thumbnail of 200x200, from bytes in memory to a PNG in memory; milliseconds, ${RUNS} runs of each file after a warm-up (3 where one takes over 3 s). The decoder
alone decodes each tile and does nothing with it; it alternates with the full picture. Targets: 15 ms from the embedded picture, a ratio of 1.1.

| file | megapixels | embedded picture | full picture | decoder alone | ratio | start of the decoder, once |
|---|--:|--:|--:|--:|--:|--:|
${heics.map(heicRow).join('\n')}`;
}

/** Medians of the peak of a run over one photo alone, in its full size. */
function peakMemory(file: string, scratch: string): number {
  const folder = fs.mkdtempSync(path.join(scratch, 'one-'));
  fs.copyFileSync(file, path.join(folder, path.basename(file)));
  const peaks = Array.from(
    { length: MEMORY_RUNS },
    () => countedRun(folder, scratch, ['--embedded', 'never', '--timeout', '300']).peakMemory,
  );
  return statistics(peaks).median / BYTES_PER_MIB;
}

function memoryTable(heics: readonly MeasuredHeic[], scratch: string): string {
  const byDistance = heics.toSorted(
    (a, b) => Math.abs(a.full.pixels - USUAL_PIXELS) - Math.abs(b.full.pixels - USUAL_PIXELS),
  );
  const [usual] = byDistance;
  const large = byDistance.at(-1);
  if (usual === undefined || large === undefined || large.full.pixels < LARGE_PIXELS)
    return 'No picture of 150 megapixels or more: memory was not compared.';
  const [few, many] = [peakMemory(usual.file, scratch), peakMemory(large.file, scratch)];
  return `Peak of the resident memory of the command and its consumer, one photo, \`--embedded never\`; median of ${MEMORY_RUNS} runs. Target: 100 MB more.

| photo | megapixels | MiB |
|---|--:|--:|
${[usual, large].map((heic, index) => `| ${path.basename(heic.file)} | ${(heic.full.pixels / 1e6).toFixed(1)} | ${(index === 0 ? few : many).toFixed(0)} |`).join('\n')}
| difference | | ${(many - few).toFixed(0)} |`;
}

function rawFolder(file: string, count: number, scratch: string): string {
  const folder = fs.mkdtempSync(path.join(scratch, 'raw-'));
  for (let index = 0; index < count; index += 1) {
    const copy = path.join(folder, `${index}${path.extname(file)}`);
    fs.copyFileSync(file, copy);
    fs.chmodSync(copy, 0o644);
    fs.truncateSync(copy, Math.max(RAW_BYTES, fs.statSync(copy).size));
  }
  return folder;
}

function rawRow(file: string, scratch: string): string {
  const [few, many] = [FEW_RAWS, MANY_RAWS].map((count) => rawFolder(file, count, scratch));
  if (few === undefined || many === undefined) throw new Error('two folders are measured');
  const milliseconds: number[] = [];
  const kilobytes: number[] = [];
  let failed = 0;
  for (let run = 0; run < RAW_RUNS; run += 1) {
    const [one, other] = [countedRun(few, scratch), countedRun(many, scratch)];
    failed = other.failed;
    milliseconds.push((1000 * (other.seconds - one.seconds)) / (MANY_RAWS - FEW_RAWS));
    kilobytes.push((other.bytesRead - one.bytesRead) / (MANY_RAWS - FEW_RAWS) / 1000);
  }
  for (const folder of [few, many]) fs.rmSync(folder, { recursive: true });
  const name = path.basename(file) + (failed === 0 ? '' : ', which has no usable preview');
  return `| ${name} | ${formatStatistics(statistics(kilobytes), 1)} | ${formatStatistics(statistics(milliseconds), 1)} |`;
}

function rawTable(files: readonly string[], scratch: string): string {
  return `Each RAW file, continued with zeros to ${RAW_BYTES / 1e6} MB: what ${MANY_RAWS} copies cost more than ${FEW_RAWS}, divided by their
number; the whole command with one consumer, ${RAW_RUNS} runs. Read: everything that its processes read, the preview itself included.

| file | kB read | ms |
|---|--:|--:|
${files.map((file) => rawRow(file, scratch)).join('\n')}`;
}

const [, , folder] = process.argv;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-formats-'));
try {
  const files: FormatFiles = folder === undefined ? await makeFiles(scratch) : filesIn(path.resolve(folder));
  console.log(`${machineLines()}
- Corpus: ${files.heics.length} HEIC and ${files.raws.length} RAW files, ${folder === undefined ? "of the tests' writers" : 'given'}. Median (min to max)\n`);
  if (files.heics.length > 0) {
    const report = await besideYardstick(() => {
      const heics = files.heics.map((file) => ({
        file,
        auto: probeHeic(file, 'auto'),
        full: probeHeic(file, 'never'),
      }));
      return `${heicTable(heics)}\n\n${memoryTable(heics, scratch)}\n`;
    });
    console.log(report);
  }
  if (files.raws.length > 0) console.log(await besideYardstick(() => rawTable(files.raws, scratch)));
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
