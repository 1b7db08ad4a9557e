// How an error ends the command: what is said on stderr, the last line of `--json`, and the exit code.

import { inspect } from 'node:util';
import { type Command, CommanderError } from 'commander';
import { ThumbsError } from '../../errors.js';
import { jsonLine, printable } from '../../printable.js';
import { endOfOptions } from '../command-line.js';
import { exitCodeOfError, exitCodes } from '../exit-codes.js';
import { messageOf } from './message.js';
import { suggestionFor } from './similar-command.js';

/** The last line of `--json` when the command could not do its work. */
interface ErrorEvent {
  readonly type: 'error';
  /** `INTERNAL` is a fault of the program itself. */
  readonly code: ThumbsError['code'];
  readonly message: string;
  /** Only for a fault of the program itself: the stack, the cause and the fields, as Node.js shows them. */
  readonly stack?: string;
}

const FAULT =
  'This is a fault of thumbs itself, not of your photos or of how it was called: please report the lines above.';

/** How long a reader has to take the last lines of a program that cannot go on. */
const LAST_LINES_MS = 5000;

/** Ends errors of the command `program`, which was called with `args`. */
export class FatalErrors {
  readonly #program: Command;
  readonly #args: readonly string[];

  constructor(program: Command, args: readonly string[]) {
    this.#program = program;
    this.#args = args;
  }

  /** For an error that ended the command in order, so that nothing is left to do. An unexpected one ends the process at once. */
  report(error: unknown): void {
    if (error instanceof CommanderError) this.#onCommandLine(error);
    else if (error instanceof ThumbsError) this.#onExpected(error);
    else this.#onFault(error);
  }

  /** For an error that nobody has caught, whatever it is: the process ends. */
  reportUncaught(error: unknown): void {
    this.#onFault(error);
  }

  /** Help and version end like this too. */
  #onCommandLine({ exitCode, message }: CommanderError): void {
    process.exitCode = exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (exitCode === 0) return;
    // Commander has written its message.
    const suggestion = this.#suggestion();
    for (const line of suggestion) process.stderr.write(`${line}\n`);
    this.#print({
      type: 'error',
      code: 'OPTION',
      message: [message.replace(/^error: /, ''), ...suggestion].join(' '),
    });
  }

  #onExpected(error: ThumbsError): void {
    process.exitCode = exitCodeOfError(error);
    const suggestion = error.code === 'OPTION' ? this.#suggestion() : [];
    const message = [messageOf(error, this.#command()), ...suggestion].join(' ');
    process.stderr.write(`thumbs: ${message}\n`);
    this.#print({ type: 'error', code: error.code, message });
  }

  #onFault(error: unknown): void {
    const stack = inspect(error);
    const lines = stack.split('\n').map(printable);
    process.stderr.write(`${lines.join('\n')}\nthumbs: ${FAULT}\n`);
    const message = error instanceof Error ? error.message : String(error);
    this.#print({ type: 'error', code: 'INTERNAL', message, stack });
    void exitWhenWritten(exitCodes.internalError);
  }

  #print(event: ErrorEvent): void {
    // Commander stops at the first mistake, so it may not have read `--json`.
    const options = this.#args.slice(0, endOfOptions(this.#args));
    if (options.includes('--json')) process.stdout.write(`${jsonLine(event)}\n`);
  }

  /** The subcommand that was typed, or the program itself. */
  #command(): Command {
    const [first] = this.#program.args;
    return this.#program.commands.find((command) => command.name() === first) ?? this.#program;
  }

  /** `(Did you mean verify?)`, or nothing. */
  #suggestion(): string[] {
    const names = this.#program.commands.map((command) => command.name());
    return suggestionFor(this.#program.args[0], names);
  }
}

/** Consumers exit when this process does. */
async function exitWhenWritten(exitCode: number): Promise<void> {
  setTimeout(() => process.exit(exitCode), LAST_LINES_MS);
  const streams = [process.stdout, process.stderr];
  await Promise.all(
    streams.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
  process.exit(exitCode);
}
