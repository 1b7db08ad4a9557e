// How photos are divided into shards: by the hash of their names alone, so that every process finds the same without asking another.

import { createHash } from 'node:crypto';
import type { Shard } from '../../options/shard.js';
import { bytesOf } from '../../path-bytes.js';

const HASH_BYTES = 6;
const HASH_BITS = 48n;

/**
 * Whether a source is one of the shard's: the first 48 bits of the SHA-256 of its name, as a fraction of 2^48, lie in the shard's part of n
 * equal ones.
 * @param source As `sourceName` gives it; its bytes are hashed.
 */
export function isOfShard(source: string, { index, of }: Shard): boolean {
  const hash = createHash('sha256').update(bytesOf(source)).digest().readUIntBE(0, HASH_BYTES);
  // As integers: the product may have more bits than a JavaScript number.
  return Number((BigInt(hash) * BigInt(of)) >> HASH_BITS) === index - 1;
}
