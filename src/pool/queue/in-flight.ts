// The photos that a run has given to the queue and that are not finished, and the batches in which they are there.

import type { Job } from '../../job.js';

/** A photo that was given out. */
export interface GivenPhoto {
  readonly id: number;
  readonly job: Job;
  /** Whether the photo is not expected to be there any more, so that any host may report it as unreadable. */
  readonly mayBeGone: boolean;
}

interface SentBatch {
  readonly ids: readonly number[];
  /** Checks in a row in which the server did not have it. */
  missing: number;
}

/** Once may be chance: its result is on its way. */
const MISSING_CHECKS = 2;

export class InFlight {
  readonly #photos = new Map<number, GivenPhoto>();
  readonly #batches = new Map<string, SentBatch>();
  readonly #prefix: string;
  #nextPhoto = 0;
  #nextBatch = 0;

  /** @param prefix Of the ids of batches, which the server must not know from elsewhere. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Photos that are not finished. */
  get size(): number {
    return this.#photos.size;
  }

  get batchIds(): Iterable<string> {
    return this.#batches.keys();
  }

  add(job: Job): GivenPhoto {
    const photo = { id: this.#nextPhoto++, job, mayBeGone: false };
    this.#photos.set(photo.id, photo);
    return photo;
  }

  find(id: number): GivenPhoto | undefined {
    return this.#photos.get(id);
  }

  /** The photo is gone here: any host may say that it is not there. */
  markAsGone(photo: GivenPhoto): GivenPhoto {
    const marked = { ...photo, mayBeGone: true };
    this.#photos.set(photo.id, marked);
    return marked;
  }

  finish(id: number): void {
    this.#photos.delete(id);
  }

  /** The id of a further batch with these photos. */
  addBatch(photos: readonly GivenPhoto[]): string {
    const id = `${this.#prefix}-${this.#nextBatch++}`;
    this.#batches.set(id, { ids: photos.map((photo) => photo.id), missing: 0 });
    return id;
  }

  /** The batch has ended: those of its photos that are not finished. */
  endBatch(id: string): GivenPhoto[] {
    const photos = this.#batches.get(id)?.ids.flatMap((photo) => this.#photos.get(photo) ?? []) ?? [];
    this.#batches.delete(id);
    return photos;
  }

  /** The ids of batches that the server has not had for some time, and whose results have not come. */
  lost(present: ReadonlySet<string>): string[] {
    const lost: string[] = [];
    for (const [id, batch] of this.#batches) {
      batch.missing = present.has(id) ? 0 : batch.missing + 1;
      if (batch.missing >= MISSING_CHECKS) lost.push(id);
    }
    return lost;
  }
}
