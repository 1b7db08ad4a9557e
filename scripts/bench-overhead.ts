// Measures what the pipeline itself costs, and prints it as Markdown. Linux: memory is read from /proc.
// Run: npm run bench:overhead [-- <folder of photos>]     without a folder ./corpus is used, and made when it is missing
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { xxhash128 } from 'hash-wasm';
import sharp from 'sharp';
import { compileScript, inTurn, machine, shown, time } from './measuring.js';

const RUNS = 5;
const SHORT_RUNS = 15;

const project = fileURLToPath(new URL('..', import.meta.url));
const command = path.join(project, 'bin/thumbs.js');
const plain = await compileScript('plain-sharp');

/** A run of the command into a fresh folder, which is removed outside of the time. */
async function wholeRun(photos: string, scratch: string): Promise<number> {
  const out = fs.mkdtempSync(path.join(scratch, 'out-'));
  const seconds = await time([command, photos, '-w', '2', '-o', out, '-q']);
  fs.rmSync(out, { recursive: true });
  return seconds;
}

/** Seconds from the start of the command until a thumbnail has its name. */
async function firstThumbnail(photos: string, scratch: string): Promise<number> {
  const out = fs.mkdtempSync(path.join(scratch, 'out-'));
  const seen = new Promise<number>((resolve) => {
    const watcher = fs.watch(out, (_, name) => {
      if (name?.endsWith('.png') !== true) return;
      watcher.close();
      resolve(performance.now());
    });
  });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [command, photos, '-w', '2', '-o', out, '-q'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const failed = ended.then(() => Promise.reject(new Error('the command ended without a thumbnail')));
  const seconds = ((await Promise.race([seen, failed])) - startedAt) / 1000;
  failed.catch(() => {}); // The command ends after its first thumbnail too.
  child.kill('SIGINT');
  await ended;
  fs.rmSync(out, { recursive: true });
  return seconds;
}

/** Largest resident memory of the main process, in MB, over a run of `count` hard links to one small PNG in one folder. */
async function mainMemory(count: number, scratch: string): Promise<number> {
  const folder = path.join(scratch, `links-${count}`);
  fs.mkdirSync(folder);
  const background = { r: 120, g: 90, b: 60 };
  await sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toFile(path.join(folder, '0.png'));
  for (let link = 1; link < count; link += 1)
    fs.linkSync(path.join(folder, '0.png'), path.join(folder, `${link}.png`));
  const child = spawn(process.execPath, [
    command,
    folder,
    '-w',
    '2',
    '-o',
    path.join(scratch, `out-${count}`),
    '-q',
  ]);
  let peak = 0;
  // The kernel keeps the high-water mark, so the last look before the end has it.
  const look = setInterval(() => {
    const kilobytes = /VmHWM:\s*(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
  }, 10);
  child.on('exit', () => clearInterval(look));
  await new Promise((resolve) => child.on('close', resolve));
  return peak;
}

/** Milliseconds to hash each of some photos, in both ways. */
async function hashing(photos: string, names: readonly string[]) {
  const files = names.map((name) => fs.readFileSync(path.join(photos, name))).values();
  let bytes = Buffer.alloc(0);
  const timed = async (hash: () => unknown) => {
    const startedAt = performance.now();
    await hash();
    return performance.now() - startedAt;
  };
  return inTurn(
    names.length - 1,
    () => {
      bytes = files.next().value ?? bytes;
      return timed(() => xxhash128(bytes));
    },
    () => timed(() => createHash('sha256').update(bytes).digest('hex')),
  );
}

function corpus(): string {
  const named = process.argv[2];
  if (named !== undefined) return path.resolve(named);
  const folder = path.join(project, 'corpus');
  const tsx = path.join(project, 'node_modules/.bin/tsx');
  if (!fs.existsSync(folder))
    execFileSync(tsx, [path.join(project, 'scripts/make-corpus.ts'), folder], { stdio: 'inherit' });
  return folder;
}

const photos = corpus();
const names = fs.readdirSync(photos);
const sizes = names.map((name) => fs.statSync(path.join(photos, name)).size);
const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-overhead-'));
try {
  const whole = await inTurn(
    RUNS,
    () => wholeRun(photos, scratch),
    () => time([plain, photos]),
  );
  const onePhoto = path.join(scratch, 'one');
  fs.mkdirSync(onePhoto);
  fs.copyFileSync(path.join(photos, names[0] ?? ''), path.join(onePhoto, 'photo.jpg'));
  const first = await inTurn(
    SHORT_RUNS,
    () => firstThumbnail(photos, scratch),
    () => time([plain, onePhoto]),
  );
  const version = await inTurn(
    SHORT_RUNS,
    () => time([command, '--version']),
    () => time(['-e', '0']),
  );
  const [few, many] = [await mainMemory(2000, scratch), await mainMemory(20_000, scratch)];
  const hashes = await hashing(photos, names.slice(0, SHORT_RUNS + 1));
  console.log(`${machine()}
- Corpus: ${sizes.length} files, ${megabytes.toFixed(1)} MB
- ${RUNS} counted runs of the whole job and ${SHORT_RUNS} of the short ones, each pair in turn; median (min to max)

| what | this program | for comparison | ratio | to reach |
|---|--:|--:|--:|--:|
| whole job with 2 workers, s; one process, same sharp calls, two in flight | ${shown(whole.a, 2)} | ${shown(whole.b, 2)} | ${shown(whole.ratio, 3)} | 1.10 |
| command line to first thumbnail on disk, s; one process that renders one photo and ends | ${shown(first.a, 3)} | ${shown(first.b, 3)} | ${shown(first.ratio, 2)} | 0.45 |
| \`thumbs --version\`, s; \`node -e 0\` | ${shown(version.a, 3)} | ${shown(version.b, 3)} | ${shown(version.ratio, 2)} | 0.12 |
| content hash of one photo, ms: XXH128; SHA-256 | ${shown(hashes.a, 2)} | ${shown(hashes.b, 2)} | ${shown(hashes.ratio, 2)} | |
| main process, 20,000 small files in one folder, MB; 2,000 | ${many.toFixed(1)} | ${few.toFixed(1)} | +${(many - few).toFixed(1)} MB | 150, +20 MB |`);
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
