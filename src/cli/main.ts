// The command line: what can be typed, and what a mistake is answered with. Everything heavier is loaded once it is needed.

import { createRequire } from 'node:module';
import os from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { ThumbsError } from '../errors.js';
import { defaultOptions, type ThumbsOptions } from '../options.js';
import { exitCodeOfError, exitCodes } from './exit-codes.js';
import { guardOutput } from './output-guard.js';
import type { Loudness } from './run.js';

const EXAMPLES = `
Examples:
  $ thumbs ./photos                          every photo under ./photos, thumbnails in ./thumbnails
  $ thumbs ./photos -w 4 -s 400x300          four workers, in a box of 400 x 300 pixels
  $ thumbs ./2024 ./2025 cover.jpg -o out    several folders and single files
  $ thumbs ./photos --exclude drafts         without the folders and files of that name
  $ thumbs ./photos --export thumbs.csv      the manifest as CSV as well
  $ thumbs ./photos --json > events.jsonl    what happens, for a program
  $ thumbs ./photos --dry-run                what a run would do
  $ thumbs verify                            whether every thumbnail is sound
  $ thumbs prune                             remove thumbnails that no photo needs any more
  $ thumbs bench ./photos --runs 5           which worker count is best here
  $ thumbs ./bench                           a folder that is named like a command

A run does what is new or has changed; the manifest knows the rest.

Exit codes: 0 every photo has its thumbnail; 1 some failed, each named; 2 the command line was wrong;
3 the run could not go on; 124 the deadline passed; 130 and 143 stopped by SIGINT and SIGTERM.`;

/** Option values as typed, by the names of {@link ThumbsOptions}. */
type Typed = Readonly<Record<string, unknown>>;

function createProgram(): Command {
  const require = createRequire(import.meta.url);
  const { version }: { version: string } = require('../../package.json');
  const program = new Command('thumbs')
    .description(
      'Makes a thumbnail of every photo under the paths, and a manifest of which belongs to which.',
    )
    .version(version)
    .argument('<path...>', 'folders and single files')
    .enablePositionalOptions()
    .showHelpAfterError('(thumbs --help shows all there is)')
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  addRunOptions(program);
  program.action(async (paths: string[], { dryRun, ...typed }: Typed) => {
    await keepYoungGenerationSmall();
    const run =
      dryRun === true ? (await import('./dry-run.js')).runDryRun : (await import('./run.js')).runThumbs;
    process.exitCode = await run(paths, runOptions(typed), loudness(typed));
  });
  for (const command of [createBench(), createVerify(), createPrune()]) program.addCommand(command);
  program.hook('preSubcommand', (_, subcommand) => {
    const early = Object.keys(program.opts()).find(
      (option) => program.getOptionValueSource(option) === 'cli',
    );
    if (early !== undefined)
      throw new ThumbsError(
        'OPTION',
        `Expected the options of \`${subcommand.name()}\` behind its name, got \`${early}\` before`,
      );
  });
  return program;
}

function createBench(): Command {
  return new Command('bench')
    .description('Times a sweep of worker counts against the cores of this machine.')
    .argument('<path...>', 'folders and single files; the more photos, the steadier the figures')
    .option('--sweep <counts>', 'worker counts, as 1,2,4 (default: 1, 2, 4, ... to twice the cores)')
    .option('--runs <n>', 'counted runs of each, after a warm-up of each (default: 3)')
    .option('-s, --size <WxH>', 'the box a thumbnail fits in', defaultOptions.size)
    .option('--output <file>', 'write the report to a file as well')
    .exitOverride()
    .action(
      async (paths: string[], typed: { sweep?: string; runs?: string; size: string; output?: string }) => {
        const { runBench } = await import('./bench.js');
        const { runs, ...options } = typed;
        process.exitCode = await runBench(paths, {
          ...options,
          ...(runs === undefined ? {} : { runs: numberOrText(runs) }),
        });
      },
    );
}

function createVerify(): Command {
  const command = new Command('verify')
    .description('Reads every thumbnail and compares it with its name and the manifest.')
    .option('--repair', 'make the next run do again what is damaged');
  return addPlaceOptions(command).action(async (typed: Typed) => {
    const { runVerify } = await import('./verify.js');
    process.exitCode = await runVerify(runOptions(typed), loudness(typed));
  });
}

