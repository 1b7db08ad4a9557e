// `thumbs prune`: removes what no record names.

import type { Command } from 'commander';
import { type PruneOptions, pruneThumbnails } from '../../maintenance/prune.js';
import { jsonLine } from '../../printable.js';
import { exitCodes } from '../exit-codes.js';
import { Screen } from '../screen.js';
import {
  addPlaceOptions,
  addVerbosityOptions,
  libraryOptions,
  type ParsedOptions,
  type Verbosity,
  verbosityOf,
} from '../shared-options.js';
import { stopOnSignals } from '../signals.js';
import { prunedFigures, prunedLine } from '../texts/summary.js';

export function configure(command: Command): void {
  command
    .option('--forget', 'prune although many photos, or a manifest that uses the folder, are missing')
    .option('--dry-run', 'only say what would be removed');
  addVerbosityOptions(addPlaceOptions(command)).action(async (typed: ParsedOptions) => {
    process.exitCode = await runPrune(libraryOptions(typed), verbosityOf(typed));
  });
}

/** Prunes, and returns the exit code. */
async function runPrune(options: PruneOptions, { json, quiet, verbose }: Verbosity): Promise<number> {
  const stop = new AbortController();
  const screen = new Screen({ progress: false, forceExit: stop.signal });
  const stoppedBy = stopOnSignals(stop, screen, 'Stopping');
  const dryRun = options.dryRun === true;
  const pruned = { files: 0, bytes: 0 };
  for await (const event of pruneThumbnails(options)) {
    pruned.files += 1;
    pruned.bytes += event.bytes;
    if (json) await screen.print(jsonLine(event));
    if (verbose || (dryRun && !quiet)) await screen.say(prunedLine(event, screen.colors));
    if (stop.signal.aborted) break;
  }
  if (json) await screen.print(jsonLine({ type: 'summary', dryRun, ...pruned }));
  if (!quiet) await screen.say(prunedFigures(pruned, dryRun));
  const stopped = stoppedBy();
  return stopped === undefined ? exitCodes.ok : exitCodes[stopped];
}
