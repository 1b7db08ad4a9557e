// Shards of a run as processes of their own, and the merge of their manifests.

import path from 'node:path';
import { shardManifest } from '../../../src/options/shard.js';
import { outputInBytes } from '../output.js';
import { thumbs } from './command.js';
import type { Finished } from './processes.js';

/** What a sharded run is typed with. */
export interface ShardedRun {
  readonly cwd: string;
  /** The folder. */
  readonly out: string;
  /** As typed. @default `<out>/manifest.jsonl` */
  readonly manifest?: string;
  /** Paths and further options. */
  readonly args: readonly string[];
}

/** The options that say where the output is. */
export function placeOf({ out, manifest }: ShardedRun): string[] {
  return ['-o', out, ...(manifest === undefined ? [] : ['-m', manifest])];
}

/** The manifest of all photos, absolute. */
export function mergedOf({ cwd, out, manifest }: ShardedRun): string {
  return path.resolve(cwd, manifest ?? path.join(out, 'manifest.jsonl'));
}

export function manifestsOf(run: ShardedRun, of: number): string[] {
  return Array.from({ length: of }, (_, index) => shardManifest(mergedOf(run), { index: index + 1, of }));
}

/** One shard, with one consumer. */
export function runShard(run: ShardedRun, index: number, of: number): Promise<Finished> {
  return thumbs([...run.args, ...placeOf(run), '-w', '1', '--shard', `${index}/${of}`], { cwd: run.cwd });
}

/** All shards at once. */
export function runShards(run: ShardedRun, of: number): Promise<Finished[]> {
  return Promise.all(Array.from({ length: of }, (_, index) => runShard(run, index + 1, of)));
}

export function merge(run: ShardedRun, of: number, ...options: string[]): Promise<Finished> {
  return thumbs(['merge', ...manifestsOf(run, of), ...placeOf(run), ...options], { cwd: run.cwd });
}

/** {@link outputInBytes} of the run. */
export function outputOf(run: ShardedRun): ReturnType<typeof outputInBytes> {
  return outputInBytes(path.resolve(run.cwd, run.out), mergedOf(run));
}
