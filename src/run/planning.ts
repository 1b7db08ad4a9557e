// What a run and a dry run decide alike before the walk: the options digest, and what the planner compares photos with.

import { photoExtensions } from '../image/decoders/index.js';
import { rendererVersion, VERDICT_VERSION } from '../image/renderer-version.js';
import { optionsDigest } from '../manifest/record.js';
import type { ResolvedOptions } from '../options/options.js';
import { digestParts } from '../options/variant.js';
import type { PlannerOptions } from '../producer/planner.js';
import type { ProducerOptions } from '../producer/producer.js';
import type { Root } from '../producer/roots.js';

/** The digest of every option that changes pixels, and of the renderer's versions. */
export function digestOf({ variant, decoding }: ResolvedOptions): string {
  const { jpegReader } = decoding;
  return optionsDigest({ ...digestParts(variant), jpegReader, renderer: rendererVersion() });
}

export function plannerOptions(options: ResolvedOptions, digest: string): PlannerOptions {
  const { manifest, out, force, retryFailed, maxPixels, maxBytes, timeoutMs, maxMemory } = options;
  const limits = { maxPixels, maxBytes, timeoutMs, maxMemoryBytes: maxMemory };
  return { manifest, out, digest, verdicts: VERDICT_VERSION, force, retryFailed, limits };
}

export function walkOptions(
  { out, include, exclude, hidden, follow, decoding }: ResolvedOptions,
  roots: readonly Root[],
): Omit<ProducerOptions, 'plan' | 'consumers' | 'signal'> {
  return { roots, out, extensions: photoExtensions(decoding), include, exclude, hidden, follow };
}
