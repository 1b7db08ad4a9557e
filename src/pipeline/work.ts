// One job from its source to its published thumbnail. It does not know by which transport the job came.

import { type ImageErrorCode, ThumbsError } from '../errors.js';
import { Source, type SourceFacts } from '../files/read-source.js';
import { publish, thumbnailName } from '../files/thumbnail-folder.js';
import { MemoryShortage, type RenderOptions, renderThumbnail } from '../image/render.js';
import type { DoneFacts } from '../manifest/record.js';

/** What is the same for every job of a run. */
export interface WorkOptions extends RenderOptions {
  /** The output folder; it exists. */
  readonly out: string;
  /** Larger files are refused unread. */
  readonly maxBytes: number;
}

/** An image that has no thumbnail: `reason` is the cause alone, the sink adds the name. */
export interface FailedOutcome extends Partial<SourceFacts> {
  readonly status: 'failed';
  readonly code: ImageErrorCode;
  readonly reason: string;
}

export type Outcome = DoneFacts | FailedOutcome;

/** An image that was not begun, because its header says that it needs more memory than was allowed. */
export interface Deferred {
  readonly status: 'deferred';
}

const IMAGE_CODES: ReadonlySet<string> = new Set<ImageErrorCode>([
  'CORRUPT',
  'UNSUPPORTED',
  'TOO_LARGE',
  'UNREADABLE',
  'CHANGED',
]);

/**
 * Reads, renders and publishes. What is wrong with the image is an outcome.
 * @throws {ThumbsError} `OUTPUT`: the thumbnail cannot be written, so no other could.
 */
export async function makeThumbnail(path: string, options: WorkOptions): Promise<Outcome | Deferred> {
  let facts: Partial<SourceFacts> = {};
  try {
    const source = await Source.open(path);
    facts = source.facts;
    let bytes: Buffer;
    try {
      bytes = await source.read(options.maxBytes);
    } finally {
      await source.close();
    }
    return await publishedThumbnail(bytes, source.facts, options);
  } catch (error) {
    if (error instanceof MemoryShortage) return { status: 'deferred' };
    if (!(error instanceof ThumbsError) || !isImageCode(error.code)) throw error;
    return { status: 'failed', code: error.code, reason: error.message, ...facts };
  }
}

async function publishedThumbnail(
  bytes: Buffer,
  facts: SourceFacts,
  options: WorkOptions,
): Promise<DoneFacts> {
  const { png, sha256, width, height, ...sourceImage } = await renderThumbnail(bytes, options);
  publish(options.out, sha256, png);
  // Loaded by the first photo, when its thumbnail is on the disk already.
  const { xxhash128 } = await import('hash-wasm');
  return {
    status: 'done',
    thumbnails: [{ file: thumbnailName(sha256), width, height, bytes: png.byteLength }],
    ...sourceImage,
    ...facts,
    sourceXxh128: await xxhash128(bytes),
  };
}

function isImageCode(code: string): code is ImageErrorCode {
  return IMAGE_CODES.has(code);
}
