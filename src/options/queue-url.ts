// The URL of a queue server, and how it is shown: without the password.

import { expectedError } from '../errors.js';

/** `redis://user:secret@nas:6379/2`, which is shown as `redis://***@nas:6379/2`. */
export interface QueueUrl {
  readonly url: string;
  /** For messages. */
  readonly shown: string;
}

/** A text in which a URL may have a user and a password, without them. */
export function redacted(text: string): string {
  return text
    .replace(/^([a-z+]+:\/\/)?.*@/i, '$1***@')
    .replace(/([?&][^=&]*(?:pass|auth)[^=&]*=)[^&]*/gi, '$1***');
}

/** @throws {ThumbsError} `OPTION`: it is no URL of a queue server. The message does not have its password. */
export function checkQueueUrl(name: string, value: unknown): QueueUrl {
  const shown = redacted(String(value));
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  const isServer = url !== undefined && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '';
  if (!isServer)
    throw expectedError(name, 'to be a URL such as redis://nas:6379 or rediss://nas:6380', shown);
  return { url: url.href, shown: redacted(url.href) };
}
