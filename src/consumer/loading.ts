// Reads the source of a job: whole, or of a RAW file only the parts that are needed.

import { fileTooLargeError, type ImageError, isImageError } from '../errors.js';
import { readSmallSource, Source, type SourceFacts } from '../files/source.js';
import { KEPT_BUFFER_BYTES, releaseBuffer } from '../files/source-buffers.js';
import { decoders } from '../image/decoders/index.js';
import { KeptParts, readInParts } from '../image/decoders/raw/parts.js';
import type { PreviewFor } from '../image/decoders/raw/preview.js';
import { recognizeContainer } from '../image/decoders/raw/recognition.js';
import { readingsOf } from '../image/placeholder/placeholder.js';
import {
  type FailedOutcome,
  failedOutcome,
  type Identified,
  type Part,
  type Task,
  type WorkOptions,
} from '../job.js';
import type { ContentFacts } from '../manifest/record.js';
import type { Variant } from '../options/variant.js';
import { hashedParts, partialContent } from './content-hash.js';
import { wantedOf } from './wanted.js';

/** A source that was read. {@link release} it when its bytes are no longer used. */
export type Loaded = LoadedFile | LoadedPreview;

/** A whole file. */
export interface LoadedFile {
  readonly status: 'loaded';
  readonly image: Buffer;
  readonly facts: SourceFacts;
}

/** The previews of a RAW file that was read in part: those that its wanted variants are made of. */
export interface LoadedPreview {
  readonly status: 'loaded';
  readonly image: readonly PreviewFor[];
  readonly facts: SourceFacts;
  /** What tells its content from others of its size. */
  readonly content: ContentFacts;
}

/** A source that was read in part has been identified by this; what is wrong with a source is an outcome. */
export type LoadResult = Loaded | Identified | FailedOutcome;

/** What is to be read, and what for. */
export interface ToLoad {
  readonly path: string;
  readonly task: Task;
  readonly part?: Part;
  /** Of the source, as the planner saw it; undefined if unknown, or if it may be in a network, where a read may never end. */
  readonly bytes?: number | undefined;
}

/** Reads a job's source. */
export async function load(job: ToLoad, options: WorkOptions): Promise<LoadResult> {
  return loadAtOnce(job, options) ?? (await loadByThreadPool(job, options));
}

async function loadByThreadPool(job: ToLoad, options: WorkOptions): Promise<LoadResult> {
  const result = await loadUpTo(Number.POSITIVE_INFINITY, job, options);
  if (result === undefined) throw new RangeError('Expected a source without limit to be read');
  return result;
}

/** Reads a source before its job runs; undefined for one of which much is to be read, or that is read at once, when its job runs. */
export async function prefetch(job: ToLoad, options: WorkOptions): Promise<LoadResult | undefined> {
  if (isReadAtOnce(job)) return undefined;
  if (isSmall(job)) slowAhead -= 1;
  return await loadUpTo(KEPT_BUFFER_BYTES, job, options);
}

export function release({ image }: Loaded): void {
  if (Buffer.isBuffer(image)) releaseBuffer(image);
}

/** Bytes of a source that is read at once. Reading more takes so long that the thread pool costs nothing. */
const READ_AT_ONCE_BYTES = 1 << 18;

/** A source that is not in the page cache takes longer; the next ones are better prefetched. */
const SLOW_MS = 1;
const PREFETCHED_AFTER_SLOW = 8;

/** Small sources that are still to be prefetched. */
let slowAhead = 0;

function isSmall({ path, task, bytes }: ToLoad): boolean {
  return task === 'make' && bytes !== undefined && bytes <= READ_AT_ONCE_BYTES && !isRawName(path);
}

function isReadAtOnce(job: ToLoad): boolean {
  return slowAhead === 0 && isSmall(job);
}

/** A small source. Not before its job has started: a call that does not return is charged to the running job. */
function loadAtOnce(job: ToLoad, { maxBytes }: WorkOptions): LoadedFile | undefined {
  if (!isReadAtOnce(job)) return undefined;
  const startedAt = performance.now();
  const source = readSmallSource(job.path, Math.min(maxBytes, READ_AT_ONCE_BYTES));
  if (performance.now() - startedAt > SLOW_MS) slowAhead = PREFETCHED_AFTER_SLOW;
  return source && { status: 'loaded', image: source.bytes, facts: source.facts };
}

