// `thumbs verify`: whether every thumbnail is what its name and its records say.

import type { Command } from 'commander';
import { unreachable } from '../../errors.js';
import type { FindingEvent, VerifiedEvent, VerifyProgressEvent } from '../../maintenance/findings.js';
import { type VerifyOptions, verifyThumbnails } from '../../maintenance/verify.js';
import { jsonLine } from '../../printable.js';
import { leaveRemovedFolder } from '../../working-folder.js';
import { subcommandLine } from '../command-line.js';
import { exitCodes } from '../exit-codes.js';
import { type Colors, Screen } from '../screen.js';
import {
  addPlaceOptions,
  addVerbosityOptions,
  libraryOptions,
  type ParsedOptions,
  type Verbosity,
  verbosityOf,
} from '../shared-options.js';
import { stopOnSignals } from '../signals.js';
import { byteSize, count, duration, integer, shownPath, typedPath } from '../texts/format.js';

export function configure(command: Command): void {
  command.option('--repair', 'mark what is damaged, so that the next run makes it again');
  addVerbosityOptions(addPlaceOptions(command)).action(async (typed: ParsedOptions) => {
    process.exitCode = await runVerify(libraryOptions(typed), verbosityOf(typed));
  });
}

/** Verifies, and returns the exit code: 1 when a thumbnail is missing or damaged, or the manifest is wrong. */
async function runVerify(options: VerifyOptions, verbosity: Verbosity): Promise<number> {
  const { json, quiet, progress } = verbosity;
  const stop = new AbortController();
  const screen = new Screen({ progress: progress && !quiet, forceExit: stop.signal });
  const { colors } = screen;
  const stoppedBy = stopOnSignals(stop, screen, 'Stopping');
  let latest: VerifyProgressEvent = { type: 'progress', checked: 0, files: 0 };
  let exitCode: number = exitCodes.ok;
  screen.startLine(() => `${integer(latest.checked)}/${count(latest.files, 'thumbnail')} read`);
  try {
    const events = verifyThumbnails({ ...options, signal: stop.signal });
    leaveRemovedFolder();
    for await (const event of events) {
      if (json) await screen.print(jsonLine(event));
      switch (event.type) {
        case 'progress':
          latest = event;
          break;
        case 'finding':
          if (isShown(event, verbosity)) await screen.say(findingLine(event, colors));
          break;
        case 'verified':
          exitCode =
            event.missing + event.damaged + event.wrongRecords > 0 ? exitCodes.someFailed : exitCodes.ok;
          screen.stopLine();
          if (!quiet) for (const line of verifiedLines(event, options, colors)) await screen.say(line);
          break;
        default:
          unreachable(event);
      }
    }
  } finally {
    screen.stopLine();
    screen.close();
  }
  const stopped = stoppedBy();
  return stopped === undefined ? exitCode : exitCodes[stopped];
}

function isShown({ finding }: FindingEvent, { quiet, verbose }: Verbosity): boolean {
  if (finding === 'unneeded') return verbose;
  return finding !== 'foreign' || !quiet;
}

/** Sources that are named for one thumbnail; many photos may share it. */
const NAMED_SOURCES = 3;

function findingLine({ finding, path, reason, sources, manifest }: FindingEvent, colors: Colors): string {
  const color = finding === 'foreign' || finding === 'unneeded' ? colors.yellow : colors.red;
  const named = [...sources.slice(0, NAMED_SOURCES), ...(manifest === undefined ? [] : [manifest])].map(
    shownPath,
  );
  const more = Math.max(0, sources.length - NAMED_SOURCES);
  const of =
    named.length === 0 ? '' : ` (of ${named.join(', ')}${more === 0 ? '' : ` and ${integer(more)} more`})`;
  return `${color(finding.toUpperCase())} ${shownPath(path)}: ${reason}${of}`;
}

function verifiedLines(verified: VerifiedEvent, options: VerifyOptions, colors: Colors): string[] {
  const { missing, damaged, wrongRecords, foreign, unneeded } = verified;
  const faults = [
    ...(missing === 0 ? [] : [`${integer(missing)} missing`]),
    ...(damaged === 0 ? [] : [`${integer(damaged)} damaged`]),
    ...(wrongRecords === 0 ? [] : [`${count(wrongRecords, 'wrong record')}`]),
  ];
  const condition = faults.length === 0 ? 'all sound' : colors.red(faults.join(', '));
  const read = `${byteSize(verified.bytes)} in ${duration(verified.seconds)}`;
  const sources = `${count(verified.sources, 'photo')}${verified.failed === 0 ? '' : `, ${integer(verified.failed)} of them failed`}`;
  const missingManifests = verified.missingManifests.map(shownPath).join(', ');
  const pruning =
    missingManifests === ''
      ? `${subcommandLine('prune', options)} frees ${byteSize(verified.unneededBytes)}`
      : `they may be of ${missingManifests}, which uses the folder and does not exist`;
  return [
    `${colors.bold(`${count(verified.thumbnails, 'thumbnail')} verified: ${condition}`)} (${sources}; ${read})`,
    ...(foreign === 0 ? [] : [`${count(foreign, 'foreign file')}, left alone`]),
    ...(unneeded === 0 ? [] : [`${count(unneeded, 'file')} that no record names: ${pruning}`]),
    ...remedy(verified, options),
  ];
}

function remedy(verified: VerifiedEvent, options: VerifyOptions): string[] {
  const { missing, damaged, damagedOfOthers, damagedManifests, wrongRecords, repaired } = verified;
  if (options.repair === true && repaired > 0)
    return [`${count(repaired, 'record')} marked or removed: the next run processes these photos again`];
  const own = damaged - damagedOfOthers + wrongRecords;
  const repairs = [
    ...(own === 0
      ? []
      : [
          `${subcommandLine('verify', options, '--repair')} marks what is damaged, so that the next run makes it again.`,
        ]),
    ...damagedManifests.map((manifest) => {
      const place = { ...options, manifest: typedPath(manifest) };
      return `${subcommandLine('verify', place, '--repair')} marks what is damaged, so that its next run makes it again.`;
    }),
  ];
  return repairs.length > 0 || missing === 0 ? repairs : ['The next run makes the missing ones.'];
}
