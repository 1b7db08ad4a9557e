// The hosts of a run, as its main process sees them.

import type { HostNotice, HostStanding, Usage } from '../../job.js';
import type { HostEntry } from './messages.js';
import { readHostEntry } from './schemas.js';
import { Beats, DEAD_MS } from './server/run-registry.js';

/** One host. */
export interface Host {
  readonly id: string;
  /** Unique in the run. */
  readonly name: string;
  readonly standing: HostStanding;
  readonly consumers: number;
  readonly reason: string | undefined;
  /** What each of its slots has used, when all have passed their sentinels on. */
  readonly sentinels: readonly Usage[] | undefined;
}

export class HostList {
  readonly #hosts = new Map<string, Host>();
  readonly #beats = new Beats();
  readonly #ownName: string;
  #consumers = 0;

  /** @param ownName The name of the main process's own host, which is none of them. */
  constructor(ownName: string) {
    this.#ownName = ownName;
  }

  get all(): readonly Host[] {
    return [...this.#hosts.values()];
  }

  get joined(): readonly Host[] {
    return this.all.filter(({ standing }) => standing === 'joined');
  }

  /** Consumers of those that are joined. */
  get consumers(): number {
    return this.#consumers;
  }

  /** The name of a host; undefined if it was never seen. */
  nameOf(id: string): string | undefined {
    return this.#hosts.get(id)?.name;
  }

  /**
   * Takes what the server has of the hosts. Returns what has changed.
   * @param ms Time since the last call in which a beat should have come.
   */
  update(entries: Readonly<Record<string, string>>, ms: number): HostNotice[] {
    const found = new Map<string, HostEntry>();
    for (const [id, json] of Object.entries(entries)) {
      const entry = readHostEntry(json);
      if (entry !== undefined) found.set(id, entry);
    }
    const notices: HostNotice[] = [];
    for (const id of new Set([...found.keys(), ...this.#hosts.keys()])) {
      const entry = found.get(id);
      const before = this.#hosts.get(id);
      const isSilent = this.#beats.silence(id, entry?.beat ?? -1, ms) > DEAD_MS;
      const host = this.#next(id, entry, before, isSilent);
      if (host === undefined) continue;
      this.#hosts.set(id, host);
      if (isNews(host, before)) notices.push(noticeOf(host));
    }
    this.#consumers = this.joined.reduce((sum, { consumers }) => sum + consumers, 0);
    return notices;
  }

  #next(
    id: string,
    entry: HostEntry | undefined,
    before: Host | undefined,
    isSilent: boolean,
  ): Host | undefined {
    if (before?.standing === 'left' && entry === undefined) return before;
    if (isSilent) return before && { ...before, standing: before.standing === 'left' ? 'left' : 'lost' };
    // The server may have lost it: it writes it again.
    if (entry === undefined) return before;
    const { name, standing, consumers, reason, sentinels } = entry;
    return { id, name: before?.name ?? this.#unique(name, id), standing, consumers, reason, sentinels };
  }

  #unique(name: string, id: string): string {
    const isTaken = name === this.#ownName || this.all.some((host) => host.name === name);
    return isTaken ? `${name} (${id.slice(0, 8)})` : name;
  }
}

function isNews(host: Host, before: Host | undefined): boolean {
  return (
    before === undefined ||
    host.standing !== before.standing ||
    host.consumers !== before.consumers ||
    host.reason !== before.reason
  );
}

function noticeOf({ name, standing, consumers, reason }: Host): HostNotice {
  return { type: 'host', host: name, standing, consumers, ...(reason === undefined ? {} : { reason }) };
}
