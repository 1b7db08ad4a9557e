// A mistyped subcommand: `thumbs vrify` is a run over the path `vrify`, so the command line itself is valid.

import fs from 'node:fs';
import { Command, CommanderError } from 'commander';

/** What commander says of a subcommand that does not exist: `error: unknown command 'vrify'\n(Did you mean verify?)`. */
export function unknownCommandMessage(name: string, known: readonly string[]): string {
  const program = new Command().exitOverride().configureOutput({ outputError: () => {} });
  // Without an action of its own it takes every word for a subcommand.
  for (const each of known) program.command(each);
  try {
    program.parse(['--', name], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
  return '';
}

/** `(Did you mean verify?)` for a first path that does not exist and is similar to a subcommand's name; else nothing. */
export function suggestionFor(firstPath: string | undefined, known: readonly string[]): string[] {
  if (firstPath === undefined || /[/\\]/.test(firstPath) || known.includes(firstPath)) return [];
  if (fs.existsSync(firstPath)) return [];
  return /\(Did you mean .*\)/.exec(unknownCommandMessage(firstPath, known)) ?? [];
}
