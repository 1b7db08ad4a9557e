// What the tests share: the real command as a process, real folders, and the invariants of every run.

import { createHook } from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type ManifestRecord, readManifest, type ThumbsEvent } from 'thumbs-pipeline';
import { expect, onTestFinished } from 'vitest';
import { photoExtensions } from '../src/image/decoders/index.js';
import type { Job } from '../src/job.js';

export const projectFolder: string = fileURLToPath(new URL('..', import.meta.url));
export const command: string = path.join(projectFolder, 'bin/thumbs.js');
export const sampleImages: string = path.join(projectFolder, 'sample-images');
export const damagedImages: string = path.join(projectFolder, 'test/fixtures/images');

/** A photo as the planner gives it when nothing is known of it. */
export function plannedJob(path: string): Job {
  return { type: 'job', path, task: 'make', why: 'new' };
}

/** Rules of a walk that takes every photo and tells nobody of anything. */
export const plainWalk = {
  extensions: photoExtensions,
  plan: async (path: string): Promise<Job> => plannedJob(path),
  include: [],
  exclude: [],
  hidden: false,
  follow: false,
};

/** How a process ended and what it wrote. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

// Every process that a test starts inherits it, and so do the consumers of those; by it the last of them is found.
const MARK = `THUMBS_TEST=${process.pid}`;
process.env.THUMBS_TEST = String(process.pid);

/** Process ids of all that the tests of this file have started and that still run, as Linux tells them. */
export function processesLeft(): number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (Number.isNaN(pid)) return [];
    try {
      const environment = fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      return environment.includes(MARK) && !isZombie(pid) ? [pid] : [];
    } catch {
      return []; // It is gone, or another user's.
    }
  });
}

function isZombie(pid: number): boolean {
  return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('Z') === true;
}

/** Resolves when `isTrue` says so; the test's own time limits it. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A folder of this test's own, removed after it. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-test-'));
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Starts a program; `finished` settles when it has ended and its output is read. */
export function start(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    env: { ...process.env, ...options.env },
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  // A test that failed leaves nothing behind for the next.
  onTestFinished(() => {
    for (const pid of processesLeft()) process.kill(pid, 'SIGKILL');
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, finished };
}

/** Runs the real command to its end. */
export function thumbs(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  return start(process.execPath, [command, ...args], options).finished;
}

/** Runs the command without the right to read and write everything, which root has otherwise. */
export function unprivileged(args: readonly string[], options: { cwd?: string } = {}): Promise<Finished> {
  if (process.getuid?.() !== 0) return thumbs(args, options);
  const drop = ['--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-all'];
  return start('setpriv', [...drop, process.execPath, command, ...args], options).finished;
}

/** Runs the real command with `--json` to its end, and returns what it told. */
export async function told<Event extends { readonly type: string } = ThumbsEvent>(
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<{ code: number | null; stderr: string; events: Event[] }> {
  const { code, stdout, stderr } = await thumbs([...args, '--json'], options);
  const lines = stdout.trimEnd().split('\n').filter(Boolean);
  return { code, stderr, events: lines.map((line) => JSON.parse(line)) };
}

/** What a run told of each photo, by its own name: `unchanged`, `done`, `failed CORRUPT`, ... */
export function fates(events: readonly ThumbsEvent[]): Record<string, string> {
  const words = (event: ThumbsEvent) => {
    if (event.type === 'done') return 'done';
    if (event.type === 'unchanged') return event.identified ? 'identified' : 'unchanged';
    return event.type === 'failed' ? `${event.known ? 'known' : 'failed'} ${event.record.error.code}` : '';
  };
  return Object.fromEntries(
    events.flatMap((event) =>
      words(event) !== '' && 'path' in event ? [[path.basename(event.path), words(event)]] : [],
    ),
  );
}

/** Starts the real command, and resolves when its first photo is done. `prefix` is what it is started by. */
export async function startRun(
  args: readonly string[],
  { cwd, prefix = [] }: { cwd: string; prefix?: readonly string[] },
): Promise<{ child: ChildProcess; finished: Promise<Finished> }> {
  const [program = '', ...line] = [...prefix, process.execPath, command, ...args, '--verbose'];
  const run = start(program, line, { cwd });
  await new Promise<void>((resolve) =>
    run.child.stderr?.on('data', (text) => String(text).includes('done ') && resolve()),
  );
  return run;
}

/** How many processes this one starts while `work` is done. */
export async function forksOf(work: () => Promise<void>): Promise<number> {
  let forks = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROCESSWRAP') forks += 1;
    },
  }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return forks;
}

