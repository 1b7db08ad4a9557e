// The options of a run, as the help shows them.

import os from 'node:os';
import type { Command } from 'commander';
import { defaultOptions, type ThumbsOptions } from '../options/options.js';
import { addVerbosityOptions, libraryOptions, type ParsedOptions } from './shared-options.js';

export function addRunOptions(command: Command): void {
  const { out, size, timeout, retries, maxPixels, maxFileSize, embedded } = defaultOptions;
  command
    .option(
      '-w, --workers <n>',
      `consumer processes (default: the cores this process may use, here ${os.availableParallelism()})`,
    )
    .option('-o, --out <dir>', `where thumbnails go (default: ${out})`)
    .option('-s, --size <WxH>', `the box a thumbnail fits in, in pixels; never enlarged (default: ${size})`)
    .option('-m, --manifest <file>', 'the manifest (default: <out>/manifest.jsonl)')
    .option('--export <file>', 'also write the manifest as .txt, .csv or .json; repeatable', collect)
    .option('--include <glob>', 'which files; repeatable (default: every photo extension)', collect)
    .option('--exclude <glob>', 'which files and folders to leave out; repeatable', collect)
    .option('--hidden', 'also files and folders whose name starts with a dot')
    .option('--follow', 'follow symbolic links below the paths')
    .option('--any-extension', 'every file, whatever its extension; what is no picture is reported')
    .option('--svg', 'SVG drawings, too')
    .option('--prefer-jpeg', 'leave out a RAW file beside a JPEG of the same name')
    .option(
      '--embedded <when>',
      `smaller pictures that files hold: auto (HEIC), always (JPEG too), never (default: ${embedded})`,
    )
    .option(
      '--timeout <seconds>',
      `time for one image, which is then given up and reported (default: ${timeout})`,
    )
    .option('--retries <n>', `further tries of an image whose consumer died (default: ${retries})`)
    .option('--deadline <seconds>', 'time for the whole run; no photo is started after it (default: none)')
    .option(
      '--max-memory <MB>',
      "memory of all consumers together; an image over its consumer's share is done alone (default: 3/4 of the machine or its container)",
    )
    .option('--max-pixels <n>', `larger images are reported, not decoded (default: ${maxPixels})`)
    .option('--max-file-size <MB>', `larger files are reported, not read (default: ${maxFileSize})`)
    .option('--force', 'make every thumbnail again, whatever the manifest says')
    .option('--retry-failed', 'try photos again that failed earlier and have not changed')
    .option('--prune', 'after the run, remove thumbnails that no record names, and stale temporary files')
    .option('--forget', 'remove records and prune although many or all photos are missing')
    .option('--dry-run', 'only say what would be done');
  addVerbosityOptions(command);
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** The options that are numbers and nothing else. */
type NumericOption = {
  [Name in keyof ThumbsOptions]-?: NonNullable<ThumbsOptions[Name]> extends number ? Name : never;
}[keyof ThumbsOptions];

/** The compiler sees to it that none is missing. */
const NUMERIC: Readonly<Record<NumericOption, true>> = {
  workers: true,
  timeout: true,
  retries: true,
  deadline: true,
  maxMemory: true,
  maxPixels: true,
  maxFileSize: true,
};

/** The library checks the values. */
export function runOptions(typed: ParsedOptions): ThumbsOptions {
  return libraryOptions(typed, Object.keys(NUMERIC));
}
