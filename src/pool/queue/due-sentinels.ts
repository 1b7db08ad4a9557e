// The sentinels of the hosts of a run: each slot of each host that was joined when the photos were done passes one on. Those of a host that
// cannot are emitted here.

import { NO_USAGE, type Usage } from '../../job.js';
import type { Host } from './host-list.js';
import { DEAD_MS } from './server/run-registry.js';

/** After the grace of a drain, milliseconds in which hosts may still answer. */
const LATE_MS = 5000;

export class DueSentinels {
  readonly #emit: (usage: Usage) => void;
  /** By the id of a host: how many. */
  readonly #due = new Map<string, number>();
  #giveUpAt = Number.POSITIVE_INFINITY;
  /** Since when the server has been away. */
  #awaySince: number | undefined;

  /** @param emit Called for each sentinel. */
  constructor(emit: (usage: Usage) => void) {
    this.#emit = emit;
  }

  /** Whether all have been emitted. */
  get areDone(): boolean {
    return this.#due.size === 0;
  }

  /** Sentinels of all slots of these hosts are due from now on. */
  expect(hosts: readonly Host[]): void {
    for (const { id, consumers } of hosts) this.#due.set(id, consumers);
  }

  /** Hosts were told to end their running images within `graceMs`. */
  limit(graceMs: number): void {
    this.#giveUpAt = performance.now() + graceMs + LATE_MS;
  }

  /** @param slots How many; those without a usage have told none. */
  emit(usages: readonly Usage[], slots: number = usages.length): void {
    for (let slot = 0; slot < slots; slot += 1) this.#emit(usages[slot] ?? NO_USAGE);
  }

  /** Emits those of hosts that have passed theirs on, have gone, or are lost; and all when nothing can be heard any more. */
  update(hosts: readonly Host[], isServerAway: boolean): void {
    const now = performance.now();
    this.#awaySince = isServerAway ? (this.#awaySince ?? now) : undefined;
    const isDeaf = this.#awaySince !== undefined && now - this.#awaySince > DEAD_MS;
    for (const { id, sentinels, standing } of hosts) {
      const slots = this.#due.get(id);
      if (slots === undefined) continue;
      const isAwaited = sentinels === undefined && standing === 'joined';
      if (isAwaited && !isDeaf && now <= this.#giveUpAt) continue;
      this.#due.delete(id);
      this.emit(sentinels ?? [], slots);
    }
  }
}