/** Process ids of the children of a process, as Linux tells them. */
export function childrenOf(pid: number): number[] {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

/** A JPEG of one colour and some detail, `seed` making it differ from others. */
export function jpeg(seed: number, width = 320, height = 240): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (seed * 37 + at * (1 + (seed % 5))) & 0xff;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}

/** An AVIF of 9 megapixels: its decoding takes about a second, and 190 MB. */
export function slowImage(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 120, sigma: 15 } as const;
  const create = { width: 3600, height: 2500, channels: 3, background: 'grey', noise } as const;
  return sharp({ create }).avif({ effort: 0 }).toBuffer();
}

/** Resident memory of a process, as Linux tells it; 0 when it is gone. */
export function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Writes `count` different photos into `folder` and returns their paths. */
export async function writePhotos(folder: string, count: number): Promise<string[]> {
  fs.mkdirSync(folder, { recursive: true });
  const files = Array.from({ length: count }, (_, index) => path.join(folder, `photo-${index + 1}.jpg`));
  await Promise.all(files.map(async (file, index) => fs.writeFileSync(file, await jpeg(index))));
  return files;
}

/** A folder of this test's own with `files`, different photos, in `photos`; a run there writes to `out`. */
export async function photoFolder(count: number): Promise<{ folder: string; out: string; files: string[] }> {
  const folder = temporaryFolder();
  const files = await writePhotos(path.join(folder, 'photos'), count);
  return { folder, out: path.join(folder, 'thumbnails'), files };
}

/** A file's bytes with the one at `at` changed. */
export function mutate(file: string, at: number): void {
  const bytes = fs.readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(file, bytes);
}

/** Every entry below a folder, with what tells whether it was written: size, time and inode, and its bytes. */
export function snapshot(folder: string): Map<string, string> {
  const entries = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    entries.map((name) => {
      const stats = fs.lstatSync(path.join(folder, name));
      const bytes = stats.isFile() ? fs.readFileSync(path.join(folder, name), 'latin1') : '';
      return [name, `${stats.ino} ${stats.mtimeMs} ${stats.mode} ${bytes}`];
    }),
  );
}

/** The manifest of an output folder. */
export function recordsIn(out: string): ManifestRecord[] {
  return [...readManifest(path.join(out, 'manifest.jsonl'))];
}

/** Longer than a loaded machine takes for a photo. */
const STILL_MS = 1500;

/** Resolves with the number of records when a run into `out` has some, and gets no further. */
export async function standstill(out: string): Promise<number> {
  const count = () => (fs.existsSync(path.join(out, 'manifest.jsonl')) ? recordsIn(out).length : 0);
  await until(() => count() > 0);
  let records = 0;
  while (records !== count()) {
    records = count();
    await new Promise((resolve) => setTimeout(resolve, STILL_MS));
  }
  return records;
}

/** The thumbnail of the photo with this name of its own; a file that is not there when it has none. */
export function thumbnailOf(out: string, name: string): string {
  const record = recordsIn(out).find(({ source }) => path.basename(source) === name);
  return path.join(out, record?.status === 'done' ? record.thumbnails[0].file : 'none');
}

/** The failed records of an output folder as `[source's own name, code, message]`. */
export function failuresIn(out: string): Array<[name: string, code: string, message: string]> {
  return recordsIn(out).flatMap((record) =>
    record.status === 'failed'
      ? [[path.basename(record.source), record.error.code, record.error.message]]
      : [],
  );
}

/**
 * The invariants of every finished run: one record a source, sorted, and what {@link expectWhole} says; no process is
 * left, no temporary file and no lock.
 */
export async function expectSound(out: string): Promise<void> {
  const sources = recordsIn(out).map(({ source }) => source);
  expect(sources).toEqual([...new Set(sources)].sort());
  expect(processesLeft()).toEqual([]);
  // Temporary files and locks are hidden ones.
  expect(fs.readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
  await expectWhole(out);
}

const THUMBNAIL = /^[0-9a-f]{64}\.png$/;

/**
 * What holds after any end of a run, even a sudden one: every file under a thumbnail's name decodes and has the SHA-256 of
 * its bytes as its name, and every thumbnail that a record names is there as the record says.
 */
export async function expectWhole(out: string): Promise<void> {
  const found = new Map<string, { bytes: number; width: number; height: number }>();
  for (const file of fs.readdirSync(out).filter((name) => THUMBNAIL.test(name))) {
    const png = fs.readFileSync(path.join(out, file));
    expect(`${createHash('sha256').update(png).digest('hex')}.png`).toBe(file);
    const { info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    found.set(file, { bytes: png.length, width: info.width, height: info.height });
  }
  for (const record of recordsIn(out)) {
    if (record.status === 'failed') continue;
    for (const { file, ...facts } of record.thumbnails)
      expect({ file, ...found.get(file) }).toEqual({ file, ...facts });
  }
}
