// What can go wrong: the codes, the one error class, and the functions that make every `ThumbsError`.

import { getSystemErrorMap } from 'node:util';
import { printable } from './printable.js';

/** Why one image has no thumbnail. It is recorded for that image and affects no other. */
export type ImageErrorCode =
  /** The bytes claim a supported format, but cannot be decoded, or there are none. */
  | 'CORRUPT'
  /** Not an image in a supported format. */
  | 'UNSUPPORTED'
  /** More pixels, bytes or memory than the limits allow. */
  | 'TOO_LARGE'
  /** Not finished within the time for one image; its consumer was killed. */
  | 'TIMEOUT'
  /** The consumer that worked on it died, on every try. */
  | 'WORKER_DIED'
  /** It could not be opened or read, or is not a regular file. */
  | 'UNREADABLE'
  /** It changed while it was read. */
  | 'CHANGED'
  /** An unexpected error of this program; the image may be fine. */
  | 'INTERNAL';

const IMAGE_ERROR_CODES: ReadonlySet<string> = new Set<ImageErrorCode>([
  'CORRUPT',
  'UNSUPPORTED',
  'TOO_LARGE',
  'TIMEOUT',
  'WORKER_DIED',
  'UNREADABLE',
  'CHANGED',
  'INTERNAL',
]);

export function isImageErrorCode(value: unknown): value is ImageErrorCode {
  return typeof value === 'string' && IMAGE_ERROR_CODES.has(value);
}

/** The limit that an image exceeded, by its name. Under a higher one the image may be tried again. */
export interface Limits {
  readonly maxPixels?: number;
  /** Bytes of the file. */
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  /** Bytes of memory of all consumers together, which the image had to itself. */
  readonly maxMemoryBytes?: number;
}

/** Why a run could not start or continue. */
export type RunErrorCode =
  /** An option or a path is invalid; nothing was started. */
  | 'OPTION'
  /** The output folder, a thumbnail, an export or a lock cannot be read or written. */
  | 'OUTPUT'
  /** The manifest cannot be read or written, is of a newer version, or is not a manifest. */
  | 'MANIFEST'
  /** Consumers cannot be started, or none of them makes progress. */
  | 'CONSUMER'
  /** The queue server cannot be used, or no host has come to work. */
  | 'QUEUE'
  /** Another run uses the output folder or the manifest. */
  | 'LOCKED'
  /** Thumbnails would be removed that may still be wanted; nothing was. */
  | 'REFUSED';

/** An option whose value is not what was expected, for a caller with names of its own for options, as the command has. */
export interface Expected {
  /** The option as {@link ThumbsOptions} has it. */
  readonly option: string;
  /** `to be an integer from 1 to 1024`; other options that it names are in backquotes. */
  readonly expectation: string;
  /** The value, on one line. */
  readonly shown: string;
}

/** What helps against an error, for a caller that says it in its own terms. */
export type Remedy =
  /** `verifyThumbnails` with `repair` removes what is damaged from the manifest, and the next run treats its photo as new. */
  | { readonly type: 'repair' }
  /** The option `forget` allows what was refused. */
  | { readonly type: 'forget' }
  /** Another output folder. `out` is one that would do, absolute. */
  | { readonly type: 'other-output'; readonly out: string }
  /** The option `linkType` with the value `reflink`: what cannot be shared is copied. */
  | { readonly type: 'copy-links' };

interface ErrorDetails {
  readonly limit?: Limits;
  readonly needs?: string;
  readonly expected?: Expected;
  readonly remedy?: Remedy;
}

/** An error of this package. `code` is stable; `message` is one line for people, safe on a terminal. */
export class ThumbsError extends Error {
  override readonly name = 'ThumbsError';
  readonly code: ImageErrorCode | RunErrorCode;
  /** The limit that an image exceeded, if that is what is wrong with it. */
  declare readonly limit?: Limits;
  /** What the decoder of an image needs and does not have, if that is what is wrong: a package, or an option. */
  declare readonly needs?: string;
  /** What was expected of an option, if that is what is wrong. The message says it too. */
  declare readonly expected?: Expected;
  /** What helps, where the program knows it. The message does not name it. */
  declare readonly remedy?: Remedy;

  constructor(
    code: ImageErrorCode | RunErrorCode,
    message: string,
    { cause, limit, needs, expected, remedy }: ErrorOptions & ErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (limit !== undefined) this.limit = limit;
    if (needs !== undefined) this.needs = needs;
    if (expected !== undefined) this.expected = expected;
    if (remedy !== undefined) this.remedy = remedy;
  }
}

/** What is wrong with one image. Its message is the cause alone, without the file's name. */
export interface ImageError extends ThumbsError {
  readonly code: ImageErrorCode;
}

/** Whether an error is one image's own. */
export function isImageError(error: unknown): error is ImageError {
  return error instanceof ThumbsError && isImageErrorCode(error.code);
}

