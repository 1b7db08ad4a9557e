// Which photos share a batch: small ones do, because a message about one would take as long as its image.

import { isSmall } from '../small-jobs.js';
import type { GivenPhoto } from './in-flight.js';

/** bench.md, Hosts: with more, the last photos of a run are spread less evenly. */
const BATCH_PHOTOS = 32;

/** Milliseconds that an incomplete batch waits for further photos. */
const GATHER_MS = 5;

export class Batching {
  readonly #most: number;
  readonly #send: (photos: readonly GivenPhoto[]) => void;
  #gathered: GivenPhoto[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param most Small photos in a batch. @param send Called with each batch. */
  constructor(send: (photos: readonly GivenPhoto[]) => void, most: number = BATCH_PHOTOS) {
    this.#send = send;
    this.#most = most;
  }

  add(photo: GivenPhoto): void {
    if (!isSmall(photo.job)) {
      this.#send([photo]);
      return;
    }
    this.#gathered.push(photo);
    if (this.#gathered.length >= this.#most) this.#sendGathered();
    else this.#timer ??= setTimeout(() => this.#sendGathered(), GATHER_MS);
  }

  /** Forgets what was not sent. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered = [];
  }

  #sendGathered(): void {
    const photos = this.#gathered;
    this.clear();
    this.#send(photos);
  }
}