/** @param most Bytes that are read; undefined if it takes more. */
function loadUpTo(most: number, job: ToLoad, options: WorkOptions): Promise<LoadResult | undefined> {
  return withSource(job.path, async (source) => {
    const raw = isRawName(job.path) && source.facts.sourceBytes > 0;
    const file = raw ? await openRaw(source) : undefined;
    if (file !== undefined) return loadRaw(source, file, most, job, options);
    if (source.facts.sourceBytes > most) return undefined;
    return { status: 'loaded', image: await source.read(options.maxBytes), facts: source.facts };
  });
}

const RAW_NAME = new RegExp(`\\.(?:${decoders.raw.extensions.join('|')})$`, 'i');

function isRawName(path: string): boolean {
  return RAW_NAME.test(path);
}

/** The parts of a source, if it is a RAW file by its content. */
async function openRaw(source: Source): Promise<KeptParts | undefined> {
  const size = source.facts.sourceBytes;
  const parts = new KeptParts({ size, read: (offset, length) => source.readPart(offset, length) });
  const [first] = hashedParts(size);
  if (first !== undefined) await parts.read(first.offset, first.length);
  return (await readInParts(recognizeContainer(), parts)) === undefined ? undefined : parts;
}

async function loadRaw(
  source: Source,
  file: KeptParts,
  most: number,
  { task, part }: ToLoad,
  options: WorkOptions,
): Promise<LoadResult | undefined> {
  const { facts } = source;
  const pieces = hashedParts(file.size).map(({ offset, length }) => file.read(offset, length));
  const content = await partialContent(file.size, await Promise.all(pieces));
  const wanted = readingsOf(wantedOf(options, part, content));
  const result =
    task === 'identify' ? undefined : await readPreviews(source, file, most, { wanted, ...options });
  await source.requireUnchanged();
  // A record with this content has the photo's time already.
  if (task === 'identify') return { status: 'identified', ...facts, ...content, takenAt: null };
  if (result === undefined) return undefined;
  if (isImageError(result)) return failedOutcome(result, { ...facts, ...content });
  return { status: 'loaded', image: result, facts, content };
}

/** The previews, or why there is none; undefined when they have more than `most` bytes. */
async function readPreviews(
  source: Source,
  file: KeptParts,
  most: number,
  { wanted, maxBytes }: { readonly wanted: readonly Variant[]; readonly maxBytes: number },
): Promise<readonly PreviewFor[] | ImageError | undefined> {
  // Loaded with the first RAW file.
  const { locatePreviews, toPreview } = await import('../image/decoders/raw/preview.js');
  try {
    const found = await locatePreviews(file, wanted);
    const lengths = found.map(({ located }) => located.preview.part.length);
    if (lengths.reduce((sum, length) => sum + length, 0) > most) return undefined;
    const longest = Math.max(...lengths);
    if (longest > maxBytes) throw fileTooLargeError(longest, maxBytes);
    const previews: PreviewFor[] = [];
    for (const { located, variants } of found) {
      const { offset, length } = located.preview.part;
      previews.push({ preview: toPreview(located, await source.readPart(offset, length)), variants });
    }
    return previews;
  } catch (error) {
    // A file that cannot be read, or changes, is not the decoder's to judge.
    if (!isImageError(error) || error.code === 'UNREADABLE' || error.code === 'CHANGED') throw error;
    return error;
  }
}

async function withSource<T>(path: string, use: (source: Source) => Promise<T>): Promise<T | FailedOutcome> {
  let facts: Partial<SourceFacts> = {};
  try {
    const source = await Source.open(path);
    facts = source.facts;
    try {
      return await use(source);
    } finally {
      await source.close();
    }
  } catch (error) {
    if (!isImageError(error)) throw error;
    return failedOutcome(error, facts);
  }
}
