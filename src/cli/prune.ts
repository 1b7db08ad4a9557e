// `thumbs prune`: removes what no record names.

import { type PruneOptions, pruneThumbnails } from '../index.js';
import { jsonLine } from '../printable.js';
import { exitCodes } from './exit-codes.js';
import type { Loudness } from './run.js';
import { Screen } from './screen.js';
import { stopOnSignals } from './signals.js';
import { prunedLine, prunedWords } from './summary.js';

/** Prunes, and returns the exit code. */
export async function runPrune(options: PruneOptions, loudness: Loudness): Promise<number> {
  const { json, quiet, verbose } = loudness;
  const stop = new AbortController();
  const screen = new Screen({ progress: false, hurry: stop.signal });
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
  if (!quiet) await screen.say(prunedWords(pruned, dryRun));
  const stopped = stoppedBy();
  return stopped === undefined ? exitCodes.ok : exitCodes[stopped];
}
