// A shard of a run: one of n parts, into which photos are divided by their names.

import path from 'node:path';
import { expectedError } from '../errors.js';

/** `3/8` is the third of eight. */
export interface Shard {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

/** So many are merged with some 100 MB of memory. */
export const MAX_SHARDS = 10_000;

/** @throws {ThumbsError} `OPTION`, with what was expected and the value. */
export function resolveShard(value: unknown): Shard | undefined {
  if (value === undefined) return undefined;
  const found = typeof value === 'string' ? /^(\d{1,9})\/(\d{1,9})$/.exec(value) : null;
  const shard = { index: Number(found?.[1]), of: Number(found?.[2]) };
  if (isShard(shard)) return shard;
  throw expectedError('shard', `to be \`i/n\`, with i from 1 to n and n up to ${MAX_SHARDS}`, value);
}

/** Whether both numbers are those of a shard. */
export function isShard({ index, of }: Shard): boolean {
  const areIntegers = Number.isInteger(index) && Number.isInteger(of);
  return areIntegers && index >= 1 && index <= of && of <= MAX_SHARDS;
}

/** `3/8` */
export function shardName({ index, of }: Shard): string {
  return `${index}/${of}`;
}

/** The manifest of a shard, beside the one that all are merged to: `manifest-3-of-8.jsonl`. */
export function shardManifest(merged: string, { index, of }: Shard): string {
  const { dir, name, ext } = path.parse(merged);
  return path.join(dir, `${name}-${index}-of-${of}${ext}`);
}

const SHARD_MANIFEST = /^(?<stem>.*)-\d+-of-\d+(?<extension>\.[^.]*)?$/s;

/** The name of the manifest that a shard's is merged to, by the name of the shard's; undefined when it is called otherwise. */
export function mergedName(name: string): string | undefined {
  const { stem, extension = '' } = SHARD_MANIFEST.exec(name)?.groups ?? {};
  return stem === undefined ? undefined : stem + extension;
}
