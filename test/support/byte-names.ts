// Files and folders whose names are not UTF-8. The tests name each byte by the character of that number, as Latin-1 does: `caf\xe9`.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestFunction } from 'vitest';
import { jpeg, temporaryFolder } from './photos.js';
import { testWith } from './requirements.js';

/** `表紙` (cover) in Shift-JIS, as an old ZIP has it; one of its bytes is a backslash's. */
export const SHIFT_JIS = '\x95\\\x8e\x86';

/** The bytes of U+FFFD, which is valid UTF-8. */
export const UTF8_REPLACEMENT: string = Buffer.from('\ufffd').toString('latin1');

/** A folder with a photo under each name, all different, and one that fails. */
export async function bytePhotos(names: readonly string[]): Promise<{ folder: string; out: string }> {
  const folder = temporaryFolder();
  for (const [seed, name] of names.entries())
    writeByteFile(folder, `photos/${name}`, await jpeg(seed, 40, 30));
  writeByteFile(folder, 'photos/br\xf6ken.jpg', 'text');
  return { folder, out: path.join(folder, 'thumbnails') };
}

/** What Node.js takes as a path: `folder` is UTF-8, `name` has a byte a character. */
export function bytePath(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
}

/** Writes a file under such a name, with the folders above it, and returns its path. */
export function writeByteFile(folder: string, name: string, bytes: Buffer | string = ''): Buffer {
  const parent = name.split('/').slice(0, -1).join('/');
  fs.mkdirSync(bytePath(folder, parent), { recursive: true });
  const file = bytePath(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

/** A name as the program has it: a byte that is not UTF-8 is a lone surrogate. */
export function inProgram(name: string): string {
  return name.replace(/[\x80-\xff]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)));
}

/** A name as it is shown, and its bytes. */
export function recordedAs(name: string): { source: string; sourceNameBase64: string } {
  return {
    source: name.replace(/[\x80-\xff]/g, '\ufffd'),
    sourceNameBase64: Buffer.from(name, 'latin1').toString('base64'),
  };
}

/** `test`, where the file system takes such names; that of macOS refuses them. */
export function testWithByteNames(name: string, fn: TestFunction): void {
  testWith(takesAnyBytes(), 'file system that takes names that are not UTF-8')(name, fn);
}

function takesAnyBytes(): boolean {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-test-'));
  try {
    writeByteFile(folder, 'caf\xe9');
    return true;
  } catch {
    return false;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
