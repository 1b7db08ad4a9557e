// XXH128 of a source's bytes: what tells two sources of the same size apart.

import { createRequire } from 'node:module';
import type HashWasm from 'hash-wasm';
import type { IHasher } from 'hash-wasm';

let hasher: Promise<IHasher> | undefined;

/** 32 hex digits, as `xxhsum -H2` prints them. */
export async function contentHash(bytes: Buffer): Promise<string> {
  hasher ??= createHasher();
  const hash = (await hasher).init();
  return hash.update(bytes).digest('hex');
}

/** Loaded for the first photo, and from the file of this one algorithm: the whole library takes 30 ms. */
function createHasher(): Promise<IHasher> {
  const library: Pick<typeof HashWasm, 'createXXHash128'> = createRequire(import.meta.url)(
    'hash-wasm/dist/xxhash128.umd.min.js',
  );
  return library.createXXHash128();
}
