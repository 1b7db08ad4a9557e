// `thumbs <path...> --dry-run`: what a run would do.

import { unreachable } from '../../errors.js';
import type { ThumbsOptions } from '../../options/options.js';
import { jsonLine } from '../../printable.js';
import type { Amount, PlannedEvent, PlanSummaryEvent } from '../../run/events.js';
import { type PlanEvent, planThumbnails } from '../../run/plan-thumbnails.js';
import { leaveRemovedFolder } from '../../working-folder.js';
import { sameCommandWith, subcommandLine } from '../command-line.js';
import { exitCodes } from '../exit-codes.js';
import { type Colors, Screen } from '../screen.js';
import type { Verbosity } from '../shared-options.js';
import { stopOnSignals } from '../signals.js';
import { unreadableLine } from '../texts/failure-list.js';
import { byteSize, count, integer, shownPath } from '../texts/format.js';
import {
  anewLine,
  keptLines,
  leftOutLine,
  prunedFigures,
  prunedLine,
  refusalLines,
  walkLines,
} from '../texts/summary.js';

/** Says what would be done, and returns the exit code. */
export async function runDryRun(
  paths: readonly string[],
  options: ThumbsOptions,
  { json, quiet, verbose, progress }: Verbosity,
): Promise<number> {
  const stop = new AbortController();
  const screen = new Screen({ progress: progress && !quiet, forceExit: stop.signal });
  const { colors } = screen;
  const stoppedBy = stopOnSignals(stop, screen, 'Stopping');
  let found = 0;
  let leftOut = 0;
  let exitCode: number = exitCodes.ok;
  const report = async (event: PlanEvent) => {
    switch (event.type) {
      case 'planned':
        found += 1;
        if (verbose) await screen.say(plannedLine(event, colors));
        break;
      case 'pruned':
        if (verbose || (options.prune === true && !quiet)) await screen.say(prunedLine(event, colors));
        break;
      case 'unreadable-folder':
        exitCode = exitCodes.someFailed;
        await screen.say(unreadableLine(event, colors));
        break;
      case 'passed-over':
      case 'skipped-folder':
        leftOut += 1;
        if (verbose) await screen.say(leftOutLine(event, colors));
        break;
      case 'plan': {
        screen.stopLine();
        const walk = walkLines(event, true, colors, verbose ? leftOut : undefined);
        const lines = [...planLines(event, options, colors), ...walk];
        if (!quiet) for (const line of lines) await screen.say(line);
        if (!quiet) await screen.say(colors.dim('Nothing was done: this is a dry run.'));
        break;
      }
      default:
        unreachable(event);
    }
  };
  screen.startLine(() => `${count(found, 'photo')} found`);
  try {
    const events = planThumbnails(paths, { ...options, signal: stop.signal });
    leaveRemovedFolder();
    for await (const event of events) {
      if (stop.signal.aborted) break;
      if (json) await screen.print(jsonLine(event));
      await report(event);
    }
  } finally {
    screen.stopLine();
    screen.close();
  }
  const stopped = stoppedBy();
  return stopped === undefined ? exitCode : exitCodes[stopped];
}

function plannedLine({ plan, why, path, variants, bytes }: PlannedEvent, colors: Colors): string {
  const because = why === undefined || why === plan ? '' : `${why}, `;
  const made = variants.length === 0 ? '' : `: ${variants.join(', ')}`;
  return `${colors.dim(plan)} ${shownPath(path)} (${because}${byteSize(bytes)})${made}`;
}

function planLines(plan: PlanSummaryEvent, options: ThumbsOptions, colors: Colors): string[] {
  const amounts: Array<[string, Amount]> = [
    ['new', plan.new],
    ['changed', plan.changed],
    ['moved, touched or incomplete, to be compared by content', plan.compare],
    ['unchanged', plan.unchanged],
    ['known failures, not to be tried again (--retry-failed)', plan.knownBad],
  ];
  return [
    ...(plan.anew === undefined ? [] : [anewLine(plan.anew, colors)]),
    ...amounts.map(
      ([what, { photos, bytes }]) =>
        `${colors.bold(integer(photos).padStart(9))} ${what}${photos === 0 ? '' : `, ${byteSize(bytes)}`}`,
    ),
    ...Object.entries(plan.variants).map(
      ([variant, amount]) =>
        `${colors.bold(integer(amount).padStart(9))} thumbnails of ${variant} to be made`,
    ),
    ...(plan.moved === undefined
      ? []
      : [
          `${colors.bold(integer(plan.moved).padStart(9))} whose thumbnails are to be moved to the other layout`,
        ]),
    `${colors.bold(integer(plan.removed).padStart(9))} to be removed from the manifest: the photo is gone, or not selected any more`,
    ...keptLines(plan, sameCommandWith('--forget'), colors),
    ...pruneLines(plan, options),
    ...refusalLines(plan, options, colors),
  ];
}

function pruneLines({ unneeded, unneededUnknown }: PlanSummaryEvent, options: ThumbsOptions): string[] {
  if (unneededUnknown !== undefined) return [`What could be pruned is not known: ${unneededUnknown}`];
  if (unneeded === undefined) return [];
  const isAdvised = options.prune !== true && unneeded.files > 0;
  const how = isAdvised ? ` (--prune, or ${subcommandLine('prune', options)} afterwards)` : '';
  return [prunedFigures(unneeded, true) + how];
}
