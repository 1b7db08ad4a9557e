// What the files of a filled folder are made of, and how what is in the folder is compared with it.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from '../../errors.js';
import { identityOf, isDigest, type ListedFile } from './file-list.js';

/** What a file of the folder is made of: text, a copy of another file, or a link to one. */
export type Content =
  | { readonly text: string | Uint8Array }
  | {
      /** Absolute path, or its bytes where it is not UTF-8; a regular file. */
      readonly from: string | Buffer;
      /** `copy` is a reflink where the file system has them. `symbolic` needs a path in UTF-8. */
      readonly as: 'copy' | 'hard' | 'symbolic';
      /** The SHA-256 of its bytes, hex; or another text that differs when they do. */
      readonly content: string;
    };

const DIGEST_DIGITS = 32;

/** A file that is to be in the folder. */
export interface Wanted {
  /** As the list has it. */
  readonly content: string;
  /** Undefined where only its bytes will tell. */
  readonly bytes: number | undefined;
  readonly as: 'text' | 'copy' | 'hard' | 'symbolic';
  /** Whether a file of this content is the link that is wanted, or no link where a copy is wanted. */
  isLinkedAs(found: fs.Stats): boolean;
}

export function wantedOf(folder: string, file: string, content: Content): Wanted {
  if ('text' in content) {
    const bytes = Buffer.byteLength(content.text);
    return { as: 'text', content: sha256(content.text), bytes, isLinkedAs: (found) => found.isFile() };
  }
  if (content.as === 'symbolic') {
    const target = linkContent(linkTarget(path.join(folder, file), content.from));
    return { as: 'symbolic', content: target, bytes: undefined, isLinkedAs: () => true };
  }
  const from = fs.statSync(content.from);
  const isSha256 = /^[0-9a-f]{64}$/.test(content.content);
  return {
    as: content.as,
    content: isSha256 ? content.content.slice(0, DIGEST_DIGITS) : content.content,
    bytes: from.size,
    isLinkedAs: (found) => (found.ino === from.ino && found.dev === from.dev) === (content.as === 'hard'),
  };
}

/**
 * The identity of a file, as `identityOf` has it of the list's; undefined where it is none of `candidates`. Only a file of the size of one is
 * read: another may be a film of somebody's.
 */
export function foundIdentity(
  target: string,
  found: fs.Stats,
  candidates: ReadonlyArray<Pick<Wanted, 'content' | 'bytes'> & Pick<ListedFile, 'digest'>>,
): string | undefined {
  if (found.isSymbolicLink()) return linkContent(fs.readlinkSync(target));
  if (!found.isFile()) return undefined;
  const mayBe = candidates.some((each) => isDigest(identityOf(each)) && each.bytes === found.size);
  if (!mayBe) return undefined;
  try {
    return digestOf(target);
  } catch {
    return undefined; // Who may not read it has not written it.
  }
}

function linkContent(target: string): string {
  return `-> ${target}`;
}

/** Relative, so that both can be moved together. */
function linkTarget(target: string, from: string | Buffer): string {
  return path.relative(path.dirname(target), from.toString());
}

const CHUNK_BYTES = 1 << 20;

/** As the list has it. Read in parts: a photo may have gigabytes. @throws system errors. */
export function digestOf(file: string): string {
  const hash = createHash('sha256');
  const bytes = Buffer.alloc(CHUNK_BYTES);
  const descriptor = fs.openSync(file, 'r');
  try {
    for (let length = -1; length !== 0; ) {
      length = fs.readSync(descriptor, bytes, 0, CHUNK_BYTES, null);
      hash.update(bytes.subarray(0, length));
    }
  } finally {
    fs.closeSync(descriptor);
  }
  return hash.digest('hex').slice(0, DIGEST_DIGITS);
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, DIGEST_DIGITS);
}

export function write(temporary: string, target: string, content: Content): 'written' | 'linked' | 'copied' {
  if ('text' in content) {
    fs.writeFileSync(temporary, content.text, { flag: 'wx' });
    return 'written';
  }
  const { from, as } = content;
  if (as === 'symbolic') {
    fs.symlinkSync(linkTarget(target, from), temporary);
    return 'linked';
  }
  if (as === 'hard' && hasLinked(from, temporary)) return 'linked';
  fs.copyFileSync(from, temporary, fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL);
  return 'copied';
}

/** Makes a hard link. False where the file has as many as the file system allows: 65,000 on ext4, 1,024 on NTFS. */
function hasLinked(from: string | Buffer, link: string): boolean {
  try {
    fs.linkSync(from, link);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EMLINK') throw error;
    return false;
  }
}
