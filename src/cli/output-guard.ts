// What happens when stdout or stderr cannot be written. It is loaded first, so it imports little.

import { causeOf, systemCode } from '../errors.js';

/**
 * To be called before anything is written. If the reader has left (`| head -1`, a terminal that was closed), the output ends and the
 * work continues; any other error of the output ends the command.
 */
export function guardOutput(exitCode: number): void {
  for (const [name, stream] of [['stdout', process.stdout] as const, ['stderr', process.stderr] as const]) {
    stream.on('error', (error: Error) => {
      if (systemCode(error) === 'EPIPE' || (systemCode(error) === 'EIO' && stream.isTTY)) return;
      if (name === 'stdout') process.stderr.write(`thumbs: Cannot write to stdout: ${causeOf(error)}\n`);
      // Consumers exit when this process does.
      process.exit(exitCode);
    });
  }
}
