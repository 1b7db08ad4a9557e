// Checks of single option values. Each returns the value, or throws `OPTION` with what was expected and what came.

import path from 'node:path';
import { causeOf, expectedError, optionError, systemCode, ThumbsError } from '../errors.js';
import { mayBeLossy } from '../path-bytes.js';
import { printable } from '../printable.js';
import { workingFolder } from '../working-folder.js';

/**
 * Refuses options that do not exist: a mistyped one would be ignored, and what it was meant to prevent would happen.
 * @throws {ThumbsError} `OPTION`, with the name.
 */
export function refuseUnknown(options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw optionError(`Expected options among ${names.join(', ')}, got \`${printable(unknown)}\``);
}

export function checkString(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw expectedError(name, 'to be a non-empty string', value);
  if (value.includes('\0')) throw expectedError(name, 'to hold no NUL character', value);
  return value;
}

/** The absolute path. A relative one starts at the working directory, if that still exists. */
export function checkPath(name: string, value: unknown): string {
  const text = checkString(name, value);
  try {
    const file = path.resolve(text);
    if (mayBeLossy(file) && !path.isAbsolute(text)) requireDirectoryInUtf8(name, text);
    return file;
  } catch (error) {
    if (error instanceof ThumbsError) throw error;
    const state =
      systemCode(error) === 'ENOENT' ? 'does not exist any more' : `cannot be read: ${causeOf(error)}`;
    throw expectedError(name, `to be an absolute path, because the working directory ${state}`, text);
  }
}

/** The absolute path, in UTF-8: of what is written, and of what another process is given as an argument. */
export function checkUtf8Path(name: string, value: unknown): string {
  const file = checkPath(name, value);
  if (!file.isWellFormed()) throw expectedError(name, 'to be valid UTF-8', value);
  return file;
}

/** Node.js has U+FFFD in place of what is not UTF-8 in the working directory's name: a relative path would lead to another folder. */
function requireDirectoryInUtf8(name: string, text: string): void {
  const directory = workingFolder();
  if (directory === undefined || directory.isWellFormed()) return;
  const state = `${printable(directory)} has a name that is not valid UTF-8`;
  throw expectedError(name, `to be an absolute path, because the working directory ${state}`, text);
}

export function checkStrings(name: string, value: unknown): string[] {
  if (!Array.isArray(value)) throw expectedError(name, 'to be an array of strings', value);
  return value.map((item) => checkString(name, item));
}

export function checkFlag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw expectedError(name, 'to be true or false', value);
  return value;
}

/** A range of numbers, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export function checkNumber(name: string, value: unknown, { min, max }: Range): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw expectedError(name, `to be a number from ${min} to ${max}`, value);
}

export function checkInteger(name: string, value: unknown, { min, max }: Range): number {
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw expectedError(name, `to be an integer from ${min} to ${max}`, value);
}

/** A glob that stays below the folder it is applied to and is not negated. */
export function checkGlob(name: 'include' | 'exclude', glob: string): string {
  if (path.isAbsolute(glob) || glob.split('/').includes('..'))
    throw expectedError(name, 'to be a glob relative to each folder, without `..`', glob);
  if (glob.startsWith('!') && !glob.startsWith('!(')) {
    const other = name === 'include' ? 'exclude' : 'include';
    throw expectedError(name, `to be a glob without a leading \`!\` (use \`${other}\`)`, glob);
  }
  return glob;
}
