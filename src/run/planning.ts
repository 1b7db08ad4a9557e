// What a run and a dry run decide alike before the walk: the options digests, and what the planner compares photos with.

import fs from 'node:fs';
import path from 'node:path';
import { readMarker } from '../files/folder-marker.js';
import { lockPaths } from '../files/locks/lock.js';
import { realFile } from '../files/real-path.js';
import {
  decoders,
  lackingFormats,
  photoExtensions,
  rawExtensions,
  type SourceFormat,
} from '../image/decoders/index.js';
import { type RendererVersion, rendererVersion, VERDICT_VERSION } from '../image/renderer-version.js';
import { Digests, digestOf, digestOfHalves, type Versions } from '../manifest/digests.js';
import { VERSION_1_VERSIONS } from '../manifest/version-1.js';
import type { Layout, ResolvedOptions } from '../options/options.js';
import { digestParts } from '../options/variant.js';
import type { PlannerOptions } from '../producer/planner.js';
import type { ProducerOptions } from '../producer/producer.js';
import type { Root } from '../producer/roots.js';
import type { SelectionOptions } from '../producer/selection/selection.js';
import { Version1Digests } from './version-1-digests.js';

/** What the run wants, and what it would make it by. */
export function digestsOf({ variants, decoding, keepVersions }: ResolvedOptions): Digests {
  const renderer = rendererVersion();
  const formats = Object.keys(decoders) as SourceFormat[];
  const lacksPackage = (format: SourceFormat) => decoders[format].lacks?.(decoding)?.kind === 'package';
  const versions = namedVersions(renderer);
  const ofDecoder = (format: SourceFormat, by: Versions) =>
    digestOfHalves(decoders[format].heeds?.(decoding) ?? {}, versionsFor(format, by));
  // What fails by its full picture may have a thumbnail by a smaller one, and the other way round: it is tried again.
  const { embedded, jpegReader } = decoding;
  const ofVariants = variants.map((variant) => [variant.name, digestOf(digestParts(variant))] as const);
  const failed = { variants: ofVariants.map(([, digest]) => digest).sort(), embedded, jpegReader };
  const earlier = new Version1Digests(variants, decoding, [renderer, version1Renderer]);
  return new Digests({
    variants: Object.fromEntries(ofVariants),
    decoders: Object.fromEntries(formats.map((format) => [format, ofDecoder(format, versions)])),
    failures: digestOfHalves(failed, { ...renderer }),
    versions,
    unreadable: new Set(formats.filter(lacksPackage)),
    keepVersions,
    ofVersion1: (digest, format) => {
      const found = earlier.find(digest, format);
      if (found === undefined) return undefined;
      const { variant, isCurrent } = found;
      const by = isCurrent ? versions : VERSION_1_VERSIONS;
      return {
        variant: variant.name,
        digest: digestOf(digestParts(variant)),
        decoder: ofDecoder(format, by),
      };
    },
    failureOfVersion1: (digest) => {
      const isCurrent = earlier.findFailure(digest);
      return isCurrent === undefined
        ? undefined
        : digestOfHalves(failed, { ...(isCurrent ? renderer : version1Renderer) });
    },
  });
}

/** The renderer's versions, and those that decoders have of their own as `heic libheif-js`. */
function namedVersions(renderer: RendererVersion): Versions {
  const own = Object.entries(decoders).flatMap(([format, decoder]) =>
    Object.entries(decoder.versions?.() ?? {}).map(
      ([name, version]) => [`${format} ${name}`, version] as const,
    ),
  );
  const found = [...Object.entries(renderer), ...own];
  return Object.fromEntries(
    found.filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

/** Those versions that decide the pixels of a format. */
function versionsFor(format: SourceFormat, versions: Versions): Versions {
  const isOwn = (name: string) => !name.includes(' ') || name.startsWith(`${format} `);
  return Object.fromEntries(Object.entries(versions).filter(([name]) => isOwn(name)));
}

const version1Renderer: RendererVersion = {
  thumbs: Number(VERSION_1_VERSIONS.thumbs),
  sharp: String(VERSION_1_VERSIONS.sharp),
  libvips: String(VERSION_1_VERSIONS.libvips),
};

/** Where the thumbnails of a run lie: as it was asked for, or as the folder has them. */
export function layoutOf({ layout, out }: Pick<ResolvedOptions, 'layout' | 'out'>): Layout {
  return layout ?? (readMarker(out)?.layout === 'sharded' ? 'sharded' : 'flat');
}

export function plannerOptions(options: ResolvedOptions, digests: Digests): PlannerOptions {
  const { manifest, out, force, retryFailed, maxPixels, maxBytes, timeoutMs, maxMemory, decoding } = options;
  const limits = { maxPixels, maxBytes, timeoutMs, maxMemoryBytes: maxMemory };
  const lacks = (needs: string) =>
    Object.values(decoders).some((decoder) => decoder.lacks?.(decoding)?.needs === needs);
  const { placeholder } = options;
  const place = { manifest, out, layout: layoutOf(options) };
  return { ...place, digests, placeholder, verdicts: VERDICT_VERSION, lacks, force, retryFailed, limits };
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
