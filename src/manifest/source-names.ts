// The names of sources: as the program has them, and as records show them. They may have bytes that are not UTF-8 (path-bytes.ts).

import path from 'node:path';
import { bytesOf, pathOf, shown } from '../path-bytes.js';

/** What a record has of a source's name. */
export interface RecordedName {
  /** The path of the source, relative to the manifest's folder, with `/`; each byte that is not UTF-8 is U+FFFD. */
  readonly source: string;
  /** The bytes of that path, base64; only if they are not UTF-8. */
  readonly sourceNameBase64?: string;
}

/** A source's name in the program: relative to the manifest's folder, with `/`, so that a tree can be moved as a whole. */
export function sourceName(manifest: string, file: string): string {
  const relative = path.relative(path.dirname(manifest), file);
  return path.sep === '/' ? relative : relative.replaceAll(path.sep, '/');
}

/** The absolute path of a source by its name, which {@link sourceName} has made. */
export function sourcePath(manifest: string, name: string): string {
  return path.resolve(path.dirname(manifest), name);
}

/** {@link sourceName} for many files: those of one folder mostly come one after the other, and share its name. */
export class SourceNames {
  readonly #manifest: string;
  #folder: string | undefined;
  /** With its slash; empty for the manifest's own. */
  #folderName = '';

  /** @param manifest Absolute path of the manifest. */
  constructor(manifest: string) {
    this.#manifest = manifest;
  }

  /** @param file Absolute path, normalised. */
  of(file: string): string {
    const slash = file.lastIndexOf(path.sep);
    const folder = file.slice(0, slash);
    if (folder !== this.#folder) {
      const name = sourceName(this.#manifest, folder === '' ? path.sep : folder);
      this.#folderName = name === '' ? '' : `${name}/`;
      this.#folder = folder;
    }
    return this.#folderName + file.slice(slash + 1);
  }
}

/** The name as a record has it. */
export function recordedName(source: string): RecordedName {
  if (source.isWellFormed()) return { source };
  return { source: shown(source), sourceNameBase64: bytesOf(source).toString('base64') };
}

/** The source's name as {@link sourceName} has it: records whose sources only look alike have different ones. */
export function nameOf({ source, sourceNameBase64 }: RecordedName): string {
  return sourceNameBase64 === undefined ? source : pathOf(Buffer.from(sourceNameBase64, 'base64'));
}

/**
 * Sorts names in place as records show them, by UTF-16 code units; those that look alike by their bytes. Where every name is UTF-8 that is
 * the order of `sort` itself, which is faster.
 */
export function sortNames(names: string[]): string[] {
  return names.every((name) => name.isWellFormed()) ? names.sort() : names.sort(compareNames);
}

/** The order of {@link sortNames}: below 0 when `one` comes before `other`. */
export function compareNames(one: string, other: string): number {
  const [first, second] = [shown(one), shown(other)];
  if (first !== second) return first < second ? -1 : 1;
  return one < other ? -1 : Number(one > other);
}
