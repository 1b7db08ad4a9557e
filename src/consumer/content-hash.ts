// XXH128 of a source's bytes: what tells two sources of the same size apart.

import { createRequire } from 'node:module';
import type HashWasm from 'hash-wasm';
import type { IHasher } from 'hash-wasm';
import { isRaw } from '../image/decoders/raw/recognition.js';
import type { ContentFacts } from '../manifest/record.js';

let hasher: Promise<IHasher> | undefined;

/** 32 hex digits, as `xxhsum -H2` prints them. */
export async function contentHash(...pieces: readonly Buffer[]): Promise<string> {
  hasher ??= createHasher();
  const hash = (await hasher).init();
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** What a record has of the content of a file that was read whole. */
export async function contentOfFile(file: Buffer): Promise<ContentFacts> {
  if (!isRaw(file)) return { sourceXxh128: await contentHash(file) };
  const pieces = hashedParts(file.length).map(({ offset, length }) => file.subarray(offset, offset + length));
  return partialContent(file.length, pieces);
}

/** Bytes of each of the three parts. */
const PART_BYTES = 65_536;

/**
 * The parts of a RAW file by which it is recognised: the first, the middle and the last 64 KiB, or a file of at most 192 KiB whole. Cameras
 * write time and serial numbers into the first, and no two pictures have the same sensor data.
 */
export function hashedParts(
  size: number,
): ReadonlyArray<{ readonly offset: number; readonly length: number }> {
  if (size <= 3 * PART_BYTES) return [{ offset: 0, length: size }];
  const offsets = [0, Math.floor((size - PART_BYTES) / 2), size - PART_BYTES];
  return offsets.map((offset) => ({ offset, length: PART_BYTES }));
}

/** XXH128 over the size, as 64 bits little-endian, and the {@link hashedParts}. */
export async function partialContent(size: number, parts: readonly Buffer[]): Promise<ContentFacts> {
  const sizeBytes = Buffer.alloc(8);
  sizeBytes.writeBigUInt64LE(BigInt(size));
  return { sourcePartialXxh128: await contentHash(sizeBytes, ...parts) };
}

/** Loaded for the first photo, and from the file of this one algorithm: the whole library takes 30 ms. */
function createHasher(): Promise<IHasher> {
  const library: Pick<typeof HashWasm, 'createXXHash128'> = createRequire(import.meta.url)(
    'hash-wasm/dist/xxhash128.umd.min.js',
  );
  return library.createXXHash128();
}
