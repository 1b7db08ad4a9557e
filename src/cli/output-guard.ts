// What follows when output cannot be written. It is loaded first, so it needs little.

import { causeOf, systemCode } from '../errors.js';

/**
 * To be called before anything is written. A reader that has left (`| head -1`, a terminal that was closed) ends the
 * output and not the work; output that cannot be written for another cause ends the command.
 */
export function guardOutput(exitCode: number): void {
  for (const [name, stream] of [['stdout', process.stdout] as const, ['stderr', process.stderr] as const]) {
    stream.on('error', (error: Error) => {
      if (systemCode(error) === 'EPIPE' || (systemCode(error) === 'EIO' && stream.isTTY)) return;
      if (name === 'stdout') process.stderr.write(`thumbs: Cannot write to stdout: ${causeOf(error)}\n`);
      // Without their parent the consumers end themselves.
      process.exit(exitCode);
    });
  }
}
