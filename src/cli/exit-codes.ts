// The command's exit codes. They are set in this folder alone.

import { type ThumbsError, unreachable } from '../errors.js';
import type { SummaryEvent } from '../run/events.js';

export const exitCodes = {
  /** Every photo has its thumbnail. */
  ok: 0,
  /**
   * Some photos failed, some folders could not be read (each is named), so many photos are missing that records were kept or nothing was
   * pruned, or a photo lacks its link or its place in the gallery.
   */
  someFailed: 1,
  /** The command line is invalid; nothing was done. */
  usage: 2,
  /** The run could not continue. */
  cannotContinue: 3,
  /** A fault of the program itself; the code of EX_SOFTWARE in sysexits.h. */
  internalError: 70,
  /** The deadline passed before all photos were done; the code of timeout(1). */
  deadline: 124,
  SIGINT: 130,
  SIGTERM: 143,
  /** A closing terminal: the same orderly end as by SIGTERM. */
  SIGHUP: 143,
} as const;

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The exit code of a run that reached its summary. */
export function exitCodeOf(
  { stopped, failed, failures, unreadableFolders, kept, pruneRefused, links, gallery }: SummaryEvent,
  stoppedBy: StopSignal | undefined,
): number {
  if (stopped === 'deadline') return exitCodes.deadline;
  if (stopped === 'signal' && stoppedBy !== undefined) return exitCodes[stoppedBy];
  if (failures.INTERNAL !== undefined) return exitCodes.internalError;
  const hasPhotos = failed === 0 && unreadableFolders === 0 && kept === 0 && pruneRefused === undefined;
  return hasPhotos && isWhole(links) && isWhole(gallery) ? exitCodes.ok : exitCodes.someFailed;
}

/** Whether a gallery or a tree of links has all that it should; also where there is none. */
export function isWhole(
  filled: { readonly foreign: readonly string[]; readonly missing: number } | undefined,
): boolean {
  return filled === undefined || (filled.foreign.length === 0 && filled.missing === 0);
}

/** The exit code of an error that ended a run. */
export function exitCodeOfError(error: ThumbsError): number {
  switch (error.code) {
    case 'OPTION':
      return exitCodes.usage;
    case 'OUTPUT':
    case 'MANIFEST':
    case 'CONSUMER':
    case 'QUEUE':
    case 'LOCKED':
      return exitCodes.cannotContinue;
    case 'REFUSED':
    case 'CORRUPT':
    case 'UNSUPPORTED':
    case 'TOO_LARGE':
    case 'TIMEOUT':
    case 'WORKER_DIED':
    case 'UNREADABLE':
    case 'CHANGED':
      return exitCodes.someFailed;
    case 'INTERNAL':
      return exitCodes.internalError;
    default:
      return unreachable(error.code);
  }
}
