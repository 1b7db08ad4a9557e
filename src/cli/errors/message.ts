// An error of the library in the words of the command: options as they are typed, and command lines that help.

import type { Command } from 'commander';
import { type Expected, type Remedy, type ThumbsError, unreachable } from '../../errors.js';
import { type Place, quoted, subcommandLine } from '../command-line.js';
import { typedPath } from '../texts/format.js';

/** One line. @param command What was typed: a subcommand, or `thumbs` itself. */
export function messageOf({ message, expected, remedy }: ThumbsError, command: Command): string {
  const text = expected === undefined ? message : expectedMessage(expected, command);
  return remedy === undefined ? text : text + remedyHint(remedy, command.opts<Place>());
}

/** ``Expected `--max-memory` to be a number from 256 to 1000000000, got `abc` `` */
function expectedMessage({ option, expectation, shown }: Expected, command: Command): string {
  const inWords = expectation.replace(/`(\w+)`/g, (_, name: string) => `\`${typedName(name, command)}\``);
  return `Expected \`${typedName(option, command)}\` ${inWords}, got \`${shown}\``;
}

/** `--max-memory` for `maxMemory`. What is no option of the command, an environment variable say, keeps its name. */
export function typedName(name: string, command: Command): string {
  return command.options.find((option) => option.attributeName() === name)?.long ?? name;
}

function remedyHint(remedy: Remedy, place: Place): string {
  switch (remedy.type) {
    case 'repair':
      return `; ${subcommandLine('verify', place, '--repair')} removes it, and the next run treats its photo as new`;
    case 'forget':
      return `; ${subcommandLine('prune', place, '--forget')} prunes nevertheless`;
    case 'other-output':
      return `, with \`-o ${quoted(typedPath(remedy.out))}\` for example`;
    case 'copy-links':
      return '; `--link-type reflink` copies the thumbnails where they cannot be shared';
    default:
      return unreachable(remedy);
  }
}
