// Copies the pictures of a gallery, and the photos themselves where they are asked for.

import fs from 'node:fs';
import path from 'node:path';
import { isSystemError, systemCode } from '../errors.js';
import type { FilledFolder } from '../files/filled/filled-folder.js';
import type { ResolvedPlace } from '../options/options.js';
import { systemPath } from '../path-bytes.js';
import type { GalleryPhoto, Original, ThumbnailPicture } from './contents/photos.js';

/** Puts pictures and originals into the gallery. */
export class Pictures {
  /** How many photos were copied, or were there; and how many are not what the manifest has. */
  readonly originals: { copied: number; notCopied: number } = { copied: 0, notCopied: 0 };
  readonly #folder: FilledFolder;
  readonly #out: string;
  /** By path in the gallery: the thumbnail that it shows, and whether that is there. */
  readonly #known = new Map<string, { readonly thumbnail: string; readonly isThere: boolean }>();

  constructor(folder: FilledFolder, { out }: ResolvedPlace) {
    this.#folder = folder;
    this.#out = out;
  }

  /** The photo as it can be shown; undefined when a thumbnail is missing. */
  put(photo: GalleryPhoto): GalleryPhoto | undefined {
    const { small, larger, full, original } = photo;
    const pictures = [small, full, ...(larger === undefined ? [] : [larger])];
    // All of them, so that nothing of a photo is removed that is there.
    if (pictures.map((picture) => this.#putPicture(picture)).includes(false)) return undefined;
    if (original === undefined) return photo;
    const isThere = this.#putOriginal(original);
    this.originals[isThere ? 'copied' : 'notCopied'] += 1;
    return isThere ? photo : { ...photo, original: undefined };
  }

  /** @returns Whether the picture is in the gallery. */
  #putPicture({ file, thumbnail }: ThumbnailPicture): boolean {
    const known = this.#known.get(file);
    if (known !== undefined) {
      // Sixteen digits of a SHA-256.
      if (known.thumbnail !== thumbnail)
        throw new Error(`Two thumbnails for ${file}: ${known.thumbnail} and ${thumbnail}`);
      return known.isThere;
    }
    const content = path.basename(thumbnail).slice(0, 64);
    const isThere = this.#copy(file, path.join(this.#out, thumbnail), content);
    this.#known.set(file, { thumbnail, isThere });
    return isThere;
  }

  #putOriginal({ file, source, content, bytes, mtimeMs }: Original): boolean {
    try {
      const stats = fs.statSync(systemPath(source));
      if (!stats.isFile() || stats.size !== bytes || Math.floor(stats.mtimeMs) !== mtimeMs) return false;
      fs.accessSync(systemPath(source), fs.constants.R_OK);
    } catch (error) {
      if (isSystemError(error)) return false;
      throw error;
    }
    return this.#copy(file, systemPath(source), content);
  }

  /** @returns False when there is nothing to be copied. */
  #copy(file: string, from: string | Buffer, content: string): boolean {
    try {
      this.#folder.put(file, { from, as: 'copy', content });
      return true;
    } catch (error) {
      if (systemCode(error instanceof Error ? error.cause : undefined) === 'ENOENT') return false;
      throw error;
    }
  }
}
