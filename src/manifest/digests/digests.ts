// The digests of one run: what a thumbnail is made by, so that a record says whether it would be made otherwise now.
//
// A variant's digest covers its spec. A decoder's covers how its format is decoded, in two halves: the options that the decoder heeds, and
// every version that decides pixels. Failures have one of both.

import { createHash } from 'node:crypto';
import type { SourceFormat } from '../../image/decoders/index.js';

/** The versions of what decides pixels, by name: `sharp`, `libvips`, `heic libheif-js`. */
export type Versions = Readonly<Record<string, string | number>>;

/** What a manifest's header says of every record that does not say otherwise. */
export interface HeaderDigests {
  /** By the variant's name. */
  readonly variants: Readonly<Record<string, string>>;
  /** By `sourceFormat`. */
  readonly decoders: Readonly<Record<string, string>>;
  readonly failures: string;
  /** What the second halves stand for. */
  readonly versions: Versions;
}

/** What a thumbnail was made by. */
export interface Made {
  /** The variant's; of a thumbnail of version 1 that no variant of the run is, the digest that it had there. */
  readonly digest: string;
  /** The decoder's; {@link UNKNOWN_DECODER} for such a thumbnail. */
  readonly decoder: string;
}

/** The same, and the name of the variant. */
export interface MadeVariant extends Made {
  readonly variant: string;
}

/** In place of the digest of a decoder that nothing is known of. */
export const UNKNOWN_DECODER = '';

/** A version that has changed since thumbnails were made. */
export interface VersionChange {
  readonly what: string;
  /** Undefined when there was none. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** How what a record was made by compares with the run: the same; but for versions the same; other. */
export type Standing = 'current' | 'outdated' | 'other';

/** The value of a key that a file may have named: `constructor` is none unless it is there. */
export function ownValue<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** `parts`, in their order, as one digest of 64 hex digits. */
export function digestOf(parts: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const HALF = 32;

/** A digest of 64 hex digits whose first half is that of the options, and whose second is that of the versions. */
export function digestOfHalves(
  options: Readonly<Record<string, unknown>>,
  versions: Readonly<Record<string, unknown>>,
): string {
  return digestOf(options).slice(0, HALF) + digestOf(versions).slice(0, HALF);
}

/** Whether two digests of {@link digestOfHalves} have the same options. */
export function haveSameOptions(one: string, other: string): boolean {
  return one.slice(0, HALF) === other.slice(0, HALF);
}

/** What a run wants, and what it would make it by. */
export interface RunDigests extends HeaderDigests {
  /** The variants' names in the order in which they are asked for: an object has `1` before `a`. @default as `variants` has them */
  readonly wanted?: readonly string[];
  /** Formats that nothing here could make a thumbnail of, because a package is missing: what is there counts as current. */
  readonly unreadable: ReadonlySet<string>;
  /** Whether what differs in versions alone counts as current. */
  readonly keepVersions: boolean;
  /** What a thumbnail of version 1 was made by, as this version has it; undefined where no variant of the run is like it. */
  readonly ofVersion1: (digest: string, format: SourceFormat) => MadeVariant | undefined;
  /** The same for a failure. */
  readonly failureOfVersion1: (digest: string) => string | undefined;
}

export class Digests {
  readonly run: RunDigests;
  /** The name of each wanted variant, in their order. */
  readonly wanted: readonly string[];

  constructor(run: RunDigests) {
    this.run = run;
    this.wanted = run.wanted ?? Object.keys(run.variants);
  }

  /** The digest of a wanted variant. */
  ofVariant(name: string): string {
    return ownValue(this.run.variants, name) ?? '';
  }

  /** Whether a thumbnail of this decoder's digest would have the same pixels now. */
  standing(format: string, decoder: string): Standing {
    const now = ownValue(this.run.decoders, format);
    if (this.run.unreadable.has(format) || decoder === now) return 'current';
    return this.#standingBut(decoder, now);
  }

  standingOfFailure(digest: string): Standing {
    return digest === this.run.failures ? 'current' : this.#standingBut(digest, this.run.failures);
  }

  #standingBut(then: string, now: string | undefined): Standing {
    if (now === undefined || !haveSameOptions(then, now)) return 'other';
    return this.run.keepVersions ? 'current' : 'outdated';
  }

  /**
   * The header of a manifest that the run writes to. What counts as current although it was made by others stays as it was, so that its
   * records stay short and a later run knows the versions.
   */
  header(earlier: HeaderDigests | undefined): HeaderDigests {
    const { variants, decoders, failures, versions } = this.run;
    if (earlier === undefined) return { variants, decoders, failures, versions };
    const entries = Object.entries(decoders).map(([format, digest]) => {
      const before = ownValue(earlier.decoders, format);
      const isKept = before !== undefined && this.standing(format, before) === 'current';
      return [format, isKept ? before : digest] as const;
    });
    const keepsAny = entries.some(([format, digest]) => digest !== decoders[format]);
    return {
      variants,
      decoders: Object.fromEntries(entries),
      failures: this.standingOfFailure(earlier.failures) === 'current' ? earlier.failures : failures,
      versions:
        keepsAny && this.run.keepVersions
          ? earlier.versions
          : { ...versions, ...this.#keptVersions(earlier) },
    };
  }

  /** Those of formats that cannot be read here: their thumbnails stay. */
  #keptVersions({ versions }: HeaderDigests): Versions {
    const isKept = (name: string) => this.run.unreadable.has(name.slice(0, Math.max(0, name.indexOf(' '))));
    return Object.fromEntries(Object.entries(versions).filter(([name]) => isKept(name)));
  }

  /** Which versions are others than those of an earlier header. @param formats Whose thumbnails were found to be outdated. */
  changesSince({ versions: before }: HeaderDigests, formats: ReadonlySet<string>): VersionChange[] {
    const now = this.run.versions;
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    const isOfOthers = (name: string) => name.includes(' ') && !formats.has(name.slice(0, name.indexOf(' ')));
    return names
      .filter((name) => before[name] !== now[name] && !isOfOthers(name))
      .map((what) => ({ what, from: textOf(before[what]), to: textOf(now[what]) }));
  }
}

function textOf(version: string | number | undefined): string | undefined {
  return version === undefined ? undefined : String(version);
}
