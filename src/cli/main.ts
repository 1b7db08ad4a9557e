// The command line: what can be typed, and how errors end it. Everything else is loaded when it is needed.

import fs from 'node:fs';
import { Command } from 'commander';
import { optionError } from '../errors.js';
import { packageFile } from '../package-file.js';
import { argumentsInBytes } from './command-line.js';
import { FatalErrors } from './errors/fatal.js';
import { typedName } from './errors/message.js';
import { unknownCommandMessage } from './errors/similar-command.js';
import { exitCodes } from './exit-codes.js';
import { guardOutput } from './output-guard.js';
import { addRunOptions, runOptions } from './run-options.js';
import { type ParsedOptions, verbosityOf } from './shared-options.js';

/** A subcommand: what the help of `thumbs` says of it, and the file with everything else. */
interface Subcommand {
  readonly usage: string;
  readonly description: string;
  readonly load: () => Promise<{ readonly configure: (command: Command) => void }>;
}

const subcommands: Readonly<Record<string, Subcommand>> = {
  bench: {
    usage: '[options] <path...>',
    description: 'Times whole runs with several worker counts.',
    load: () => import('./commands/bench.js'),
  },
  verify: {
    usage: '[options]',
    description: 'Reads every thumbnail and compares it with its name and the manifest.',
    load: () => import('./commands/verify.js'),
  },
  prune: {
    usage: '[options]',
    description: 'Removes thumbnails that no record names, and stale temporary files.',
    load: () => import('./commands/prune.js'),
  },
  merge: {
    usage: '[options] <manifest...>',
    description: 'Joins the manifests of all shards of a run.',
    load: () => import('./commands/merge.js'),
  },
  find: {
    usage: '[options] <photo...>',
    description: "Prints the paths of photos' thumbnails.",
    load: () => import('./commands/find.js'),
  },
  gallery: {
    usage: '[options]',
    description: 'Makes a gallery of the thumbnails: a folder of pages that needs no server.',
    load: () => import('./commands/gallery.js'),
  },
  worker: {
    usage: '[options] [url]',
    description: 'Works for runs of other hosts, over a queue server.',
    load: () => import('./commands/worker.js'),
  },
  formats: {
    usage: '[options]',
    description: 'Shows what this installation reads and writes, and why not what it does not.',
    load: () => import('./commands/formats.js'),
  },
};

const EXAMPLES = `
Examples:
  $ thumbs ./photos                          every photo under ./photos, thumbnails in ./thumbnails
  $ thumbs ./photos -w 4 -s 400x300          four workers, in a box of 400 x 300 pixels
  $ thumbs ./photos -s 200x200 -s 1600x,format=webp,name=screen
                                             two thumbnails of each photo
  $ thumbs ./2024 ./2025 cover.jpg -o out    several folders and single files
  $ thumbs ./photos --exclude drafts         without the folders and files of that name
  $ thumbs ./photos --export thumbs.csv      the manifest as CSV as well
  $ thumbs ./photos --json > events.jsonl    what happens, for a program
  $ thumbs ./photos --dry-run                what a run would do
  $ thumbs verify                            whether every thumbnail is sound
  $ thumbs find IMG_1.jpg                    where its thumbnails are
  $ thumbs gallery --title 'Our holidays'    pages to look at them, in ./gallery
  $ thumbs ./photos --shard 3/8              a part of the photos, here or on another machine
  $ thumbs merge thumbnails/manifest-*-of-8.jsonl
                                             the manifest of all parts
  $ thumbs prune                             remove thumbnails that no photo needs any more
  $ thumbs bench ./photos --runs 5           which worker count is best here
  $ thumbs ./photos --queue redis://nas:6379 with the consumers of other hosts, on each of which runs
  $ thumbs worker redis://nas:6379 -w 8
  $ thumbs formats                           what can be read here, and what is missing
  $ thumbs help prune                        the options of a subcommand
  $ thumbs ./bench                           a folder that has a subcommand's name

A run makes what is new or has changed; the rest is carried over from the manifest.

Exit codes: 0 every photo has its thumbnail; 1 some failed, each is named, or too many are missing;
2 invalid command line; 3 the run could not continue; 70 a fault of thumbs itself; 124 the deadline passed;
130 and 143 stopped by SIGINT and SIGTERM.`;

function createProgram(): Command {
  const { version } = JSON.parse(fs.readFileSync(packageFile('package.json'), 'utf8'));
  const program = new Command('thumbs')
    .description(
      'Makes a thumbnail of every photo under the paths, and a manifest of which belongs to which.',
    )
    .version(version)
    .argument('<path...>', 'folders and single files')
    .enablePositionalOptions()
    .showHelpAfterError('(thumbs --help shows all options)')
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  addRunOptions(program);
  program.action(async (paths: string[], { dryRun, ...typed }: ParsedOptions) => {
    await keepYoungGenerationSmall();
    const run =
      dryRun === true
        ? (await import('./commands/dry-run.js')).runDryRun
        : (await import('./commands/run.js')).runThumbs;
    process.exitCode = await run(paths, runOptions(typed), verbosityOf(typed));
  });
  for (const [name, { usage, description }] of Object.entries(subcommands))
    program.addCommand(new Command(name).usage(usage).description(description).exitOverride());
  addHelpCommand(program);
  program.hook('preSubcommand', async (_, command) => {
    refuseEarlyOptions(program, command);
    await configure(command);
  });
  return program;
}

async function configure(command: Command): Promise<void> {
  (await subcommands[command.name()]?.load())?.configure(command);
}

/** Our own, because commander's shows a subcommand before its options are loaded. */
function addHelpCommand(program: Command): void {
  const help: Command = program
    .command('help')
    .usage('[command]')
    .description('Shows this help, or that of a command.');
  help.argument('[command]').action(async (name: string | undefined) => {
    if (name === undefined) program.help();
    const command = program.commands.find((known) => known.name() === name);
    if (command === undefined) help.error(unknownCommandMessage(name, Object.keys(subcommands)));
    if (command !== help) await configure(command);
    command.help();
  });
}

/** Options of a run before a subcommand's name would be ignored. */
function refuseEarlyOptions(program: Command, command: Command): void {
  const early = Object.keys(program.opts()).find((option) => program.getOptionValueSource(option) === 'cli');
  if (early === undefined) return;
  const typed = typedName(early, program);
  throw optionError(`Expected the options of \`${command.name()}\` after its name, got \`${typed}\` before`);
}

/**
 * V8 lets its young generation grow to 3 x 16 MB while the listing of one large folder survives, and keeps it: 35 MB more resident
 * memory with 20,000 photos than with 2,000, without saving time. The process is ours alone, so its flags may be set.
 */
async function keepYoungGenerationSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
}

guardOutput(exitCodes.cannotContinue);
process.argv.splice(2, process.argv.length, ...argumentsInBytes(process.argv.slice(2)));
const program = createProgram();
const errors = new FatalErrors(program, process.argv.slice(2));
// Rejections that nobody handles come here too.
process.on('uncaughtException', (error) => errors.reportUncaught(error));
await program.parseAsync().catch((error) => errors.report(error));
