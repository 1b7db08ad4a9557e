// Names of thumbnails: the lower-case hex SHA-256 of the file's own bytes, and the extension of its format.
//
//     5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03.png

import { type OutputFormat, outputFormats } from '../options/variant.js';

const DIGEST_DIGITS = 64;

/** The source of an expression for a thumbnail's name; its group is the extension. */
export const THUMBNAIL_NAME: string = `[0-9a-f]{${DIGEST_DIGITS}}\\.(${Object.values(outputFormats).join('|')})`;

const NAME = new RegExp(`^${THUMBNAIL_NAME}$`);

export function thumbnailName(sha256: string, format: OutputFormat): string {
  return `${sha256}.${outputFormats[format]}`;
}

/** Whether a file's name is one that a thumbnail may have. */
export function isThumbnailName(name: string): boolean {
  return NAME.test(name);
}

/** Whether a thumbnail's name is made of this digest. */
export function hasDigest(name: string, sha256: string): boolean {
  return name.startsWith(`${sha256}.`);
}

/** The format that a thumbnail's name says; undefined for any other name. */
export function formatOfName(name: string): OutputFormat | undefined {
  const extension = NAME.exec(name)?.[1];
  const formats = Object.keys(outputFormats) as OutputFormat[];
  return formats.find((format) => outputFormats[format] === extension);
}

/** A set of thumbnails' names, 32 bytes for each. The digest alone is kept: equal bytes have one format. */
export class ThumbnailSet {
  /** Strings, because a Set compares those by value. */
  readonly #digests = new Set<string>();

  get size(): number {
    return this.#digests.size;
  }

  /** @param file A name for which {@link isThumbnailName} holds. */
  add(file: string): void {
    this.#digests.add(packedDigest(file));
  }

  has(file: string): boolean {
    return this.#digests.has(packedDigest(file));
  }
}

function packedDigest(file: string): string {
  return Buffer.from(file.slice(0, DIGEST_DIGITS), 'hex').toString('latin1');
}
