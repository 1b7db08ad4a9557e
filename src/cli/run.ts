// `thumbs <path...>`: one run, as a person or a program follows it.

import { unreachable } from '../errors.js';
import type { Progress, ThumbsEvent, ThumbsOptions } from '../index.js';
// Not by the index: what it loads besides, for the other commands, would come before the first fork.
import { createThumbnails } from '../pipeline/pipeline.js';
import { jsonLine } from '../printable.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { progressLine } from './progress-line.js';
import { Screen } from './screen.js';
import { stopOnSignals } from './signals.js';
import { attemptWords, prunedLine, summaryLines, Troubles } from './summary.js';
import { shownPath } from './words.js';

/** How much is said, and to whom. */
export interface Loudness {
  /** One JSON object a line on stdout. */
  readonly json: boolean;
  /** Failures only. */
  readonly quiet: boolean;
  /** Every photo as it is done. */
  readonly verbose: boolean;
  readonly progress: boolean;
}

/** Runs until the summary and returns the exit code. */
export async function runThumbs(
  paths: readonly string[],
  options: ThumbsOptions,
  loudness: Loudness,
): Promise<number> {
  const stop = new AbortController();
  const hurry = new AbortController();
  stop.signal.addEventListener('abort', () => hurry.abort());
  const screen = new Screen({ progress: loudness.progress && !loudness.quiet, hurry: hurry.signal });
  const notice = 'Stopping: finishing the images in work (once more to stop at once)';
  const stoppedBy = stopOnSignals(stop, screen, notice);
  const reporter = new Reporter(screen, loudness);
  let exitCode: number = exitCodes.ok;
  reporter.start();
  try {
    for await (const event of createThumbnails(paths, { ...options, signal: stop.signal })) {
      if (event.type === 'start' && options.deadline !== undefined)
        setTimeout(() => hurry.abort(), 1000 * options.deadline).unref();
      await reporter.report(event);
      if (event.type === 'summary') exitCode = exitCodeOf(event, stoppedBy());
    }
  } finally {
    reporter.stop();
    screen.close();
  }
  return exitCode;
}

/** Renders events; what they add up to is the library's business. */
class Reporter {
  readonly #screen: Screen;
  readonly #loudness: Loudness;
  readonly #troubles = new Troubles();
  readonly #startedAt = performance.now();
  #progress: Progress = { finished: 0, failed: 0, worked: 0, found: 0, jobs: 0, walked: false };

  constructor(screen: Screen, loudness: Loudness) {
    this.#screen = screen;
    this.#loudness = loudness;
  }

  start(): void {
    this.#screen.startLine(() => {
      const elapsed = (performance.now() - this.#startedAt) / 1000;
      const { columns, colors } = this.#screen;
      return progressLine({ progress: this.#progress, elapsed, columns, colors });
    });
  }

  /** The end, with a summary or without: what failed is named in any case. */
  stop(): void {
    this.#screen.stopLine();
    for (const line of this.#troubles.take(this.#screen.colors)) this.#screen.say(line);
  }

  async report(event: ThumbsEvent): Promise<void> {
    const { json, quiet, verbose } = this.#loudness;
    const { colors } = this.#screen;
    if (json) await this.#screen.print(jsonLine(event));
    switch (event.type) {
      case 'start':
        break;
      case 'done':
        this.#progress = event.progress;
        if (verbose) this.#screen.say(`${colors.green('done')} ${shownPath(event.path)}`);
        break;
      case 'unchanged':
        this.#progress = event.progress;
        if (verbose) this.#screen.say(`${colors.dim('unchanged')} ${shownPath(event.path)}`);
        break;
      case 'failed':
        this.#progress = event.progress;
        this.#troubles.failed(event);
        if (verbose)
          this.#screen.say(`${colors.red('failed')} ${shownPath(event.path)} (${attemptWords(event)})`);
        break;
      case 'pruned':
        if (verbose) this.#screen.say(prunedLine(event, colors));
        break;
      case 'unreadable-folder':
        this.#troubles.unreadable(event);
        break;
      case 'summary':
        this.stop();
        if (!quiet) for (const line of summaryLines(event, colors)) this.#screen.say(line);
        break;
      default:
        unreachable(event);
    }
  }
}
