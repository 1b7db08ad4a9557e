// Runs whose consumers are on other hosts, with their workers: real commands around a real queue server.

import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFailed } from 'vitest';
import { command, damagedImages } from '../paths.js';
import { jpeg, temporaryFolder, writePhotos } from '../photos.js';
import type { TestRedis } from '../redis.js';
import { thumbs } from './command.js';
import { childrenOf, type Finished, type Started, start, suspend, until, untilWritten } from './processes.js';

const deadlyPhotos = new URL('../../fixtures/deadly-photos.js', import.meta.url);

/** The environment of processes whose consumers do what names of photos say (`fixtures/deadly-photos.js`). */
export const DEADLY: NodeJS.ProcessEnv = { NODE_OPTIONS: `--import=${deadlyPhotos}` };

export interface QueuePhotos {
  readonly folder: string;
  /** Of a run without a queue, which has ended. */
  readonly plain: string;
  readonly plainRun: Finished;
}

export interface QueuePhotosOptions {
  /** Further arguments of all runs. */
  readonly args?: readonly string[];
  /** Adds to the photos, in `photos` of the folder. */
  readonly add?: (photos: string) => unknown;
  /** The paths of all runs. */
  readonly paths?: readonly string[];
}

/** A folder with photos, one of them damaged and one a duplicate, and what a run without a queue makes of them. */
export async function queuePhotos(
  count: number,
  { args = [], add, paths = ['photos'] }: QueuePhotosOptions = {},
): Promise<QueuePhotos> {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  const [first = ''] = writePhotos(photos, count);
  if (first !== '') fs.copyFileSync(first, path.join(photos, 'twin.jpg'));
  fs.copyFileSync(path.join(damagedImages, 'zero-byte.jpg'), path.join(photos, 'zero-byte.jpg'));
  await add?.(photos);
  const plainRun = await thumbs([...paths, '-o', 'plain', '-w', '2', ...args], { cwd: folder });
  return { folder, plain: path.join(folder, 'plain'), plainRun };
}

/** Further photos that share no batch with others: they are larger. */
export function writeLargePhotos(folder: string, count: number, first = 0): string[] {
  fs.mkdirSync(folder, { recursive: true });
  const small = writePhotos(temporaryFolder(), first + count).slice(first);
  return small.map((file, index) => {
    const large = path.join(folder, `large-${first + index}.jpg`);
    // Behind the end of the image.
    fs.writeFileSync(large, Buffer.concat([fs.readFileSync(file), Buffer.alloc(1 << 16)]));
    return large;
  });
}

export interface QueueProcessOptions {
  readonly args?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Programs that start the command, and their arguments. */
  readonly prefix?: readonly string[];
  /** The command. @default the project's own */
  readonly program?: string;
}

function startCommand(line: readonly string[], options: QueueProcessOptions): Started {
  const { args = [], cwd, env, prefix = [], program = command } = options;
  const [first = '', ...others] = [...prefix, process.execPath, program, ...line, ...args];
  const started = start(first, others, { cwd, env });
  // What hosts have said to each other is what explains a failed test.
  onTestFailed(() => console.error(`${others.slice(1, 6).join(' ')}:\n${started.output.stderr}`));
  return started;
}

/** Starts `thumbs worker`, and resolves when it is ready: with one consumer, unless `args` say otherwise. */
export async function startWorker(
  redis: Pick<TestRedis, 'url'>,
  options: QueueProcessOptions = {},
): Promise<Started> {
  const worker = startCommand(['worker', redis.url, '-w', '1'], options);
  await untilWritten(worker, ' for runs on ');
  return worker;
}

/** Starts a run of `photos` that has no consumers of its own, and writes to `queue`, unless `args` say otherwise. */
export function startQueueRun(redis: Pick<TestRedis, 'url'>, options: QueueProcessOptions = {}): Started {
  return startCommand(['photos', '-o', 'queue', '-w', '0', '--queue', redis.url], options);
}

/** Every file below a folder with its bytes. */
export function contentOf(folder: string): Map<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => fs.lstatSync(path.join(folder, name)).isFile());
  return new Map(files.map((name) => [name, fs.readFileSync(path.join(folder, name), 'latin1')]));
}

