// One job, from its loaded source to its published thumbnails. It does not know by which transport the job came.

import { internalError, isImageError, ThumbsError } from '../errors.js';
import { publish } from '../files/thumbnails/thumbnail-folder.js';
import { thumbnailFile, thumbnailName } from '../files/thumbnails/thumbnail-name.js';
import { MemoryShortage } from '../image/limits.js';
import { renderThumbnails, takenAtOf } from '../image/render.js';
import {
  type Deferred,
  failedOutcome,
  type Identified,
  type Outcome,
  type Part,
  type Task,
  type WorkOptions,
} from '../job.js';
import type { ContentFacts, DoneFacts, ThumbnailEntry } from '../manifest/record.js';
import { contentOfFile } from './content-hash.js';
import type { Loaded } from './loading.js';
import { watchParent } from './parent-watch.js';
import { wantedOf } from './wanted.js';

/**
 * What a job asks for, once its source is loaded. What is wrong with the image is an outcome, and so is an unexpected error: it costs
 * this image, and no other.
 * @throws {ThumbsError} `OUTPUT`: a thumbnail cannot be written, and so no other could be.
 * @throws {MemoryShortage} The system has not even the memory for this image alone. It may have in another process.
 */
export async function workOn(
  { task, part, exclusive }: { readonly task: Task; readonly part?: Part; readonly exclusive: boolean },
  loaded: Loaded,
  options: WorkOptions,
): Promise<Outcome | Identified | Deferred> {
  try {
    if (task === 'identify') return await identify(loaded, options);
    const own = exclusive ? { ...options, maxMemory: Number.POSITIVE_INFINITY } : options;
    return await makeThumbnails(loaded, part, own);
  } catch (error) {
    if (error instanceof MemoryShortage && !exclusive) return { status: 'deferred' };
    if (error instanceof ThumbsError || error instanceof MemoryShortage) throw error;
    const stack = error instanceof Error ? error.stack : undefined;
    const outcome = failedOutcome(internalError(error), loaded.facts);
    return stack === undefined ? outcome : { ...outcome, stack };
  }
}

async function makeThumbnails(
  loaded: Loaded,
  part: Part | undefined,
  options: WorkOptions,
): Promise<Outcome> {
  try {
    return await renderAndPublish(loaded, part, options);
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

/** All of them are rendered before one is published: a photo has each of its variants, or none. */
async function renderAndPublish(
  loaded: Loaded,
  part: Part | undefined,
  options: WorkOptions,
): Promise<DoneFacts> {
  const known = part === undefined ? undefined : await contentFacts(loaded);
  const wanted = wantedOf(options, part, known ?? {});
  const rendered = await renderThumbnails(loaded.image, { ...options, ...wanted, onBlocking: watchParent });
  const { thumbnails, sourceFormat, sourceWidth, sourceHeight, ...more } = rendered;
  return {
    status: 'done',
    thumbnails: thumbnails.map(({ variant, bytes, sha256, ...facts }): ThumbnailEntry => {
      const name = thumbnailName(sha256, variant.encoding.format);
      const file = thumbnailFile(name, options.layout);
      publish(options.out, file, bytes);
      const { width, height, ...from } = facts;
      return { variant: variant.name, file, width, height, bytes: bytes.byteLength, ...from };
    }),
    ...{ sourceFormat, sourceWidth, sourceHeight },
    ...loaded.facts,
    ...(known ?? (await contentFacts(loaded))),
    ...more,
  };
}
