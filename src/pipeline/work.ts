// One job from its source to its published thumbnail. It does not know by which transport the job came.

import { createRequire } from 'node:module';
import type HashWasm from 'hash-wasm';
import type { IHasher } from 'hash-wasm';
import { type ImageErrorCode, type Limits, ThumbsError } from '../errors.js';
import { KEPT_BUFFER_BYTES, Source, type SourceFacts } from '../files/read-source.js';
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

/** What is known of a source whose bytes were read. */
interface ReadFacts extends SourceFacts {
  readonly sourceXxh128: string;
}

/** An image that has no thumbnail: `reason` is the cause alone, the sink adds the name. */
export interface FailedOutcome extends Partial<ReadFacts> {
  readonly status: 'failed';
  readonly code: ImageErrorCode;
  readonly reason: string;
  /** What the image was over, when that is the cause. */
  readonly limit?: Limits;
}

export type Outcome = DoneFacts | FailedOutcome;

/** A source that was read and not decoded. */
export interface Identified extends ReadFacts {
  readonly status: 'identified';
}

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

/** A source that was read. Who is through with its bytes gives them back. */
export interface Loaded {
  readonly status: 'loaded';
  readonly bytes: Buffer;
  readonly facts: SourceFacts;
}

/** Reads a source. What is wrong with it is an outcome. */
export function load(path: string, maxBytes: number): Promise<Loaded | FailedOutcome> {
  return withSource(path, (source) => read(source, maxBytes));
}

/** Reads a source before its turn, unless it is large: then it is undefined, and to be read when its turn has come. */
export function loadAhead(path: string, maxBytes: number): Promise<Loaded | FailedOutcome | undefined> {
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
    return { ...failure(error), ...facts };
  }
}

/**
 * Renders and publishes. What is wrong with the image is an outcome.
 * @throws {ThumbsError} `OUTPUT`: the thumbnail cannot be written, so no other could.
 */
export async function makeThumbnail(
  { bytes, facts }: Loaded,
  options: WorkOptions,
): Promise<Outcome | Deferred> {
  try {
    return await publishedThumbnail(bytes, facts, options);
  } catch (error) {
    if (error instanceof MemoryShortage) return { status: 'deferred' };
    return { ...failure(error), ...facts, sourceXxh128: await contentHash(bytes) };
  }
}

/** Tells what the content is. */
export async function identify({ bytes, facts }: Loaded): Promise<Identified> {
  return { status: 'identified', ...facts, sourceXxh128: await contentHash(bytes) };
}

/** What is wrong with the image, if that is what was thrown; anything else is thrown again. */
function failure(error: unknown): FailedOutcome {
  if (!(error instanceof ThumbsError) || !isImageCode(error.code)) throw error;
  const { code, message, limit } = error;
  return { status: 'failed', code, reason: message, ...(limit === undefined ? {} : { limit }) };
}

async function publishedThumbnail(
  bytes: Buffer,
  facts: SourceFacts,
  options: WorkOptions,
): Promise<DoneFacts> {
  const { png, sha256, width, height, ...sourceImage } = await renderThumbnail(bytes, options);
  publish(options.out, sha256, png);
  return {
    status: 'done',
    thumbnails: [{ file: thumbnailName(sha256), width, height, bytes: png.byteLength }],
    ...sourceImage,
    ...facts,
    sourceXxh128: await contentHash(bytes),
  };
}

let hasher: Promise<IHasher> | undefined;

/**
 * XXH128. Loaded by the first photo, when its thumbnail is on the disk already, and from the file of this one algorithm: the whole
 * library takes 30 ms.
 */
async function contentHash(bytes: Buffer): Promise<string> {
  hasher ??= createXXHash128();
  const hash = (await hasher).init();
  return hash.update(bytes).digest('hex');
}

function createXXHash128(): Promise<IHasher> {
  const library: Pick<typeof HashWasm, 'createXXHash128'> = createRequire(import.meta.url)(
    'hash-wasm/dist/xxhash128.umd.min.js',
  );
  return library.createXXHash128();
}

function isImageCode(code: string): code is ImageErrorCode {
  return IMAGE_CODES.has(code);
}
