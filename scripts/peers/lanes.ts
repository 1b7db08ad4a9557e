// Processes that work side by side on a list of files, none of them with more than a command line holds.

import type { Box } from '../../src/options/variant.js';
import type { Photos } from './photos.js';

/** What is to be done in one run. `out` is there, and empty. */
export interface Job {
  readonly photos: Photos;
  readonly box: Box;
  readonly out: string;
}

/** One process, in the folder of links. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Linux takes 2 MB of arguments and environment where the stack has its usual limit; half of it leaves room for the latter. */
const ARGUMENT_BYTES = 1e6;
/** An argument's NUL and the pointer to it. */
const ARGUMENT_FRAME_BYTES = 9;

/** Deals the names out to `lanes`, each of them in as few processes as the limit of arguments allows. */
export function split(
  job: Job,
  start: (job: Job, names: readonly string[]) => Start,
  lanes: number,
): Array<readonly Start[]> {
  return Array.from({ length: lanes }, (_, lane) => {
    const starts: Start[] = [];
    let [names, bytes]: [string[], number] = [[], 0];
    for (const name of job.photos.names.filter((_, at) => at % lanes === lane)) {
      const more = Buffer.byteLength(name) + ARGUMENT_FRAME_BYTES;
      if (bytes + more > ARGUMENT_BYTES) {
        starts.push(start(job, names));
        [names, bytes] = [[], 0];
      }
      names.push(name);
      bytes += more;
    }
    if (names.length > 0) starts.push(start(job, names));
    return starts;
  });
}
