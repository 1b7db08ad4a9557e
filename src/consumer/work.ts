// One job, from its loaded source to its published thumbnail. It does not know by which transport the job came.

import { internalError, isImageError, ThumbsError } from '../errors.js';
import { publish } from '../files/thumbnail-folder.js';
import { thumbnailName } from '../files/thumbnail-name.js';
import { MemoryShortage } from '../image/limits.js';
import { renderThumbnail, takenAtOf } from '../image/render.js';
import {
  type Deferred,
  failedOutcome,
  type Identified,
  type Outcome,
  type Task,
  type WorkOptions,
} from '../job.js';
import type { ContentFacts, DoneFacts } from '../manifest/record.js';
import { contentOfFile } from './content-hash.js';
import type { Loaded } from './loading.js';
import { watchParent } from './parent-watch.js';

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

async function makeThumbnail(loaded: Loaded, options: WorkOptions): Promise<Outcome> {
  try {
    return await renderAndPublish(loaded, options);
  } catch (error) {
    if (!isImageError(error)) throw error;
    return failedOutcome(error, { ...loaded.facts, ...(await contentFacts(loaded)) });
  }
}

async function identify(loaded: Loaded, { decoding }: WorkOptions): Promise<Identified> {
  const { image, facts } = loaded;
  const takenAt = Buffer.isBuffer(image) ? await takenAtOf(image, decoding) : null;
  return { status: 'identified', ...facts, ...(await contentFacts(loaded)), takenAt };
}

async function contentFacts(loaded: Loaded): Promise<ContentFacts> {
  return 'content' in loaded ? loaded.content : contentOfFile(loaded.image);
}

async function renderAndPublish(loaded: Loaded, options: WorkOptions): Promise<DoneFacts> {
  const rendered = await renderThumbnail(loaded.image, { ...options, onBlocking: watchParent });
  const { thumbnail, sha256, width, height, sourceFormat, sourceWidth, sourceHeight, ...more } = rendered;
  const file = thumbnailName(sha256, options.variant.format);
  publish(options.out, file, thumbnail);
  return {
    status: 'done',
    thumbnails: [{ file, width, height, bytes: thumbnail.byteLength }],
    sourceFormat,
    sourceWidth,
    sourceHeight,
    ...loaded.facts,
    ...(await contentFacts(loaded)),
    ...more,
  };
}
