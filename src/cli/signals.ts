// Ctrl-C, `kill` and a terminal that closes: the first asks for an orderly end, the second does not wait for it.

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
  return () => first;
}
