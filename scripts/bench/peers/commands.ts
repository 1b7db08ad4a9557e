// The commands of one run of a peer that takes file names: several in parallel, each short enough for a command line.

import type { Variant } from '../../../src/options/variant.js';
import type { Photos } from './photos.js';

/** The input of one run. */
export interface RunInput {
  readonly photos: Photos;
  readonly variant: Variant;
  /** For a program that makes several thumbnails of a photo. */
  readonly second?: Variant | undefined;
  /** How far a JPEG decoder may shrink on load: no photo becomes smaller than twice the box, as with libvips. */
  readonly shrink: Shrink;
  /** An empty folder. */
  readonly out: string;
}

/** Divisors of width and height that JPEG decoders offer. */
export type Shrink = 1 | 2 | 4 | 8;

/** One process. Its working directory is the folder of links. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Linux allows 2 MB of arguments and environment if the stack has its usual limit. Half of it is left for the environment. */
const MAX_ARGUMENT_BYTES = 1e6;
/** The NUL after an argument and the pointer to it. */
const ARGUMENT_OVERHEAD_BYTES = 9;

/**
 * Distributes the photos' names among `processes` sequences of commands. The sequences run in parallel. A sequence has more than one
 * command only if its names do not fit into one.
 */
export function parallelCommands(
  input: RunInput,
  command: (input: RunInput, names: readonly string[]) => Command,
  processes: number,
): Array<readonly Command[]> {
  return Array.from({ length: processes }, (_, sequence) => {
    const commands: Command[] = [];
    let [names, bytes]: [string[], number] = [[], 0];
    for (const name of input.photos.names.filter((_, index) => index % processes === sequence)) {
      const more = Buffer.byteLength(name) + ARGUMENT_OVERHEAD_BYTES;
      if (bytes + more > MAX_ARGUMENT_BYTES) {
        commands.push(command(input, names));
        [names, bytes] = [[], 0];
      }
      names.push(name);
      bytes += more;
    }
    if (names.length > 0) commands.push(command(input, names));
    return commands;
  });
}
