// Runs the real command over crafted files and one good photo, and compares the outcome of each with the expected one.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { unsupportedMessage } from '../formats.js';
import { expectSound, onlyThumbnail, recordsIn } from '../output.js';
import { command } from '../paths.js';
import { jpeg, temporaryFolder } from '../photos.js';
import { start } from './processes.js';

/** `done 320 x 240` with the upright size of the source, or `CODE cause`. */
export type ExpectedOutcome = string | RegExp;

/** The bytes of a file, or a function that makes the file; and its expected outcome. */
export type CraftedFile = readonly [
  content: Buffer | string | ((file: string) => unknown),
  outcome: ExpectedOutcome,
];

/** Crafted files by their names, which may have a folder: `deep/folder.jpg`. */
export type CraftedFiles = Readonly<Record<string, CraftedFile>>;

/**
 * Linux counts the memory of the process that starts another towards the other's peak, and that of a test is large: so the command is
 * started by a shell.
 */
const IN_SHELL = ['-c', '"$@"; exit $?', 'sh'];

/** The outcome of the good photo, and of a crafted file that is the good photo with something added. */
export const GOOD = 'done 320 x 240';

/** The outcome of a file that no decoder recognizes. */
export function unsupported(looksLike?: string): string {
  return `UNSUPPORTED ${unsupportedMessage(looksLike)}`;
}

/** The outcome of an image of a format that cannot be read in this installation, or under the run's options. */
export function lacking(format: string, reason: string, remedy: string): string {
  return `UNSUPPORTED ${format} images cannot be read: ${reason} (${remedy})`;
}

/** The outcome of an image that is damaged, with `message` somewhere in the decoder's message. */
export function corrupt(format: string, message = '.'): RegExp {
  return new RegExp(`^CORRUPT the ${format} data is damaged: .*${message}`);
}

/** The outcome of a square image that has more pixels than the default limit. */
export function tooLarge(side: number): string {
  return `TOO_LARGE ${side} x ${side} pixels are more than the limit of 268402689`;
}

/** The same files in a folder, so that several groups can go through one run. */
export function inFolder(folder: string, files: CraftedFiles): CraftedFiles {
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [`${folder}/${name}`, file]));
}

export interface Run {
  /** The names of the thumbnails, by the names of the sources. */
  readonly thumbnails: ReadonlyMap<string, string>;
  /** Largest resident memory of each process, added up; bytes. */
  readonly peakMemory: number;
}

/**
 * Runs the command over `files` and `good.jpg`, with twenty seconds for each image. Expects that it ends by itself, that each file has
 * the expected outcome as its one record, that each failure is one line of stderr, and the invariants of every run.
 */
export async function expectOutcomes(
  files: CraftedFiles,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const folder = temporaryFolder();
  const out = path.join(folder, 'thumbnails');
  const all: CraftedFiles = { ...files, 'good.jpg': [await jpeg(1), GOOD] };
  for (const [name, [content]] of Object.entries(all))
    await writeFile(path.join(folder, 'photos', name), content);
  const { code, signal, stdout, stderr } = await start(
    'sh',
    [...IN_SHELL, process.execPath, command, 'photos', '-w', '2', '--timeout', '20', '--json', '-q', ...args],
    { cwd: folder, env },
  ).finished;
  const records = recordsIn(out).map((record) => [record.source.replace('../photos/', ''), record] as const);
  const outcomes = records.map(([name, record]) => [
    name,
    record.status === 'done'
      ? `done ${record.sourceWidth} x ${record.sourceHeight}`
      : `${record.error.code} ${record.error.message.replace(`../photos/${name}: `, '')}`,
  ]);
  const expected = Object.entries(all).map(([name, [, outcome]]) => [
    name,
    typeof outcome === 'string' ? outcome : expect.stringMatching(outcome),
  ]);
  expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected));
  const lines = records.flatMap(([, record]) =>
    record.status === 'failed' ? `${record.error.code} ${record.error.message.replace('../', '')}\n` : [],
  );
  // No decoder writes anything beside these.
  expect(stderr).toBe(lines.join(''));
  expect([code, signal]).toEqual([lines.length > 0 ? 1 : 0, null]);
  await expectSound(out);
  return {
    thumbnails: new Map(
      records.flatMap(([name, record]) =>
        record.status === 'done' ? [[name, onlyThumbnail(record).file] as const] : [],
      ),
    ),
    peakMemory: JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '').peakMemoryBytes,
  };
}

async function writeFile(file: string, content: CraftedFile[0]): Promise<void> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (typeof content === 'function') await content(file);
  else fs.writeFileSync(file, content);
}
