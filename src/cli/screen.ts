// Messages, lines of output and the progress line pass through here, so that none runs into another.

import type { createLogUpdate } from 'log-update';
import picocolors from 'picocolors';

/** Colours of messages; without a terminal, or with `NO_COLOR`, they return the text unchanged. */
export type Colors = ReturnType<typeof picocolors.createColors>;

export interface ScreenOptions {
  /** Whether a progress line is wanted, if there is a terminal. */
  readonly progress: boolean;
  /** After its abort the command does not wait for a reader that does not read. */
  readonly forceExit?: AbortSignal;
}

/** A run that is over by then needs no line, and loading the library does not delay the first thumbnail. */
const FIRST_DRAW_MS = 200;

/** Often enough to look smooth. */
const REDRAW_MS = 100;

/** How long a reader has to take the last lines after `forceExit`. */
const LAST_LINES_MS = 5000;

export class Screen {
  readonly colors: Colors;
  readonly #live: boolean;
  readonly #forceExit: AbortSignal | undefined;
  #line: ReturnType<typeof createLogUpdate> | undefined;
  #draw: (() => string) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** One wait for each full stream, however many lines wait for it. */
  readonly #drains = new Map<NodeJS.WriteStream, Promise<void>>();

  constructor({ progress, forceExit }: ScreenOptions) {
    const terminal = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
    // https://no-color.org: set, and not empty.
    this.colors = picocolors.createColors(terminal && !process.env.NO_COLOR);
    // Some pseudo-terminals have no size; a line cannot be redrawn on them.
    this.#live = terminal && progress && process.stderr.columns > 0;
    this.#forceExit = forceExit;
  }

  /** Columns of the terminal. */
  get columns(): number {
    return process.stderr.columns;
  }

  /** Whether there is a progress line. */
  get hasLine(): boolean {
    return this.#draw !== undefined;
  }

  /** Shows what `draw` returns, on one line that is redrawn until {@link stopLine}. */
  startLine(draw: () => string): void {
    if (!this.#live) return;
    this.#draw = draw;
    this.#timer = setTimeout(() => void this.#keepDrawing(), FIRST_DRAW_MS);
  }

  /** Removes the progress line. */
  stopLine(): void {
    if (this.#draw === undefined) return;
    clearInterval(this.#timer);
    this.#draw = undefined;
    this.#line?.clear();
    this.#line?.done();
  }

  /** A message for people: on stderr, above the progress line. Resolves like {@link print}, but a run does not wait for it. */
  say(text: string): Promise<void> {
    return this.#write(process.stderr, text);
  }

  /** A line for programs: on stdout. Resolves when the stream takes more, so that a slow reader slows the run. */
  print(line: string, end: '\n' | '\0' = '\n'): Promise<void> {
    return this.#write(process.stdout, line, end);
  }

  /** To be called after the last message. Unwritten output keeps the process running, but after `forceExit` only for some seconds. */
  close(): void {
    const leaveSoon = () => setTimeout(() => process.exit(), LAST_LINES_MS).unref();
    if (this.#forceExit?.aborted) leaveSoon();
    else this.#forceExit?.addEventListener('abort', leaveSoon);
  }

  async #write(stream: NodeJS.WriteStream, line: string, end = '\n'): Promise<void> {
    // Both streams may be the terminal that has the progress line.
    if (this.#draw !== undefined && stream.isTTY === true) this.#line?.clear();
    const hasCapacity = stream.write(line + end);
    if (stream.isTTY === true) this.#redraw();
    if (!hasCapacity && stream.writable) await this.#drained(stream);
  }

  #drained(stream: NodeJS.WriteStream): Promise<void> {
    const waiting = this.#drains.get(stream);
    if (waiting !== undefined) return waiting;
    const drained = waitForDrain(stream, this.#forceExit).then(() => {
      this.#drains.delete(stream);
    });
    this.#drains.set(stream, drained);
    return drained;
  }

  async #keepDrawing(): Promise<void> {
    const { createLogUpdate } = await import('log-update');
    if (this.#draw === undefined) return;
    this.#line = createLogUpdate(process.stderr);
    this.#redraw();
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
  }

  #redraw(): void {
    if (this.#draw !== undefined) this.#line?.(this.#draw());
  }
}

/** Resolves when the stream takes more, when it never will, or after `forceExit`. */
function waitForDrain(stream: NodeJS.WriteStream, forceExit: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'error'] as const;
    const done = () => {
      for (const event of events) stream.off(event, done);
      forceExit?.removeEventListener('abort', done);
      resolve();
    };
    for (const event of events) stream.once(event, done);
    forceExit?.addEventListener('abort', done);
    if (forceExit?.aborted) done();
  });
}
