// Options that several commands share, and option values as they are typed.

import { type Command, Option } from 'commander';
import { defaultOptions } from '../options/options.js';

/** The environment variable with the queue server's URL: a password in it is in no list of processes. */
export const QUEUE_VARIABLE = 'THUMBS_QUEUE';

/** Option values as typed, by their names in camel case. */
export type ParsedOptions = Readonly<Record<string, unknown>>;

/** How much is said, and to whom. */
export interface Verbosity {
  /** One JSON object a line on stdout. */
  readonly json: boolean;
  /** Failures only. */
  readonly quiet: boolean;
  /** Every photo as it is done. */
  readonly verbose: boolean;
  /** A progress line, if there is a terminal. */
  readonly progress: boolean;
}

export function addVerbosityOptions(command: Command): Command {
  return command
    .option('--json', 'one JSON object a line on stdout, for programs')
    .addOption(new Option('-q, --quiet', 'say only what is wrong').conflicts('verbose'))
    .option('-v, --verbose', 'name every file')
    .option('--no-progress', 'no progress line on a terminal');
}

export function verbosityOf({ json, quiet, verbose, progress }: ParsedOptions): Verbosity {
  return {
    json: json === true,
    quiet: quiet === true,
    verbose: verbose === true,
    progress: progress !== false,
  };
}

/** The options of commands that work on the output of earlier runs. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option('-o, --out <dir>', `where the thumbnails are (default: ${defaultOptions.out})`)
    .option('-m, --manifest <file>', 'the manifest (default: <out>/manifest.jsonl)');
}

/** What is typed for the library: without the verbosity, and with numbers for the options named in `numeric`. */
export function libraryOptions(
  typed: ParsedOptions,
  numeric: readonly string[] = [],
): Record<string, unknown> {
  const { json, quiet, verbose, progress, ...options } = typed;
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      numeric.includes(name) ? numberOrText(value) : value,
    ]),
  );
}

/** The library checks values; text that is no number stays as it was typed, for the error message. */
export function numberOrText(value: unknown): unknown {
  const text = String(value);
  return text.trim() === '' || Number.isNaN(Number(text)) ? value : Number(text);
}

/** The value of an option that may be given several times. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}
