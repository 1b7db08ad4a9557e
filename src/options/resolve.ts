// Checks and completes options: once, before any file or process is touched.

import os from 'node:os';
import path from 'node:path';
import { expectedError } from '../errors.js';
import {
  checkFlag,
  checkGlob,
  checkInteger,
  checkNumber,
  checkPath,
  checkStrings,
  checkUtf8Path,
  refuseUnknown,
} from './checks.js';
import {
  defaultOptions,
  type Embedded,
  type ExportFormat,
  type JpegReader,
  type Layout,
  type LinkType,
  type PlaceOptions,
  type ResolvedLinks,
  type ResolvedOptions,
  type ResolvedPlace,
  type ResolvedShard,
  type ThumbsOptions,
} from './options.js';
import { checkQueueUrl } from './queue-url.js';
import { resolveShard, shardManifest, shardName } from './shard.js';
import { firstUnnamed, resolveVariants, type VariantDefaults } from './variant-spec.js';

const EXPORT_FORMATS: readonly ExportFormat[] = ['txt', 'csv', 'json'];
const EMBEDDED: readonly Embedded[] = ['auto', 'always', 'never'];
const LAYOUTS: readonly Layout[] = ['flat', 'sharded'];
const LINK_TYPES: readonly LinkType[] = ['reflink', 'hard', 'symbolic'];
const BYTES_PER_MB = 1_000_000;

/** Megabytes for one consumer: it uses 100 before it has an image. */
const MIN_MEMORY_MB = 128;
/** Megabytes for one consumer by default, on however small a machine. */
const MIN_DEFAULT_MEMORY_MB = 256;
/** Consumers' default part of the machine's memory. */
const MEMORY_SHARE = 0.75;

/** The compiler sees to it that no option is missing. */
const OPTION_NAMES: Readonly<Record<keyof ThumbsOptions, true>> = {
  workers: true,
  out: true,
  size: true,
  fit: true,
  position: true,
  background: true,
  format: true,
  quality: true,
  lossless: true,
  effort: true,
  placeholder: true,
  layout: true,
  manifest: true,
  export: true,
  gallery: true,
  links: true,
  linkType: true,
  include: true,
  exclude: true,
  hidden: true,
  follow: true,
  anyExtension: true,
  svg: true,
  preferJpeg: true,
  embedded: true,
  timeout: true,
  retries: true,
  deadline: true,
  maxMemory: true,
  maxPixels: true,
  maxFileSize: true,
  force: true,
  retryFailed: true,
  prune: true,
  forget: true,
  keepVersions: true,
  queue: true,
  queueTimeout: true,
  shard: true,
  signal: true,
};

/**
 * Checks and completes where thumbnails and manifest are.
 * @throws {ThumbsError} `OPTION`, with what was expected and the value.
 */
export function resolvePlace({ out, manifest }: PlaceOptions): ResolvedPlace {
  const folder = checkUtf8Path('out', out ?? defaultOptions.out);
  return {
    out: folder,
    manifest: checkUtf8Path('manifest', manifest ?? path.join(folder, 'manifest.jsonl')),
  };
}

/**
 * Checks `paths` and `options` and completes them.
 * @throws {ThumbsError} `OPTION`, with what was expected and the value.
 */
export function resolveOptions(paths: readonly string[], options: ThumbsOptions = {}): ResolvedOptions {
  refuseUnknown(options, Object.keys(OPTION_NAMES));
  const roots = checkStrings('paths', paths);
  if (roots.length === 0) throw expectedError('paths', 'to name at least one folder or file', roots);
  const { shard, ...place } = resolveShardPlace(options);
  const queue = options.queue === undefined ? undefined : checkQueueUrl('queue', options.queue);
  const workers = checkWorkers(options.workers, queue === undefined ? 1 : 0);
  const exports = resolveExports(options.export ?? [], place);
  const size = options.size ?? defaultOptions.size;
  const variants = resolveVariants(size, variantDefaults(options));
  return {
    paths: roots.map((root) => checkPath('paths', root)),
    workers,
    ...place,
    shard,
    variants,
    placeholder: checkFlag('placeholder', options.placeholder ?? false),
    layout: resolveLayout(options.layout),
    exports,
    gallery: options.gallery === undefined ? undefined : checkUtf8Path('gallery', options.gallery),
    links: resolveLinks(options, firstUnnamed(size, variants)),
    include: resolveGlobs('include', options.include ?? []),
    exclude: resolveGlobs('exclude', options.exclude ?? []),
    hidden: checkFlag('hidden', options.hidden ?? false),
    follow: checkFlag('follow', options.follow ?? false),
    anyExtension: checkFlag('anyExtension', options.anyExtension ?? false),
    preferJpeg: checkFlag('preferJpeg', options.preferJpeg ?? false),
    ...resolveTimes(options),
    ...resolveLimits(options, workers),
    force: checkFlag('force', options.force ?? false),
    retryFailed: checkFlag('retryFailed', options.retryFailed ?? false),
    prune: checkFlag('prune', options.prune ?? false),
    forget: checkFlag('forget', options.forget ?? false),
    keepVersions: checkFlag('keepVersions', options.keepVersions ?? false),
    queue,
    queueTimeoutMs: checkSeconds('queueTimeout', options.queueTimeout ?? defaultOptions.queueTimeout),
    signal: options.signal,
    decoding: {
      jpegReader: resolveJpegReader(process.env.THUMBS_JPEG),
      embedded: resolveEmbedded(options.embedded ?? defaultOptions.embedded),
      svg: checkFlag('svg', options.svg ?? false),
    },
  };
}

