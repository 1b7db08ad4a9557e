// What a photo has of what the run wants: by its record, and by the files that are there.

import { thumbnailSize } from '../../files/thumbnails/thumbnail-folder.js';
import type { Kept, Part } from '../../job.js';
import type { Digests, HeaderDigests } from '../../manifest/digests/digests.js';
import { hasAllWanted, type KeptEntry, type Match, matchRecord } from '../../manifest/digests/matching.js';
import type { DoneRecord, ThumbnailEntry } from '../../manifest/record.js';

/** What is wanted, and where it lies. */
export interface Wanted {
  /** Absolute path of the output folder. */
  readonly out: string;
  readonly digests: Digests;
  readonly placeholder: boolean;
}

/** What a photo has. */
export interface FoundThumbnails extends Match {
  /** Names of the variants of which there is no thumbnail, or whose file is missing. */
  readonly missing: readonly string[];
  readonly kept: Kept;
}

export class WantedThumbnails {
  readonly #header: HeaderDigests;
  readonly #wanted: Wanted;

  /** @param header Of the manifest that has the records. */
  constructor(header: HeaderDigests, wanted: Wanted) {
    this.#header = header;
    this.#wanted = wanted;
  }

  /** Whether a record is as this run would write it, and its thumbnails are there. */
  isAsWanted(record: DoneRecord): boolean {
    const { digests, placeholder } = this.#wanted;
    return (
      (record.placeholder !== undefined) === placeholder &&
      hasAllWanted(record, this.#header, digests) &&
      record.thumbnails.every((entry) => this.#isThere(entry))
    );
  }

  find(record: DoneRecord): FoundThumbnails {
    const { digests } = this.#wanted;
    const { entries, standing } = matchRecord(record, this.#header, digests);
    const isThere = (entry: KeptEntry | undefined) => entry !== undefined && this.#isThere(entry);
    const missing = digests.wanted.filter((_, index) => !isThere(entries[index]));
    const thumbnails = entries.filter((entry) => entry !== undefined).filter(isThere);
    const { placeholder } = this.#wanted.placeholder ? record : {};
    const kept = { thumbnails, ...(placeholder === undefined ? {} : { placeholder }) };
    return { entries, standing, missing, kept };
  }

  /** What is still to be made; undefined for nothing. @param content Of the record, as `contentOf` has it. */
  missingPart({ missing, kept }: FoundThumbnails, content: string): Part | undefined {
    const placeholder = this.#wanted.placeholder && kept.placeholder === undefined;
    return missing.length === 0 && !placeholder ? undefined : { variants: missing, placeholder, content };
  }

  #isThere({ file, bytes }: Pick<ThumbnailEntry, 'file' | 'bytes'>): boolean {
    return thumbnailSize(this.#wanted.out, file) === bytes;
  }
}