function imageError(
  code: ImageErrorCode,
  reason: string,
  options: ErrorOptions & Pick<ErrorDetails, 'limit' | 'needs'> = {},
): ImageError {
  return new ThumbsError(code, reason, options) as ImageError;
}

/** Data that its decoder cannot read. */
export function damagedImageError(format: string, reason: string, cause: unknown): ImageError {
  return imageError('CORRUPT', `the ${format.toUpperCase()} data is damaged: ${reason}`, { cause });
}

export function emptyFileError(): ImageError {
  return imageError('CORRUPT', 'the file is empty');
}

/** A file of no supported format. @param guess What it looks like, if that is known. */
export function unsupportedError(formats: readonly string[], guess: string | undefined): ImageError {
  const names = `${formats.slice(0, -1).join(', ')} or ${formats.at(-1)}`;
  return imageError(
    'UNSUPPORTED',
    `not a ${names} image${guess === undefined ? '' : `; it looks like ${guess}`}`,
  );
}

/** An image of a format that cannot be read in this installation, or under these options. @param format As in messages: `HEIC`. */
export function lackingError(
  format: string,
  { needs, reason, remedy }: { readonly needs: string; readonly reason: string; readonly remedy: string },
): ImageError {
  return imageError('UNSUPPORTED', `${format} images cannot be read: ${reason} (${remedy})`, { needs });
}

/** An image of a supported format that has a feature which its decoder cannot read. @param feature In words, as `LZMA compression`. */
export function unsupportedFeatureError(format: string, feature: string, cause?: unknown): ImageError {
  const reason = `${format.toUpperCase()} images with ${printable(feature)} are not supported`;
  return imageError('UNSUPPORTED', reason, { cause });
}

/** A RAW file in which there is no JPEG that can be read. */
export function noPreviewError(): ImageError {
  return imageError('UNSUPPORTED', 'a RAW file with no usable preview');
}

export function tooManyPixelsError(width: number, height: number, maxPixels: number): ImageError {
  const reason = `${width} x ${height} pixels are more than the limit of ${maxPixels}`;
  return imageError('TOO_LARGE', reason, { limit: { maxPixels } });
}

export function fileTooLargeError(bytes: number, maxBytes: number): ImageError {
  const reason = `${bytes} bytes are more than the limit of ${maxBytes}`;
  return imageError('TOO_LARGE', reason, { limit: { maxBytes } });
}

