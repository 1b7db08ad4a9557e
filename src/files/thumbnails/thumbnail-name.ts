// Names of thumbnails: the lower-case hex SHA-256 of the file's own bytes, and the extension of its format; and where they lie.
//
//     5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03.png         flat
//     58/5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03.webp     sharded
//
// A *name* is the part after the slash; a *file* is the path in the output folder, in either layout.

import type { Layout } from '../../options/options.js';
import { type OutputFormat, outputFormatNames, outputFormats } from '../../options/output-formats.js';

const DIGEST_DIGITS = 64;
const SHARD_DIGITS = 2;

const EXTENSIONS = outputFormatNames.map((format) => outputFormats[format].extension).join('|');

/** The source of an expression for a thumbnail's name, without a group. */
const THUMBNAIL_NAME = `[0-9a-f]{${DIGEST_DIGITS}}\\.(?:${EXTENSIONS})`;

/** The source of an expression for a thumbnail's file. Its group, which has this number in the whole expression, is the shard. */
export function thumbnailFileSource(layout: Layout | 'any', group: number): string {
  if (layout === 'flat') return `()${THUMBNAIL_NAME}`;
  const shard = `([0-9a-f]{${SHARD_DIGITS}})/(?=\\${group})`;
  return layout === 'sharded' ? `${shard}${THUMBNAIL_NAME}` : `(?:${shard})?${THUMBNAIL_NAME}`;
}

const NAME = new RegExp(`^${THUMBNAIL_NAME}$`);
const FILE = new RegExp(`^(?:[0-9a-f]{${SHARD_DIGITS}}/)?(${THUMBNAIL_NAME})$`);
const SHARD = new RegExp(`^[0-9a-f]{${SHARD_DIGITS}}$`);

export function thumbnailName(sha256: string, format: OutputFormat): string {
  return `${sha256}.${outputFormats[format].extension}`;
}

/** Whether a file's name is one that a thumbnail may have. */
export function isThumbnailName(name: string): boolean {
  return NAME.test(name);
}

/** Whether a path in the output folder, with `/`, is one that a thumbnail may have: its name, or that in the folder of its shard. */
export function isThumbnailFile(file: string): boolean {
  if (NAME.test(file)) return true;
  const name = FILE.exec(file)?.[1];
  return name !== undefined && file === sharded(name);
}

/** Whether a folder's name is that of a shard. */
export function isShardName(name: string): boolean {
  return SHARD.test(name);
}

/** The name in a thumbnail's file. */
export function nameOfFile(file: string): string {
  return file.slice(file.indexOf('/') + 1);
}

/** The shard that a thumbnail's file lies in; undefined for one in the output folder itself. */
export function shardOf(file: string): string | undefined {
  return file.includes('/') ? file.slice(0, SHARD_DIGITS) : undefined;
}

/** Whether a thumbnail's file lies where this layout has it. */
export function isInLayout(file: string, layout: Layout): boolean {
  return (shardOf(file) === undefined) === (layout === 'flat');
}

/** Where a thumbnail lies in this layout. @param file Its name, or its file in whatever layout. */
export function thumbnailFile(file: string, layout: Layout): string {
  const name = nameOfFile(file);
  return layout === 'flat' ? name : sharded(name);
}

function sharded(name: string): string {
  return `${name.slice(0, SHARD_DIGITS)}/${name}`;
}

/** Whether a thumbnail's name is made of this digest. */
export function hasDigest(name: string, sha256: string): boolean {
  return name.startsWith(`${sha256}.`);
}

/** The format that a thumbnail's file says; undefined for any other path. */
export function formatOfFile(file: string): OutputFormat | undefined {
  const name = FILE.exec(file)?.[1];
  if (name === undefined) return undefined;
  const extension = name.slice(DIGEST_DIGITS + 1);
  return outputFormatNames.find((format) => outputFormats[format].extension === extension);
}

/** A set of thumbnails' files, 32 bytes for each. Equal bytes have one format, so the digest and the layout are kept. */
export class ThumbnailSet {
  /** Strings, because a Set compares those by value. */
  readonly #flat = new Set<string>();
  readonly #sharded = new Set<string>();

  get size(): number {
    return this.#flat.size + this.#sharded.size;
  }

  /** @param file For which {@link isThumbnailFile} holds. */
  add(file: string): void {
    this.#of(file).add(packedDigest(file));
  }

  has(file: string): boolean {
    return this.#of(file).has(packedDigest(file));
  }

  #of(file: string): Set<string> {
    return shardOf(file) === undefined ? this.#flat : this.#sharded;
  }
}

function packedDigest(file: string): string {
  return Buffer.from(nameOfFile(file).slice(0, DIGEST_DIGITS), 'hex').toString('latin1');
}
