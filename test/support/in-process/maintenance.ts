// Verifying and pruning in the test's own process, in a form that tests compare.

import path from 'node:path';
import type { FindingEvent, VerifiedEvent } from '../../../src/maintenance/findings.js';
import { type PruneOptions, pruneThumbnails } from '../../../src/maintenance/prune.js';
import { type VerifyOptions, verifyThumbnails } from '../../../src/maintenance/verify.js';

/** What a verification found. */
export interface Verified {
  /** `finding file: sources`, files by their names, sorted. */
  readonly findings: string[];
  readonly events: FindingEvent[];
  readonly summary: VerifiedEvent;
}

/** Verifies an output folder to the end. */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const events: FindingEvent[] = [];
  let summary: VerifiedEvent | undefined;
  for await (const event of verifyThumbnails(options)) {
    if (event.type === 'finding') events.push(event);
    if (event.type === 'verified') summary = event;
  }
  if (summary === undefined) throw new Error('Expected a verification to end with its summary');
  return { findings: events.map(line).sort(), events, summary };
}

function line({ finding, path: file, sources }: FindingEvent): string {
  return `${finding} ${path.basename(file)}: ${sources.map((source) => path.basename(source)).join()}`;
}

/** Prunes an output folder, and returns the names of the files, in their order. */
export async function prune(options: PruneOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const event of pruneThumbnails(options)) names.push(path.basename(event.path));
  return names;
}
