// What a photo has of what the run wants: by its record, and by the files that are there.

import { findThumbnail, isThumbnailAt, type Move } from '../../files/thumbnails/thumbnail-folder.js';
import { thumbnailFile } from '../../files/thumbnails/thumbnail-name.js';
import type { Kept, Part } from '../../job.js';
import type { Digests, HeaderDigests } from '../../manifest/digests/digests.js';
import { hasAllWanted, type KeptEntry, type Match, matchRecord } from '../../manifest/digests/matching.js';
import type { DoneRecord } from '../../manifest/record.js';
import type { Layout } from '../../options/options.js';

/** What is wanted, and where it is to lie. */
export interface Wanted {
  /** Absolute path of the output folder. */
  readonly out: string;
  readonly layout: Layout;
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

  /** Whether a record is as this run would write it, and its thumbnails lie where they are to. */
  isAsWanted(record: DoneRecord): boolean {
    const { digests, out, layout, placeholder } = this.#wanted;
    return (
      (record.placeholder !== undefined) === placeholder &&
      hasAllWanted(record, this.#header, digests) &&
      record.thumbnails.every((entry) => isThumbnailAt(out, entry, layout))
    );
  }

  find(record: DoneRecord): FoundThumbnails {
    const { digests, out, layout } = this.#wanted;
    const { entries, standing } = matchRecord(record, this.#header, digests);
    const thumbnails: KeptEntry[] = [];
    const moves: Move[] = [];
    const missing: string[] = [];
    for (const [index, variant] of digests.wanted.entries()) {
      const entry = entries[index];
      const from = entry && findThumbnail(out, entry, layout);
      if (entry === undefined || from === undefined) {
        missing.push(variant);
        continue;
      }
      const to = thumbnailFile(entry.file, layout);
      thumbnails.push({ ...entry, file: to });
      if (from !== to) moves.push({ from, to });
    }
    const { placeholder } = this.#wanted.placeholder ? record : {};
    const kept = { thumbnails, moves, ...(placeholder === undefined ? {} : { placeholder }) };
    return { entries, standing, missing, kept };
  }

  /** What is still to be made; undefined for nothing. @param content Of the record, as `contentOf` has it. */
  missingPart({ missing, kept }: FoundThumbnails, content: string): Part | undefined {
    const placeholder = this.#wanted.placeholder && kept.placeholder === undefined;
    return missing.length === 0 && !placeholder ? undefined : { variants: missing, placeholder, content };
  }
}
