// `thumbs <path...>`: one run, with its progress line and its summary.

import { unreachable } from '../../errors.js';
import type { ThumbsOptions } from '../../options/options.js';
import { jsonLine } from '../../printable.js';
import { createThumbnails } from '../../run/create-thumbnails.js';
import type { Progress, QueueEvent, ThumbsEvent } from '../../run/events.js';
import { leaveRemovedFolder } from '../../working-folder.js';
import { sameCommandWith } from '../command-line.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';
import { Screen } from '../screen.js';
import type { Verbosity } from '../shared-options.js';
import { stopOnSignals } from '../signals.js';
import { FailureList } from '../texts/failure-list.js';
import { shownPath } from '../texts/format.js';
import { hostLine, queueLine } from '../texts/hosts.js';
import { progressLine } from '../texts/progress-line.js';
import {
  describeAttempt,
  type Hints,
  leftOutLine,
  missingPhotosLines,
  photoLine,
  prunedLine,
  startLines,
  summaryLines,
} from '../texts/summary.js';

/** Runs until the summary and returns the exit code. */
export async function runThumbs(
  paths: readonly string[],
  options: ThumbsOptions,
  verbosity: Verbosity,
): Promise<number> {
  const stop = new AbortController();
  const forceExit = new AbortController();
  stop.signal.addEventListener('abort', () => forceExit.abort());
  const screen = new Screen({
    progress: verbosity.progress && !verbosity.quiet,
    forceExit: forceExit.signal,
  });
  const notice = 'Stopping: finishing the running images (once more to stop at once)';
  const stoppedBy = stopOnSignals(stop, screen, notice);
  const hints = { forget: sameCommandWith('--forget'), place: options };
  const reporter = new Reporter(screen, verbosity, hints);
  let exitCode: number = exitCodes.ok;
  reporter.start();
  try {
    const events = createThumbnails(paths, { ...options, signal: stop.signal });
    leaveRemovedFolder();
    for await (const event of events) {
      if (event.type === 'start' && options.deadline !== undefined)
        setTimeout(() => forceExit.abort(), 1000 * options.deadline).unref();
      await reporter.report(event);
      if (event.type === 'summary') exitCode = exitCodeOf(event, stoppedBy());
    }
  } finally {
    reporter.stop();
    screen.close();
  }
  return exitCode;
}

/** Shows events. The figures come from the library. */
class Reporter {
  readonly #screen: Screen;
  readonly #verbosity: Verbosity;
  readonly #hints: Hints;
  readonly #failures = new FailureList();
  readonly #startedAt = performance.now();
  #out = '';
  /** What a run with a queue waits for. */
  #waitsFor: string | undefined;
  /** Files and folders that the walk left out and that were named. */
  #leftOut = 0;
  #progress: Progress = { finished: 0, failed: 0, worked: 0, found: 0, jobs: 0, walked: false };

  constructor(screen: Screen, verbosity: Verbosity, hints: Hints) {
    this.#screen = screen;
    this.#verbosity = verbosity;
    this.#hints = hints;
  }

  start(): void {
    this.#screen.startLine(() => {
      const elapsed = (performance.now() - this.#startedAt) / 1000;
      const { columns, colors } = this.#screen;
      return progressLine({ progress: this.#progress, waitsFor: this.#waitsFor, elapsed, columns, colors });
    });
  }

  /** On a terminal the progress line says it. */
  #onQueue(event: QueueEvent): void {
    const { quiet } = this.#verbosity;
    this.#waitsFor = event.waitsFor;
    if (event.warning !== undefined || !(quiet || this.#screen.hasLine))
      this.#screen.say(queueLine(event, this.#screen.colors));
  }

  /** To be called at the end, whether or not there was a summary: failures are named in any case. */
  stop(): void {
    this.#screen.stopLine();
    const retry = sameCommandWith('--retry-failed');
    for (const line of this.#failures.takeLines(this.#screen.colors, retry)) this.#screen.say(line);
  }

  async report(event: ThumbsEvent): Promise<void> {
    const { json, quiet, verbose } = this.#verbosity;
    const { colors } = this.#screen;
    if (json) await this.#screen.print(jsonLine(event));
    switch (event.type) {
      case 'start':
        this.#out = event.out;
        if (!quiet) for (const line of startLines(event, colors)) this.#screen.say(line);
        break;
      case 'done':
        this.#progress = event.progress;
        if (verbose) this.#screen.say(`${colors.green('done')} ${photoLine(event, this.#out)}`);
        break;
      case 'unchanged':
        this.#progress = event.progress;
        if (verbose) this.#screen.say(`${colors.dim('unchanged')} ${photoLine(event, this.#out)}`);
        break;
      case 'failed':
        this.#progress = event.progress;
        // Every night the same names would hide a new one.
        if (!(quiet && event.known)) this.#failures.add(event);
        if (verbose)
          this.#screen.say(`${colors.red('failed')} ${shownPath(event.path)} (${describeAttempt(event)})`);
        break;
      case 'host':
        if (!quiet) this.#screen.say(hostLine(event, colors));
        break;
      case 'queue':
        this.#onQueue(event);
        break;
      case 'pruned':
        if (verbose) this.#screen.say(prunedLine(event, colors));
        break;
      case 'unreadable-folder':
        this.#failures.addFolder(event);
        break;
      case 'passed-over':
      case 'skipped-folder':
        this.#leftOut += 1;
        if (verbose) this.#screen.say(leftOutLine(event, colors));
        break;
      case 'summary': {
        this.stop();
        const lines = quiet
          ? missingPhotosLines(event, this.#hints, colors)
          : summaryLines(event, this.#hints, colors, verbose ? this.#leftOut : undefined);
        for (const line of lines) this.#screen.say(line);
        break;
      }
      default:
        unreachable(event);
    }
  }
}
