// Finds photos by their content in the merged manifest, whichever shard they are in: one that was moved has another name, and so mostly
// another shard.

import type { Layout } from '../../options/options.js';
import type { Digests } from '../digests/digests.js';
import { recordUnder } from '../digests/matching.js';
import type { ManifestHeader, ManifestRecord } from '../record.js';
import type { RecordIndex } from '../record-index.js';
import { liesElsewhere } from '../rewriting.js';

export interface MergedContentsOptions {
  /** Of the shard's manifest: records are found as that has them. */
  readonly header: ManifestHeader;
  readonly digests: Digests;
  /** Where thumbnails lie. */
  readonly layout: Layout | undefined;
}

/** As {@link RecordIndex} finds them. */
export class MergedContents {
  readonly #merged: RecordIndex;
  readonly #options: MergedContentsOptions;

  constructor(merged: RecordIndex, options: MergedContentsOptions) {
    this.#merged = merged;
    this.#options = options;
  }

  hasSize(bytes: number): boolean {
    return this.#merged.hasSize(bytes);
  }

  findContent(bytes: number, content: string): ManifestRecord | undefined {
    const found = this.#merged.findContent(bytes, content);
    const { header, digests, layout } = this.#options;
    // Such thumbnails are another shard's to move.
    if (found === undefined || (layout !== undefined && liesElsewhere(found, layout))) return undefined;
    return recordUnder(found, { from: this.#merged.header, to: header, digests });
  }

  close(): void {
    this.#merged.close();
  }
}
