// Ctrl-C, `kill` and a closing terminal: the first signal asks for an orderly end, the second does not wait for it.

import { isatty } from 'node:tty';
import { exitCodes, type StopSignal } from './exit-codes.js';
import type { Screen } from './screen.js';

/** Aborts `stop` at the first SIGINT, SIGTERM or SIGHUP, and says `notice`. Returns a function that returns the first signal. */
export function stopOnSignals(
  stop: AbortController,
  screen: Screen,
  notice: string,
): () => StopSignal | undefined {
  let first: StopSignal | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Consumers exit when this process does.
      if (first !== undefined) process.exit(exitCodes[signal]);
      first = signal;
      screen.say(notice);
      stop.abort();
    });
  }
  // Checked now: isatty() is false once the terminal is gone.
  const onTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  process.on('exit', () => {
    if (first === 'SIGHUP' && onTerminal) leaveTerminal();
  });
  return () => first;
}

/**
 * Node.js restores a terminal's modes when it exits, and aborts (SIGABRT, 134) if the terminal is gone: `ResetStdio` in its node.cc
 * does not expect EIO. To a shell the end by SIGTERM is the same as exit code 143.
 */
function leaveTerminal(): void {
  process.removeAllListeners('SIGTERM');
  process.kill(process.pid, 'SIGTERM');
}
