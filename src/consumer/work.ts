// One job from its source to its published thumbnail. It does not know by which transport the job came.

import { internalError, isImageError, ThumbsError } from '../errors.js';
import { Source, type SourceFacts } from '../files/source.js';
import { KEPT_BUFFER_BYTES } from '../files/source-buffers.js';
import { publish } from '../files/thumbnail-folder.js';
import { thumbnailName } from '../files/thumbnail-name.js';
import { MemoryShortage } from '../image/limits.js';
import { renderThumbnail, takenAtOf } from '../image/render.js';
import {
  type Deferred,
  type FailedOutcome,
  failedOutcome,
  type Identified,
  type Outcome,
  type Task,
  type WorkOptions,
} from '../job.js';
import type { DoneFacts } from '../manifest/record.js';
import { contentHash } from './content-hash.js';

/** A source that was read. Whoever has finished with its bytes releases them. */
export interface Loaded {
  readonly status: 'loaded';
  readonly bytes: Buffer;
  readonly facts: SourceFacts;
}

/** Reads a source. What is wrong with it is an outcome. */
export function load(path: string, maxBytes: number): Promise<Loaded | FailedOutcome> {
  return withSource(path, (source) => read(source, maxBytes));
}

/** Reads a source before its job runs; undefined for a large one, which is read when its job runs. */
export function prefetch(path: string, maxBytes: number): Promise<Loaded | FailedOutcome | undefined> {
  return withSource(path, async (source) =>
    source.facts.sourceBytes > KEPT_BUFFER_BYTES ? undefined : read(source, maxBytes),
  );
}

async function read(source: Source, maxBytes: number): Promise<Loaded> {
  return { status: 'loaded', bytes: await source.read(maxBytes), facts: source.facts };
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

/**
 * What a job asks for, once its source is loaded. What is wrong with the image is an outcome, and so is an unexpected error: it costs
 * this image, and no other.
 * @throws {ThumbsError} `OUTPUT`: the thumbnail cannot be written, and so no other could be.
 * @throws {MemoryShortage} The system has not even the memory for this image alone. It may have in another process.
 */
export async function workOn(
  { task, exclusive }: { readonly task: Task; readonly exclusive: boolean },
  loaded: Loaded,
  options: WorkOptions,
): Promise<Outcome | Identified | Deferred> {
  try {
    if (task === 'identify') return await identify(loaded, options);
    return await makeThumbnail(
      loaded,
      exclusive ? { ...options, maxMemory: Number.POSITIVE_INFINITY } : options,
    );
  } catch (error) {
    if (error instanceof MemoryShortage && !exclusive) return { status: 'deferred' };
    if (error instanceof ThumbsError || error instanceof MemoryShortage) throw error;
    const stack = error instanceof Error ? error.stack : undefined;
    const outcome = failedOutcome(internalError(error), loaded.facts);
    return stack === undefined ? outcome : { ...outcome, stack };
  }
}

async function makeThumbnail({ bytes, facts }: Loaded, options: WorkOptions): Promise<Outcome> {
  try {
    return await renderAndPublish(bytes, facts, options);
  } catch (error) {
    if (!isImageError(error)) throw error;
    return failedOutcome(error, { ...facts, sourceXxh128: await contentHash(bytes) });
  }
}

async function identify({ bytes, facts }: Loaded, { decoding }: WorkOptions): Promise<Identified> {
  const sourceXxh128 = await contentHash(bytes);
  return { status: 'identified', ...facts, sourceXxh128, takenAt: await takenAtOf(bytes, decoding) };
}

async function renderAndPublish(bytes: Buffer, facts: SourceFacts, options: WorkOptions): Promise<DoneFacts> {
  const rendered = await renderThumbnail(bytes, options);
  const { thumbnail, sha256, width, height, sourceFormat, sourceWidth, sourceHeight, ...more } = rendered;
  const file = thumbnailName(sha256, options.variant.format);
  publish(options.out, file, thumbnail);
  return {
    status: 'done',
    thumbnails: [{ file, width, height, bytes: thumbnail.byteLength }],
    sourceFormat,
    sourceWidth,
    sourceHeight,
    ...facts,
    sourceXxh128: await contentHash(bytes),
    ...more,
  };
}