function createPrune(): Command {
  const command = new Command('prune')
    .description('Removes thumbnails that no record names, and old temporary files.')
    .option('--dry-run', 'only say what would be removed');
  return addPlaceOptions(command).action(async (typed: Typed) => {
    const { runPrune } = await import('./prune.js');
    process.exitCode = await runPrune(runOptions(typed), loudness(typed));
  });
}

/** What `verify` and `prune` share with a run. */
function addPlaceOptions(command: Command): Command {
  command
    .option('-o, --out <dir>', `where the thumbnails are (default: ${defaultOptions.out})`)
    .option('-m, --manifest <file>', 'the manifest (default: <out>/manifest.jsonl)');
  return addLoudness(command).exitOverride();
}

function addLoudness(command: Command): Command {
  return command
    .option('--json', 'one JSON object a line on stdout, for programs')
    .addOption(new Option('-q, --quiet', 'say nothing but what is wrong').conflicts('verbose'))
    .option('-v, --verbose', 'name every file')
    .option('--no-progress', 'no progress line on a terminal');
}

/**
 * V8 lets its young generation grow to 3 x 16 MB while the listing of one large folder survives, and keeps it: 35 MB more
 * resident with 20,000 photos than with 2,000, for no gain in time. The process is ours alone, so it may be told.
 */
async function keepYoungGenerationSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
}

function addRunOptions(command: Command): void {
  const { out, size, timeout, retries, maxPixels, maxFileSize } = defaultOptions;
  command
    .option(
      '-w, --workers <n>',
      `consumer processes (default: the cores this process may use, here ${os.availableParallelism()})`,
    )
    .option('-o, --out <dir>', `where thumbnails go (default: ${out})`)
    .option('-s, --size <WxH>', `the box a thumbnail fits in, in pixels; never enlarged (default: ${size})`)
    .option('-m, --manifest <file>', 'the manifest (default: <out>/manifest.jsonl)')
    .option('--export <file>', 'also write the manifest as .txt, .csv or .json; may be repeated', collect)
    .option('--include <glob>', 'which files; may be repeated (default: every photo extension)', collect)
    .option('--exclude <glob>', 'which files and folders not; may be repeated', collect)
    .option('--hidden', 'files and folders whose name starts with a dot, too')
    .option('--follow', 'follow symbolic links below the paths')
    .option('--timeout <seconds>', `one image's time, then it is reported (default: ${timeout})`)
    .option('--retries <n>', `further tries of an image whose consumer died (default: ${retries})`)
    .option('--deadline <seconds>', "the whole run's time, then no photo is begun (default: none)")
    .option(
      '--max-memory <MB>',
      'what all consumers together may have; one over its share is killed (default: 3/4 of what there is)',
    )
    .option('--max-pixels <n>', `larger images are reported, not decoded (default: ${maxPixels})`)
    .option('--max-file-size <MB>', `larger files are reported, not read (default: ${maxFileSize})`)
    .option('--force', 'make every thumbnail anew, whatever the manifest says')
    .option('--retry-failed', 'try photos again that failed earlier and have not changed')
    .option('--prune', 'remove thumbnails that no record names after the run, and old temporary files')
    .option('--dry-run', 'only say what would be done');
  addLoudness(command);
}

function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** The library checks the values; here numbers only stop being text. */
function runOptions(typed: Typed): ThumbsOptions {
  const { json, quiet, verbose, progress, ...options } = typed;
  const numeric = ['workers', 'timeout', 'retries', 'deadline', 'maxMemory', 'maxPixels', 'maxFileSize'];
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      numeric.includes(name) ? numberOrText(value) : value,
    ]),
  );
}

/** What is no number stays as it was typed, so that the error can say what came. */
function numberOrText(value: unknown): unknown {
  const text = String(value);
  return text.trim() === '' || Number.isNaN(Number(text)) ? value : Number(text);
}

function loudness({ json, quiet, verbose, progress }: Typed): Loudness {
  return {
    json: json === true,
    quiet: quiet === true,
    verbose: verbose === true,
    progress: progress !== false,
  };
}

/** An error that was foreseen is one line; any other keeps its stack, because it is a fault of ours. */
async function fail(error: unknown): Promise<void> {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else if (error instanceof ThumbsError) {
    const { Screen } = await import('./screen.js');
    new Screen({ progress: false }).say(`thumbs: ${error.message}`);
    process.exitCode = exitCodeOfError(error);
  } else {
    throw error;
  }
}

guardOutput(exitCodes.stopped);
await createProgram().parseAsync().catch(fail);
