// The list of the files that this program has written to a folder: by it they are known, and nothing else in the folder is touched.
//
//     gallery/.thumbs-files.jsonl
//
//     {"file":"albums/2024-1f0c9a3b.html","bytes":4711,"mtimeMs":1714559405000.25,"content":"<32 hex>"}
//     {"file":"2024/IMG_1.jpg.webp","bytes":92,"mtimeMs":1714559405000.25,"content":"-> ../../thumbnails/<64 hex>.webp"}
//
// A line is appended before its file is written, so the list has every file, whenever the process is killed. Of several lines of one file
// each may be true; at the end the list is written anew, sorted. An incomplete last line is ignored.

import fs from 'node:fs';
import path from 'node:path';
import { unreadableOutputError } from '../../errors.js';
import { jsonLine } from '../../printable.js';
import { replaceFile } from '../replace-file.js';

export const LIST_NAME = '.thumbs-files.jsonl';

/** A file as this program has written it. */
export interface ListedFile {
  /** Its path in the folder, with `/`. */
  readonly file: string;
  /** Of the file itself; of a symbolic link those of the link. */
  readonly bytes: number;
  readonly mtimeMs: number;
  /**
   * What is in it: the first 32 hex digits of its SHA-256, or any other text that differs when it is to be written anew, as `-> ` and the
   * target of a symbolic link.
   */
  readonly content: string;
  /** The first 32 hex digits of its SHA-256, where the content is another text, and it is no link. */
  readonly digest?: string;
}

/** A content that is a digest. */
const DIGEST = /^[0-9a-f]{32}$/;

/** Whether the content of a file can be compared with its bytes. */
export function isDigest(content: string): boolean {
  return DIGEST.test(content);
}

/** By what a file is known whatever its time is: its digest, else its content. */
export function identityOf({ content, digest = content }: Pick<ListedFile, 'content' | 'digest'>): string {
  return digest;
}

export class FileList {
  readonly #file: string;
  /** By file; the latest last. */
  readonly #listed: Map<string, ListedFile[]>;
  #descriptor: number | undefined;
  /** Bytes of complete lines. */
  #end: number;

  private constructor(file: string, listed: Map<string, ListedFile[]>, end: number) {
    this.#file = file;
    this.#listed = listed;
    this.#end = end;
  }

  /**
   * Reads the list of `folder`, which need not exist.
   * @throws {ThumbsError} `OUTPUT`: it cannot be read, or is something else.
   */
  static open(folder: string): FileList {
    const file = path.join(folder, LIST_NAME);
    const listed = new Map<string, ListedFile[]>();
    try {
      const found = fs.lstatSync(file, { throwIfNoEntry: false });
      if (found === undefined) return new FileList(file, listed, 0);
      if (!found.isFile()) throw new Error('it is not a regular file');
      const text = fs.readFileSync(file, 'utf8');
      const complete = text.slice(0, text.lastIndexOf('\n') + 1);
      for (const [index, line] of complete.split('\n').slice(0, -1).entries()) {
        const entry = parse(line);
        if (entry === undefined) throw new Error(`line ${index + 1} is not that of a listed file`);
        listed.set(entry.file, [...(listed.get(entry.file) ?? []), entry]);
      }
      return new FileList(file, listed, Buffer.byteLength(complete));
    } catch (error) {
      throw unreadableOutputError(file, error);
    }
  }

  /** What the file may be, the latest last; none when it is not listed. */
  of(file: string): readonly ListedFile[] {
    return this.#listed.get(file) ?? [];
  }

  files(): IterableIterator<string> {
    return this.#listed.keys();
  }

  /** Adds a file that is about to be written. */
  add(entry: ListedFile): void {
    this.#descriptor ??= fs.openSync(this.#file, fs.constants.O_WRONLY | fs.constants.O_CREAT, 0o666);
    // An incomplete last line is overwritten.
    const bytes = Buffer.from(`${jsonLine(entry)}\n`);
    for (let written = 0; written < bytes.length; )
      written += fs.writeSync(this.#descriptor, bytes, written, bytes.length - written, this.#end + written);
    this.#end += bytes.length;
    this.#listed.set(entry.file, [...this.of(entry.file), entry]);
  }

  /** Drops a file that is gone. */
  drop(file: string): void {
    this.#listed.delete(file);
  }

  /** Keeps only what the file is known to be. */
  settle(entry: ListedFile): void {
    this.#listed.set(entry.file, [entry]);
  }

  /**
   * Writes the list anew, sorted, unless it is so already.
   * @throws system errors.
   */
  write(): void {
    this.close();
    const files = [...this.#listed.keys()].sort();
    const lines = files.flatMap((file) => this.of(file).map((entry) => `${jsonLine(entry)}\n`));
    const text = lines.join('');
    if (fs.existsSync(this.#file) && fs.readFileSync(this.#file, 'utf8') === text) return;
    replaceFile(this.#file, [text]);
    this.#end = Buffer.byteLength(text);
  }

  close(): void {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Undefined when the line has no entry, or a path that leads out of the folder. */
function parse(line: string): ListedFile | undefined {
  let value: Partial<ListedFile> | null;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { file, bytes, mtimeMs, content, digest } = value ?? {};
  if (typeof file !== 'string' || !isInner(file) || typeof content !== 'string') return undefined;
  if (typeof bytes !== 'number' || typeof mtimeMs !== 'number') return undefined;
  if (digest !== undefined && (typeof digest !== 'string' || !isDigest(digest))) return undefined;
  return { file, bytes, mtimeMs, content, ...(digest === undefined ? {} : { digest }) };
}

/** Whether a path with `/` stays in the folder that it is relative to. */
export function isInner(file: string): boolean {
  return (
    file !== '' && !file.includes('\0') && file.split('/').every((name) => !['', '.', '..'].includes(name))
  );
}