/** An exclusive image whose consumer had more resident memory than all may have; both in bytes. */
export function overMemoryError(bytes: number, maxMemoryBytes: number): ImageError {
  const reason = `its consumer had ${megabytes(bytes)} of memory, more than the limit of ${megabytes(maxMemoryBytes)}`;
  return imageError('TOO_LARGE', reason, { limit: { maxMemoryBytes } });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

export function timeoutError(timeoutMs: number): ImageError {
  return imageError('TIMEOUT', `not finished after ${timeoutMs / 1000} s`, { limit: { timeoutMs } });
}

/** @param exit How the consumer ended on its last try. */
export function workerDiedError(exit: string, tries: number): ImageError {
  const count = tries === 1 ? '' : ` (${tries} tries)`;
  return imageError('WORKER_DIED', `the process that worked on it died: ${exit}${count}`);
}

export function unreadableError(reason: string, cause?: unknown): ImageError {
  return imageError('UNREADABLE', reason, { cause });
}

export function changedError(reason: string): ImageError {
  return imageError('CHANGED', reason);
}

/** An unexpected error while a consumer worked on an image; `cause` has the stack. */
export function internalError(cause: unknown): ImageError {
  return imageError('INTERNAL', `an unexpected error in thumbs: ${printable(causeOf(cause))}`, { cause });
}

/** An invalid option or path. */
export function optionError(message: string, cause?: unknown): ThumbsError {
  return new ThumbsError('OPTION', message, { cause });
}

/** An option's value that is not what was expected: ``Expected `retries` to be ..., got `x` (string)``. */
export function expectedError(name: string, expectation: string, value: unknown): ThumbsError {
  const shown = printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
  const message = `Expected \`${name}\` ${expectation}, got \`${shown}\` (${typeof value})`;
  return new ThumbsError('OPTION', message, { expected: { option: name, expectation, shown } });
}

/** A path that a run was given, in its output folder. @param out Another output folder, which would do; absolute. */
export function insideOutputError(file: string, out: string): ThumbsError {
  const message = `${printable(file)} is in the output folder, which is never walked: choose an output folder beside or below the photos`;
  return new ThumbsError('OPTION', message, { remedy: { type: 'other-output', out } });
}

/** A shard that was to put thumbnails elsewhere in a folder than they lie. */
export function layoutError(folder: string, present: string, wanted: string): ThumbsError {
  const message = `The thumbnails in ${printable(folder)} lie ${present}, and a shard does not move them: ask for \`${present}\` in all shards, or move them first by a whole run that asks for \`${wanted}\``;
  return new ThumbsError('OPTION', message);
}

/** A file or folder that cannot be written to. */
export function outputError(file: string, reason: string, cause?: unknown): ThumbsError {
  return new ThumbsError('OUTPUT', `Cannot write to ${printable(file)}: ${reason}`, { cause });
}

/** A folder whose file system has no links of this type, or none to the thumbnails. */
export function linksRefusedError(folder: string, type: string, cause: unknown): ThumbsError {
  const message = `Cannot make ${type} links in ${printable(folder)} to the thumbnails: ${causeOf(cause)}`;
  return new ThumbsError('OUTPUT', message, { cause, remedy: { type: 'copy-links' } });
}

/** An output folder that cannot be read. */
export function unreadableOutputError(folder: string, cause: unknown): ThumbsError {
  return new ThumbsError('OUTPUT', `Cannot read ${printable(folder)}: ${causeOf(cause)}`, { cause });
}

/** A file that exists and cannot be used as the manifest. */
export function manifestError(file: string, reason: string): ThumbsError {
  return new ThumbsError('MANIFEST', `Cannot use ${printable(file)} as the manifest: ${reason}`);
}

/** A line of the manifest, counted from 1, that is not a record. */
export function damagedLineError(file: string, line: number): ThumbsError {
  const message = `Cannot use ${printable(file)} as the manifest: line ${line} is not a record`;
  return new ThumbsError('MANIFEST', message, { remedy: { type: 'repair' } });
}

/** A file without a complete header. */
export function emptyManifestError(file: string): ThumbsError {
  return manifestError(file, 'it is empty, or its header is incomplete');
}

/** A manifest that the system does not let us read or write. */
export function manifestAccessError(file: string, verb: 'read' | 'write', cause: unknown): ThumbsError {
  const message = `Cannot ${verb} the manifest ${printable(file)}: ${causeOf(cause)}`;
  return new ThumbsError('MANIFEST', message, { cause });
}

/** Shards' manifests that cannot be merged as they are; nothing was written. */
export function mergeError(reason: string): ThumbsError {
  return new ThumbsError('MANIFEST', `Not merged: ${printable(reason)}`);
}

/** Consumers that cannot be started, or make no progress. */
export function consumerError(message: string): ThumbsError {
  return new ThumbsError('CONSUMER', message);
}

/** A queue server that cannot be used, or a run that waited too long for it or for a host. */
export function queueError(message: string, cause?: unknown): ThumbsError {
  return new ThumbsError('QUEUE', printable(message), { cause });
}

/** Thumbnails that are not removed because they may still be wanted. @param mayForget Whether the option `forget` removes them. */
export function refusedError(reason: string, mayForget: boolean): ThumbsError {
  const message = `Not pruned: ${printable(reason)}`;
  return new ThumbsError('REFUSED', message, mayForget ? { remedy: { type: 'forget' } } : {});
}

/** A folder or file that another run uses. */
export function lockedError(message: string): ThumbsError {
  return new ThumbsError('LOCKED', printable(message));
}

/** A lock that is not held any more. @param holder Which run has taken it over; undefined when the lock is gone. */
export function lostLockError(target: string, holder: string | undefined): ThumbsError {
  const cause =
    holder === undefined
      ? `The lock of ${target} has been removed`
      : `${target} is in use by ${holder}, which has taken over this run's lock`;
  return lockedError(`${cause}: nothing more is written`);
}

/** An error as a message between processes carries it: over IPC an Error loses its class, its code or its message. */
export interface WireError {
  readonly code: ImageErrorCode | RunErrorCode;
  readonly message: string;
  readonly stack?: string;
}

/** The error that {@link toWire} was given in another process. */
export function fromWire({ code, message, stack }: WireError): ThumbsError {
  const error = new ThumbsError(code, message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** The error as it is sent to another process. */
export function toWire({ code, message, stack }: ThumbsError): WireError {
  return { code, message, ...(stack === undefined ? {} : { stack }) };
}

/** The code of an error that has one (`ENOENT`): an error of the system, of Node.js, or of this package. Undefined for any other value. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the system has refused a call: any other error of a call is a fault of its caller. */
export function isSystemError(error: unknown): error is Error & { readonly errno: number } {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number';
}

/** The cause in a few words, without the path and the call's name that Node.js puts into a system error's message. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = isSystemError(error) ? getSystemErrorMap().get(error.errno) : undefined;
  return known === undefined ? error.message : `${known[1]} (${known[0]})`;
}

/** Ends a `switch` over a union: a member without a case is a compile error. */
export function unreachable(value: never): never {
  throw new TypeError(`Unexpected value: ${JSON.stringify(value)}`);
}
