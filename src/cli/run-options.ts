// The options of a run, as the help shows them.

import os from 'node:os';
import { type Command, Option } from 'commander';
import { defaultOptions, type ThumbsOptions } from '../options/options.js';
import {
  addVerbosityOptions,
  collect,
  libraryOptions,
  type ParsedOptions,
  QUEUE_VARIABLE,
} from './shared-options.js';

export function addRunOptions(command: Command): void {
  const { out, size, timeout, retries, maxPixels, maxFileSize, embedded, queueTimeout } = defaultOptions;
  command
    .option(
      '-w, --workers <n>',
      `consumer processes (default: the cores this process may use, here ${os.availableParallelism()})`,
    )
    .option('-o, --out <dir>', `where thumbnails go (default: ${out})`)
    .option(
      '-s, --size <spec>',
      `a variant: WxH in pixels, or WxH,fit=cover,format=webp,quality=80,name=card; repeatable (default: ${size})`,
      collect,
    )
    .option('--fit <fit>', 'inside, cover, contain or fill; of variants that state none (default: inside)')
    .option(
      '--position <position>',
      'what a cover keeps: centre, top, right, bottom, left, entropy, attention',
    )
    .option('--background <colour>', '#rrggbb, white, black, transparent: of contain, and behind JPEG')
    .option('--format <format>', 'png, webp, jpeg or avif; of variants that state none (default: png)')
    .option('--quality <n>', '1 to 100 (default: 80 for webp and jpeg, 65 for avif)')
    .option('--lossless', 'webp and avif without loss')
    .option('--effort <n>', 'time spent for fewer bytes: webp 0 to 6 (default: 2), avif 0 to 9 (default: 0)')
    .option('--placeholder', 'a ThumbHash of each photo in the manifest')
    .option('--layout <layout>', 'flat, or sharded: in folders of two hex digits (default: as the folder is)')
    .option('-m, --manifest <file>', 'the manifest (default: <out>/manifest.jsonl)')
    .option('--export <file>', 'also write the manifest as .txt, .csv or .json; repeatable', collect)
    .option('--gallery <dir>', 'a gallery of the thumbnails, brought up to date; see `thumbs help gallery`')
    .option('--links <dir>', "a folder with each thumbnail under its photo's own name; brought up to date")
    .option(
      '--link-type <type>',
      'reflink (else a copy), hard or symbolic: what writes into one of these two damages the thumbnail (default: reflink)',
    )
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
    .option('--keep-versions', 'make only what is new or changed, although sharp or a decoder is newer')
    .addOption(
      new Option('--queue <url>', 'consumers on other hosts take part, over this queue server').env(
        QUEUE_VARIABLE,
      ),
    )
    .option(
      '--queue-timeout <seconds>',
      `time to wait for the queue server, or for a host (default: ${queueTimeout})`,
    )
    .option('--shard <i/n>', 'only the i-th of n parts of the photos; `thumbs merge` joins their manifests')
    .option('--dry-run', 'only say what would be done');
  addVerbosityOptions(command);
}

/** The options that are numbers and nothing else. */
type NumericOption = {
  [Name in keyof ThumbsOptions]-?: NonNullable<ThumbsOptions[Name]> extends number ? Name : never;
}[keyof ThumbsOptions];

/** The compiler sees to it that none is missing. */
const NUMERIC: Readonly<Record<NumericOption, true>> = {
  workers: true,
  quality: true,
  effort: true,
  timeout: true,
  retries: true,
  deadline: true,
  maxMemory: true,
  maxPixels: true,
  maxFileSize: true,
  queueTimeout: true,
};

/** The library checks the values. */
export function runOptions(typed: ParsedOptions): ThumbsOptions {
  return libraryOptions(typed, Object.keys(NUMERIC));
}
