// What a run and a dry run decide alike before the walk: the options digests, and what the planner compares photos with.

import fs from 'node:fs';
import path from 'node:path';
import { lockPaths } from '../files/locks/lock.js';
import { realFile } from '../files/real-path.js';
import {
  decoders,
  lackingFormats,
  photoExtensions,
  rawExtensions,
  type SourceFormat,
} from '../image/decoders/index.js';
import { rendererVersion, VERDICT_VERSION } from '../image/renderer-version.js';
import { type Digests, optionsDigest } from '../manifest/digests.js';
import { defaultDecoding, type ResolvedOptions } from '../options/options.js';
import { digestParts } from '../options/variant.js';
import type { PlannerOptions } from '../producer/planner.js';
import type { ProducerOptions } from '../producer/producer.js';
import type { Root } from '../producer/roots.js';
import type { SelectionOptions } from '../producer/selection/selection.js';

/** The digests of every option that changes pixels, and of the versions of renderer and decoder. */
export function digestsOf({ variant, decoding }: ResolvedOptions): Digests {
  const { jpegReader, embedded } = decoding;
  const parts = { ...digestParts(variant), jpegReader, renderer: rendererVersion() };
  const common = optionsDigest(parts);
  // What fails by its full picture may have a thumbnail by a smaller one, and the other way round: it is tried again.
  const ofFailed = embedded === defaultDecoding.embedded ? common : optionsDigest({ ...parts, embedded });
  const found = new Map<SourceFormat, string>();
  const ofFormat = (format: SourceFormat) => {
    const own = decoders[format]?.digestParts?.(decoding) ?? {};
    return Object.keys(own).length === 0 ? common : optionsDigest({ ...parts, decoder: own });
  };
  return {
    common,
    of: (record) => {
      if (record.status === 'failed') return ofFailed;
      // Nothing else could make its thumbnail now, whatever the file is called.
      if (decoders[record.sourceFormat]?.lacks?.(decoding)?.kind === 'package')
        return record.options ?? common;
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

/** Extensions of the formats whose decoder lacks a package: lower case, without the dot. */
export function unreadableExtensions({ decoding }: ResolvedOptions): string[] {
  return lackingFormats(decoding).flatMap(({ extensions, lack }) =>
    lack.kind === 'package' ? extensions : [],
  );
}

/** Extensions of the files that are certain to be selected, one by one. */
export function certainExtensions({ preferJpeg, decoding }: ResolvedOptions): readonly string[] {
  const raw = preferJpeg ? rawExtensions() : [];
  return photoExtensions(decoding).filter((extension) => !raw.includes(extension));
}

export function walkOptions(
  options: ResolvedOptions,
  roots: readonly Root[],
): Omit<ProducerOptions, 'plan' | 'consumers' | 'signal'> {
  const { out, follow, anyExtension } = options;
  // By their names no other selection takes them.
  const ownFiles = new Set(anyExtension ? outputFiles(options) : []);
  return { roots, out, follow, ownFiles, ...selectionOptions(options) };
}

/** Real paths of the files outside the output folder that a run writes, with their locks. */
function outputFiles({ manifest, exports }: ResolvedOptions): string[] {
  const files = [manifest, ...exports.map(({ file }) => file)].map(realFile);
  // Before a dry run its folder may not exist.
  return fs.existsSync(path.dirname(manifest)) ? [...files, ...lockPaths(manifest)] : files;
}

export function selectionOptions(options: ResolvedOptions): SelectionOptions {
  const { include, exclude, hidden, anyExtension, preferJpeg, decoding } = options;
  return {
    ...{ include, exclude, hidden, anyExtension },
    preferJpeg: preferJpeg ? { raw: rawExtensions(), jpeg: decoders.jpeg.extensions } : undefined,
    extensions: photoExtensions(decoding),
    otherExtensions: lackingFormats(decoding).flatMap(({ extensions }) => extensions),
  };
}
