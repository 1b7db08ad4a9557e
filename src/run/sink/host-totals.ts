// What each host of a run has done.

import type { HostNotice } from '../../job.js';
import type { HostFigures } from '../events.js';

interface Host {
  readonly name: string;
  consumers: number;
  standing: HostNotice['standing'];
  photos: number;
  /** Milliseconds in which it was joined, but for the present time. */
  earlierMs: number;
  /** Undefined while it is not joined. */
  joinedAt: number | undefined;
}

/** Milliseconds for which figures are good enough for a progress line. */
const FRESH_MS = 500;

export class HostTotals {
  readonly #hosts = new Map<string, Host>();
  #recent: { readonly at: number; readonly figures: HostFigures[] } | undefined;

  /** {@link figures} of the last half second; undefined where all consumers are on this host. */
  get recentFigures(): HostFigures[] | undefined {
    if (this.#hosts.size === 0) return undefined;
    const now = performance.now();
    if (this.#recent === undefined || now - this.#recent.at > FRESH_MS)
      this.#recent = { at: now, figures: this.figures };
    return this.#recent.figures;
  }

  onNotice({ host: name, standing, consumers }: HostNotice): void {
    const host = this.#of(name);
    const now = performance.now();
    if (host.joinedAt !== undefined) host.earlierMs += now - host.joinedAt;
    host.joinedAt = standing === 'joined' ? now : undefined;
    if (standing === 'joined' || host.consumers === 0) host.consumers = consumers;
    host.standing = standing;
  }

  /** @param name Of the host that has done it; undefined where there is only one. */
  onPhoto(name: string | undefined): void {
    if (name !== undefined) this.#of(name).photos += 1;
  }

  /** Of the hosts that have joined, in the order in which they did. */
  get figures(): HostFigures[] {
    const now = performance.now();
    const joined = [...this.#hosts.values()].filter((host) => host.photos > 0 || host.standing === 'joined');
    return joined.map(({ name, consumers, standing, photos, earlierMs, joinedAt }) => {
      const seconds = (earlierMs + (joinedAt === undefined ? 0 : now - joinedAt)) / 1000;
      const imagesPerSecond = seconds === 0 ? 0 : photos / seconds;
      return { host: name, standing, consumers, photos, seconds, imagesPerSecond };
    });
  }

  #of(name: string): Host {
    const found = this.#hosts.get(name);
    if (found !== undefined) return found;
    const host: Host = {
      name,
      consumers: 0,
      standing: 'joined',
      photos: 0,
      earlierMs: 0,
      joinedAt: undefined,
    };
    this.#hosts.set(name, host);
    return host;
  }
}
