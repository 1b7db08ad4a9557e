// What can go wrong, by a stable code, and how an error is worded and crosses a process border.

import { getSystemErrorMap } from 'node:util';

/** Why one image has no thumbnail. It costs that image's record and nothing else. */
export type ImageErrorCode =
  /** The bytes claim a format that is offered, but cannot be decoded. */
  | 'CORRUPT'
  /** Not an image in a format that is offered. */
  | 'UNSUPPORTED'
  /** More pixels or bytes than the limits allow. */
  | 'TOO_LARGE'
  /** The time for one image passed; its consumer was killed. */
  | 'TIMEOUT'
  /** The consumer that worked on it died, as often as tries were allowed. */
  | 'WORKER_DIED'
  /** It could not be opened or read, or is not a regular file. */
  | 'UNREADABLE'
  /** It changed while it was read. */
  | 'CHANGED';

/** The limit that an image was over, by its name. Under a higher one it may be tried again. */
export interface Limits {
  readonly maxPixels?: number;
  /** Of the file. */
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  /** Of memory, for an image that is in work alone. */
  readonly maxMemoryBytes?: number;
  /** Of memory, for a consumer beside others. */
  readonly memoryShareBytes?: number;
}

/** Why a run could not start or go on. */
export type RunErrorCode =
  /** An option or a path is not what it has to be; nothing was started. */
  | 'OPTION'
  /** Thumbnails or exports cannot be written. */
  | 'OUTPUT'
  /** The manifest cannot be read or written, is of a newer version, or is not a manifest. */
  | 'MANIFEST'
  /** Consumers cannot be started, or none of them moves any more. */
  | 'CONSUMER'
  /** Another run has the output folder or the manifest. */
  | 'LOCKED';

/** An error of this package. `code` is stable; `message` is one line for people, safe on a terminal. */
export class ThumbsError extends Error {
  override readonly name = 'ThumbsError';
  readonly code: ImageErrorCode | RunErrorCode;
  /** What an image was over, when that is what is wrong with it. */
  declare readonly limit?: Limits;

  constructor(
    code: ImageErrorCode | RunErrorCode,
    message: string,
    options: ErrorOptions & { readonly limit?: Limits } = {},
  ) {
    super(message, options);
    this.code = code;
    if (options.limit !== undefined) this.limit = options.limit;
  }
}

/** An error as a message between processes carries it: over IPC an Error loses its class, its code or its message. */
export interface WireError {
  readonly code: ImageErrorCode | RunErrorCode;
  readonly message: string;
  readonly stack?: string;
}

/** The error of a child, made an error of this process again. */
export function fromWire(wire: WireError): ThumbsError {
  const error = new ThumbsError(wire.code, wire.message);
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

/** The error as it is sent. */
export function toWire({ code, message, stack }: ThumbsError): WireError {
  return { code, message, ...(stack === undefined ? {} : { stack }) };
}

/** The code of a system error (`ENOENT`), or undefined for any other throw. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The cause in a few words, without the path and the call's name that Node puts into a system error's message. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : undefined;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known === undefined ? error.message : `${known[1]} (${known[0]})`;
}

/** Ends a `switch` over a union: a member that was forgotten is a compile error. */
export function unreachable(value: never): never {
  throw new TypeError(`Unexpected value: ${JSON.stringify(value)}`);
}
