// A walk of the producer by itself: without a pool, a manifest or a planner.

import fs from 'node:fs';
import path from 'node:path';
import { photoExtensions } from '../../../src/image/decoders/index.js';
import type { Job, Sentinel, Unchanged } from '../../../src/job.js';
import { defaultDecoding } from '../../../src/options/options.js';
import { type ProducerOptions, produce } from '../../../src/producer/producer.js';
import { findRoots } from '../../../src/producer/roots.js';
import { newWalkProgress, type WalkProgress } from '../../../src/producer/walk-progress.js';
import { makeTree, temporaryFolder } from '../photos.js';

/** A photo as the planner plans it without any record. */
export function plannedJob(path: string): Job {
  return { type: 'job', path, task: 'make', why: 'new', isLocal: true };
}

/** What becomes of a photo that was read, where none is on record: it is made. */
export function alwaysMake(job: Job): Job {
  return { ...job, task: 'make' };
}

/** Options of a walk that takes every photo, each as a job. */
export const plainWalk = {
  extensions: photoExtensions(defaultDecoding),
  otherExtensions: [],
  anyExtension: false,
  preferJpeg: undefined,
  ownFiles: undefined,
  plan: async (path: string): Promise<Job> => plannedJob(path),
  include: [],
  exclude: [],
  hidden: false,
  follow: false,
};

/** What a walk found in a tree. */
export interface Walked {
  /** The tree's folder. */
  readonly folder: string;
  /** Paths of the jobs from the tree's folder, sorted. */
  readonly files: string[];
  readonly sentinels: number;
  readonly progress: WalkProgress;
}

/** Makes a tree of empty files, walks `roots` of it and returns what was found. */
export async function walkTree(
  tree: readonly string[],
  roots: readonly string[],
  options: Partial<ProducerOptions> = {},
): Promise<Walked> {
  return walkFolder(makeTree(temporaryFolder(), tree), options, roots);
}

/** Walks `roots` of a folder and returns what was found. */
export async function walkFolder(
  folder: string,
  options: Partial<ProducerOptions> = {},
  roots: readonly string[] = ['p'],
): Promise<Walked> {
  const paths = roots.map((root) => path.join(folder, root));
  const { progress, items } = await startWalk(paths, {
    ...options,
    out: path.join(folder, options.out ?? 'out'),
  });
  const files: string[] = [];
  let sentinels = 0;
  for await (const item of items) {
    if (item.type === 'sentinel') sentinels += 1;
    else files.push(path.relative(folder, item.path));
  }
  return { folder, files: files.sort(), sentinels, progress };
}

/** Starts to walk `paths`. */
export async function startWalk(
  paths: readonly string[],
  {
    progress = newWalkProgress(),
    ...options
  }: Partial<ProducerOptions> & { out: string; progress?: WalkProgress },
): Promise<{ progress: WalkProgress; items: AsyncGenerator<Job | Unchanged | Sentinel> }> {
  const roots = await findRoots(paths, options.out);
  fs.mkdirSync(options.out, { recursive: true });
  return { progress, items: produce({ ...plainWalk, consumers: 1, ...options, roots }, progress) };
}
