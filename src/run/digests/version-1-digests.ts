// The digests that version 1 of the manifest had of its one variant, so that thumbnails of that version are known again.

import { decoders, type SourceFormat } from '../../image/decoders/index.js';
import type { RendererVersion } from '../../image/renderer-version.js';
import { digestOf } from '../../manifest/digests/digests.js';
import { VERSION_1_VERSIONS } from '../../manifest/digests/version-1.js';
import { type DecodingOptions, defaultDecoding } from '../../options/options.js';
import type { Variant } from '../../options/variant.js';

/** What a digest of version 1 stands for. */
export interface FoundVersion1 {
  readonly variant: Variant;
  /** Whether the versions were those of today, and not those of the last release that wrote version 1. */
  readonly isCurrent: boolean;
}

export class Version1Digests {
  readonly #variants: readonly Variant[];
  readonly #decoding: DecodingOptions;
  readonly #renderers: readonly [now: RendererVersion, then: RendererVersion];
  /** By format, and in it by digest; filled when first needed. */
  readonly #found = new Map<SourceFormat, ReadonlyMap<string, FoundVersion1>>();

  /** @param renderers Of today, and of the last release that wrote version 1. */
  constructor(
    variants: readonly Variant[],
    decoding: DecodingOptions,
    renderers: readonly [now: RendererVersion, then: RendererVersion],
  ) {
    this.#variants = variants.filter(isOfVersion1);
    this.#decoding = decoding;
    this.#renderers = renderers;
  }

  /** @param format One that there is. */
  find(digest: string, format: SourceFormat): FoundVersion1 | undefined {
    const found = this.#found.get(format) ?? this.#digestsOf(format);
    this.#found.set(format, found);
    return found.get(digest);
  }

  /** Whether a photo failed under today's versions, or under the other ones; undefined when its digest is of other options. */
  findFailure(digest: string): boolean | undefined {
    const [variant, ...others] = this.#variants;
    if (variant === undefined || others.length > 0) return undefined;
    const { embedded } = this.#decoding;
    const own = embedded === defaultDecoding.embedded ? {} : { embedded };
    const found = this.#renderers.findIndex((renderer) => digest === this.#digest(variant, renderer, own));
    return found === -1 ? undefined : found === 0;
  }

  #digestsOf(format: SourceFormat): ReadonlyMap<string, FoundVersion1> {
    const { versions, heeds } = decoders[format];
    const { jpegReader: _, ...options } = heeds?.(this.#decoding) ?? {};
    const digests = new Map<string, FoundVersion1>();
    for (const variant of this.#variants) {
      for (const [index, renderer] of this.#renderers.entries()) {
        const isCurrent = index === 0;
        const own = { ...(isCurrent ? versions?.() : versionsThen(format)), ...options };
        const decoder = Object.keys(own).length === 0 ? {} : { decoder: own };
        const digest = this.#digest(variant, renderer, decoder);
        if (!digests.has(digest)) digests.set(digest, { variant, isCurrent });
      }
    }
    return digests;
  }

  #digest({ box }: Variant, renderer: RendererVersion, more: Readonly<Record<string, unknown>>): string {
    return digestOf({ box, jpegReader: this.#decoding.jpegReader, renderer, ...more });
  }
}

/** Version 1 had PNGs inside a box, and nothing else. */
function isOfVersion1({ fit, enlarge, encoding: { format, ...settings } }: Variant): boolean {
  return fit === 'inside' && !enlarge && format === 'png' && Object.keys(settings).length === 0;
}

function versionsThen(format: SourceFormat): Readonly<Record<string, string | number>> {
  const own = Object.entries(VERSION_1_VERSIONS).filter(([name]) => name.startsWith(`${format} `));
  return Object.fromEntries(own.map(([name, version]) => [name.slice(format.length + 1), version]));
}
