// What a run and a dry run decide alike before the walk: the options digests, and what the planner compares photos with.

import { decoders, photoExtensions, type SourceFormat } from '../image/decoders/index.js';
import { rendererVersion, VERDICT_VERSION } from '../image/renderer-version.js';
import { type Digests, optionsDigest } from '../manifest/digests.js';
import type { ResolvedOptions } from '../options/options.js';
import { digestParts } from '../options/variant.js';
import type { PlannerOptions } from '../producer/planner.js';
import type { ProducerOptions } from '../producer/producer.js';
import type { Root } from '../producer/roots.js';

/** The digests of every option that changes pixels, and of the versions of renderer and decoder. */
export function digestsOf({ variant, decoding }: ResolvedOptions): Digests {
  const { jpegReader } = decoding;
  const parts = { ...digestParts(variant), jpegReader, renderer: rendererVersion() };
  const common = optionsDigest(parts);
  const found = new Map<SourceFormat, string>();
  const ofFormat = (format: SourceFormat) => {
    const own = decoders[format]?.digestParts?.(decoding) ?? {};
    return Object.keys(own).length === 0 ? common : optionsDigest({ ...parts, decoder: own });
  };
  return {
    common,
    of: (record) => {
      if (record.status === 'failed') return common;
      const digest = found.get(record.sourceFormat) ?? ofFormat(record.sourceFormat);
      found.set(record.sourceFormat, digest);
      return digest;
    },
  };
}

export function plannerOptions(options: ResolvedOptions, digests: Digests): PlannerOptions {
  const { manifest, out, force, retryFailed, maxPixels, maxBytes, timeoutMs, maxMemory, decoding } = options;
  const limits = { maxPixels, maxBytes, timeoutMs, maxMemoryBytes: maxMemory };
  const lacks = (needs: string) =>
    Object.values(decoders).some((decoder) => decoder.lacks?.(decoding)?.needs === needs);
  return { manifest, out, digests, verdicts: VERDICT_VERSION, lacks, force, retryFailed, limits };
}

export function walkOptions(
  { out, include, exclude, hidden, follow, decoding }: ResolvedOptions,
  roots: readonly Root[],
): Omit<ProducerOptions, 'plan' | 'consumers' | 'signal'> {
  return { roots, out, extensions: photoExtensions(decoding), include, exclude, hidden, follow };
}
