// The one writer of the command: everything that is said passes through it, so that no message runs into the progress
// line.

import type { createLogUpdate } from 'log-update';
import picocolors from 'picocolors';

/** Colours of messages; without a terminal, or with `NO_COLOR`, they return the text as it is. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** What the screen is to show. */
export interface ScreenOptions {
  /** Whether a progress line is wanted, if there is a terminal to show it on. */
  readonly progress: boolean;
  /** From its abort on the run is to end, and does not wait for a reader that does not read. */
  readonly hurry?: AbortSignal;
}

/** A run that is over by then needs no line, and the library's loading does not come before the first thumbnail. */
const FIRST_DRAW_MS = 200;

/** Often enough to look alive. */
const REDRAW_MS = 100;

/** What a reader is given to take the last lines of a run that was to end. */
const LAST_LINES_MS = 5000;

export class Screen {
  readonly colors: Colors;
  readonly #live: boolean;
  readonly #hurry: AbortSignal | undefined;
  #line: ReturnType<typeof createLogUpdate> | undefined;
  #draw: (() => string) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** One wait for each stream that is full, however many lines wait for it. */
  readonly #rooms = new Map<NodeJS.WriteStream, Promise<void>>();

  constructor({ progress, hurry }: ScreenOptions) {
    const terminal = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
    // https://no-color.org: set, and not to nothing.
    this.colors = picocolors.createColors(terminal && !process.env.NO_COLOR);
    // Some pseudo-terminals have no size; a line cannot be kept on one.
    this.#live = terminal && progress && process.stderr.columns > 0;
    this.#hurry = hurry;
  }

  /** Columns of the terminal. */
  get columns(): number {
    return process.stderr.columns;
  }

  /** Shows what `draw` returns, on one line that is kept up to date until {@link stopLine}. */
  startLine(draw: () => string): void {
    if (!this.#live) return;
    this.#draw = draw;
    this.#timer = setTimeout(() => void this.#keepDrawing(), FIRST_DRAW_MS);
  }

  /** Takes the progress line away. */
  stopLine(): void {
    if (this.#draw === undefined) return;
    clearInterval(this.#timer);
    this.#draw = undefined;
    this.#line?.clear();
    this.#line?.done();
  }

  /** A message for people: on stderr, above the progress line. Resolves as {@link print} does; a run does not wait for it. */
  say(text: string): Promise<void> {
    return this.#write(process.stderr, text);
  }

  /** A line for programs: on stdout. Resolves when there is room for the next, so that a slow reader slows the run. */
  print(line: string): Promise<void> {
    return this.#write(process.stdout, line);
  }

  /** To be called when all is said. What has not left yet keeps the process, but not for ever in a hurry. */
  close(): void {
    const leaveSoon = () => setTimeout(() => process.exit(), LAST_LINES_MS).unref();
    if (this.#hurry?.aborted) leaveSoon();
    else this.#hurry?.addEventListener('abort', leaveSoon);
  }

  async #write(stream: NodeJS.WriteStream, line: string): Promise<void> {
    // Both streams may be the one terminal that the progress line is on.
    if (this.#draw !== undefined && stream.isTTY === true) this.#line?.clear();
    const roomy = stream.write(`${line}\n`);
    if (stream.isTTY === true) this.#redraw();
    if (!roomy && stream.writable) await this.#room(stream);
  }

  #room(stream: NodeJS.WriteStream): Promise<void> {
    const waiting = this.#rooms.get(stream);
    if (waiting !== undefined) return waiting;
    const room = roomAgain(stream, this.#hurry).then(() => {
      this.#rooms.delete(stream);
    });
    this.#rooms.set(stream, room);
    return room;
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

/** Resolves when the stream takes more, or never will, or nobody is to wait for it. */
function roomAgain(stream: NodeJS.WriteStream, hurry: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'error'] as const;
    const done = () => {
      for (const event of events) stream.off(event, done);
      hurry?.removeEventListener('abort', done);
      resolve();
    };
    for (const event of events) stream.once(event, done);
    hurry?.addEventListener('abort', done);
    if (hurry?.aborted) done();
  });
}