/** Expects that two output folders have the same files, byte for byte: thumbnails, manifest, and nothing else. */
export function expectSameOutput(one: string, other: string): void {
  const [left, right] = [contentOf(one), contentOf(other)];
  // Names first: a message with all bytes would say nothing.
  expect([...left.keys()]).toEqual([...right.keys()]);
  expect(left.get('manifest.jsonl')?.split('\n')).toEqual(right.get('manifest.jsonl')?.split('\n'));
  const differing = [...left].filter(([name, bytes]) => right.get(name) !== bytes);
  expect(differing.map(([name]) => name)).toEqual([]);
}

/** Stops a worker, as a person does, and returns how it ended. */
export function stopWorker(worker: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<Finished> {
  worker.child.kill(signal);
  return worker.finished;
}

/** Stops workers, and expects that nothing is left in the server. */
export async function expectNothingLeft(redis: TestRedis, ...workers: readonly Started[]): Promise<void> {
  for (const { code } of await Promise.all(workers.map((worker) => stopWorker(worker))))
    expect(code).toBe(143);
  expect(await redis.keys()).toEqual([]);
}

/** Lets the photos `gate-*` of a folder pass. */
export function openGate(folder: string): void {
  fs.writeFileSync(path.join(folder, 'go'), '');
}

/** Suspends the consumers of a process, and returns a function that lets them continue. */
export async function suspendConsumers({ pid }: Started): Promise<() => void> {
  const consumers = childrenOf(pid);
  for (const consumer of consumers) await suspend(consumer);
  return () => {
    for (const consumer of consumers) process.kill(consumer, 'SIGCONT');
  };
}

/** Resolves when a process runs no more. */
export function untilGone(pids: readonly number[]): Promise<void> {
  return until(() => pids.every((pid) => !isRunning(pid)));
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** How many lines of a text have this. */
export function linesWith(text: string, part: string): number {
  return text.split('\n').filter((line) => line.includes(part)).length;
}

export interface GatedRun {
  readonly folder: string;
  readonly run: Started;
  readonly worker: Started;
  /**
   * Lets the run end, and expects that its output is that of a run without a queue and that nothing is left in the server.
   * @param workers Those that run then. @default the worker
   */
  readonly expectEnd: (...workers: readonly Started[]) => Promise<void>;
}

export interface GatedRunOptions {
  /** Of the run and its worker, where it is not the server itself. */
  readonly url?: string;
  readonly runArgs?: readonly string[];
  readonly workerArgs?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Photos of a {@link startGatedRun}, with the damaged one. */
export const GATED_PHOTOS = 49;

/** Adds photos that share no batch, and one at which a consumer waits for {@link openGate}. */
export async function addGate(photos: string): Promise<void> {
  writeLargePhotos(photos, 6, 50);
  fs.writeFileSync(path.join(photos, 'gate-1.jpg'), await jpeg(700));
}

/** Starts a run with one worker, and resolves when that has joined. One of its photos is not done until the test lets it: the run does not end. */
export async function startGatedRun(redis: TestRedis, options: GatedRunOptions = {}): Promise<GatedRun> {
  const { url = redis.url, runArgs = [], workerArgs = [], env } = options;
  const { folder, plain } = await queuePhotos(40, { add: addGate });
  const worker = await startWorker({ url }, { cwd: folder, env: { ...DEADLY, ...env }, args: workerArgs });
  const run = startQueueRun({ url }, { cwd: folder, args: ['-v', ...runArgs], env });
  await untilWritten(run, 'has joined');
  const expectEnd: GatedRun['expectEnd'] = async (...workers) => {
    openGate(folder);
    const { code, stderr } = await run.finished;
    expect([code, stderr]).toEqual([1, expect.stringContaining('1 failed (1 CORRUPT)')]);
    expect(linesWith(stderr, 'done ')).toBe(GATED_PHOTOS - 1);
    expectSameOutput(path.join(folder, 'queue'), plain);
    await expectNothingLeft(redis, ...(workers.length === 0 ? [worker] : workers));
  };
  return { folder, run, worker, expectEnd };
}
