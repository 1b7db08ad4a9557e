// Ctrl-C, `kill` and a terminal that closes: the first asks for an orderly end, the second does not wait for it.

import { isatty } from 'node:tty';
import { exitCodes, type StopSignal } from './exit-codes.js';
import type { Screen } from './screen.js';

/** Aborts `stop` at the first SIGINT, SIGTERM or SIGHUP, and says `notice`. Returns what tells which came first. */
export function stopOnSignals(
  stop: AbortController,
  screen: Screen,
  notice: string,
): () => StopSignal | undefined {
  let first: StopSignal | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Without their parent the consumers end themselves.
      if (first !== undefined) process.exit(exitCodes[signal]);
      first = signal;
      screen.say(notice);
      stop.abort();
    });
  }
  // Asked now: of a terminal that is gone nobody can say that it was one.
  const onTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  process.on('exit', () => {
    if (first === 'SIGHUP' && onTerminal) leaveTerminal();
  });
  return () => first;
}

/**
 * Node.js restores a terminal's modes when it exits, and aborts (SIGABRT, 134) when the terminal is gone: `ResetStdio` in
 * its node.cc expects no EIO. To a shell the end by SIGTERM is the same as exit code 143.
 */
function leaveTerminal(): void {
  process.removeAllListeners('SIGTERM');
  process.kill(process.pid, 'SIGTERM');
}