/** @param min 0 where consumers may all be on other hosts. */
export function checkWorkers(value: unknown, min: 0 | 1): number {
  return checkInteger('workers', value ?? os.availableParallelism(), { min, max: 1024 });
}

/** Milliseconds. */
function checkSeconds(name: string, value: unknown): number {
  return 1000 * checkNumber(name, value, { min: 0.001, max: 604_800 });
}

/** Where a run writes to: a shard to a manifest of its own. */
function resolveShardPlace(options: ThumbsOptions): ResolvedPlace & Pick<ResolvedOptions, 'shard'> {
  const place = resolvePlace(options);
  const found = resolveShard(options.shard);
  if (found === undefined) return { ...place, shard: undefined };
  const shard: ResolvedShard = { ...found, merged: place.manifest };
  // What they do is done by the records of all photos.
  const refuse = (option: string) => {
    throw expectedError(
      'shard',
      `to be without \`${option}\`, which comes after the merge`,
      shardName(shard),
    );
  };
  if (options.prune === true) refuse('prune');
  if ((options.export ?? []).length > 0) refuse('export');
  if (options.gallery !== undefined) refuse('gallery');
  if (options.links !== undefined) refuse('links');
  return { ...place, manifest: shardManifest(place.manifest, shard), shard };
}

function variantDefaults(options: ThumbsOptions): VariantDefaults {
  const { fit, position, background, format, quality, lossless, effort } = options;
  return { fit, position, background, format, quality, lossless, effort };
}

function resolveTimes(options: ThumbsOptions): Pick<ResolvedOptions, 'timeoutMs' | 'retries' | 'deadlineMs'> {
  const timeout = options.timeout ?? defaultOptions.timeout;
  const retries = options.retries ?? defaultOptions.retries;
  const { deadline } = options;
  return {
    timeoutMs: 1000 * checkNumber('timeout', timeout, { min: 0.001, max: 86_400 }),
    retries: checkInteger('retries', retries, { min: 0, max: 100 }),
    deadlineMs: deadline === undefined ? undefined : checkSeconds('deadline', deadline),
  };
}

function resolveLimits(
  options: ThumbsOptions,
  workers: number,
): Pick<ResolvedOptions, 'maxMemory' | 'maxPixels' | 'maxBytes'> {
  const maxPixels = options.maxPixels ?? defaultOptions.maxPixels;
  const maxFileSize = options.maxFileSize ?? defaultOptions.maxFileSize;
  return {
    maxMemory: checkMemory(options.maxMemory, workers),
    maxPixels: checkInteger('maxPixels', maxPixels, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    // One Buffer holds the whole file, and one read takes at most 2 GiB - 1.
    maxBytes: Math.floor(BYTES_PER_MB * checkNumber('maxFileSize', maxFileSize, { min: 1e-6, max: 2000 })),
  };
}

/** Bytes for all of so many consumers. @param megabytes Undefined for the default. */
export function checkMemory(megabytes: unknown, workers: number): number {
  const least = MIN_MEMORY_MB * Math.max(workers, 1);
  return (
    BYTES_PER_MB * checkNumber('maxMemory', megabytes ?? defaultMemory(workers), { min: least, max: 1e9 })
  );
}

/** Megabytes for all consumers, by the memory of the machine and the limit of its container (a cgroup of Linux). */
function defaultMemory(workers: number): number {
  const constrained = process.constrainedMemory(); // 0 when it is unknown.
  const bytes = Math.min(os.totalmem(), constrained > 0 ? constrained : Number.POSITIVE_INFINITY);
  return Math.max(Math.floor((MEMORY_SHARE * bytes) / BYTES_PER_MB), MIN_DEFAULT_MEMORY_MB * workers);
}

function resolveGlobs(name: 'include' | 'exclude', globs: readonly string[]): string[] {
  return checkStrings(name, globs).map((glob) => checkGlob(name, glob));
}

export function resolveExports(
  files: readonly string[],
  { manifest }: ResolvedPlace,
): ResolvedOptions['exports'] {
  return checkStrings('export', files).map((file) => {
    const extension = path.extname(file).slice(1).toLowerCase();
    const format = EXPORT_FORMATS.find((known) => known === extension);
    if (format === undefined) throw expectedError('export', 'to end in .txt, .csv or .json', file);
    const target = checkUtf8Path('export', file);
    if (target === manifest) throw expectedError('export', 'to be another file than the manifest', target);
    return { file: target, format };
  });
}

function resolveLinks(
  { links, linkType }: ThumbsOptions,
  unnamed: string | undefined,
): ResolvedLinks | undefined {
  const type = LINK_TYPES.find((known) => known === (linkType ?? 'reflink'));
  if (type === undefined) throw expectedError('linkType', 'to be reflink, hard or symbolic', linkType);
  if (links !== undefined) return { folder: checkUtf8Path('links', links), type, unnamed };
  if (linkType !== undefined && linkType !== null)
    throw expectedError('linkType', 'to come with `links`, the folder', linkType);
  return undefined;
}

function resolveEmbedded(value: unknown): Embedded {
  const found = EMBEDDED.find((known) => known === value);
  if (found === undefined) throw expectedError('embedded', 'to be auto, always or never', value);
  return found;
}

function resolveLayout(value: unknown): Layout | undefined {
  if (value === undefined) return undefined;
  const found = LAYOUTS.find((known) => known === value);
  if (found === undefined) throw expectedError('layout', 'to be flat or sharded', value);
  return found;
}

function resolveJpegReader(value: string | undefined): JpegReader {
  if (value === undefined || value === '') return 'own';
  if (value !== 'libvips') throw expectedError('THUMBS_JPEG', 'to be libvips or not set', value);
  return value;
}
