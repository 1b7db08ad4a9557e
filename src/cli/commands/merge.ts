// `thumbs merge <manifest...>`: joins the manifests of all shards of a run.

import type { Command } from 'commander';
import { mergeShards } from '../../maintenance/merging/merge.js';
import { jsonLine } from '../../printable.js';
import { exitCodes } from '../exit-codes.js';
import { Screen } from '../screen.js';
import { addPlaceOptions, collect, libraryOptions, type ParsedOptions } from '../shared-options.js';
import { stopOnSignals } from '../signals.js';
import { count, integer, shownPath } from '../texts/format.js';

export function configure(command: Command): void {
  command.argument('<manifest...>', 'those of all shards: manifest-1-of-8.jsonl, ...');
  addPlaceOptions(command)
    .option('--export <file>', 'also write the manifest as .txt, .csv or .json; repeatable', collect)
    .option('--keep', 'keep the manifests of the shards, which are removed otherwise')
    .option('--json', 'one JSON object on stdout, for programs')
    .option('-q, --quiet', 'say only what is wrong')
    .action(async (manifests: string[], typed: ParsedOptions) => {
      process.exitCode = await runMerge(manifests, typed);
    });
}

/** Merges, and returns the exit code. */
async function runMerge(manifests: readonly string[], typed: ParsedOptions): Promise<number> {
  const stop = new AbortController();
  const screen = new Screen({ progress: false, forceExit: stop.signal });
  const stoppedBy = stopOnSignals(stop, screen, 'Stopping');
  const merged = await mergeShards(manifests, { ...libraryOptions(typed), signal: stop.signal });
  const stopped = stoppedBy();
  if (merged === undefined) return stopped === undefined ? exitCodes.cannotContinue : exitCodes[stopped];
  if (typed.json === true) await screen.print(jsonLine(merged));
  if (typed.quiet !== true) {
    const { shards, photos, failed, removed, manifest, exports } = merged;
    const figures = [
      `${count(shards, 'shard')} merged`,
      count(photos, 'photo'),
      ...(failed === 0 ? [] : [`${integer(failed)} of them failed`]),
    ];
    await screen.say(figures.join(', '));
    if (removed > 0)
      await screen.say(`${count(removed, 'record')} removed: the photo is gone, or not selected any more`);
    await screen.say(`${screen.colors.dim('manifest')} ${shownPath(manifest)}`);
    for (const file of exports) await screen.say(`${screen.colors.dim('export')} ${shownPath(file)}`);
  }
  return exitCodes.ok;
}
