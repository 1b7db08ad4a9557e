// The library's errors in the words of the command.

import { Command } from 'commander';
import { expect, test } from 'vitest';
import { messageOf } from '../../../../src/cli/errors/message.js';
import { addRunOptions } from '../../../../src/cli/run-options.js';
import {
  damagedLineError,
  expectedError,
  insideOutputError,
  linksRefusedError,
  outputError,
  refusedError,
} from '../../../../src/errors.js';

/** The command with these arguments, parsed. */
function typed(...args: string[]): Command {
  const command = new Command().argument('<path...>').exitOverride();
  addRunOptions(command);
  command.action(() => {});
  return command.parse(['photos', ...args], { from: 'user' });
}

test('an option has the name that was typed, and its value no JavaScript type', () => {
  const memory = expectedError('maxMemory', 'to be a number from 256 to 1000000000', 'abc');
  expect(messageOf(memory, typed())).toBe(
    'Expected `--max-memory` to be a number from 256 to 1000000000, got `abc`',
  );
  expect(memory.message).toBe(
    'Expected `maxMemory` to be a number from 256 to 1000000000, got `abc` (string)',
  );
});

test('a value that is an option’s name stays as it is, an option in what was expected does not', () => {
  const glob = expectedError('exclude', 'to be a glob without a leading `!` (use `include`)', '!include');
  expect(messageOf(glob, typed())).toBe(
    'Expected `--exclude` to be a glob without a leading `!` (use `--include`), got `!include`',
  );
});

test('what is no option keeps its name', () => {
  const variable = expectedError('THUMBS_JPEG', 'to be libvips or not set', 'x');
  expect(messageOf(variable, typed())).toBe('Expected `THUMBS_JPEG` to be libvips or not set, got `x`');
});

test('a remedy has the options that were typed', () => {
  const damaged = damagedLineError('/out/manifest.jsonl', 7);
  expect(messageOf(damaged, typed('-o', 'my out', '-m', 'm.jsonl'))).toBe(
    "Cannot use /out/manifest.jsonl as the manifest: line 7 is not a record; `thumbs verify -o 'my out' -m m.jsonl --repair` removes it, and the next run treats its photo as new",
  );
  expect(messageOf(refusedError('it may be the wrong folder', true), typed('-o', 'out'))).toBe(
    'Not pruned: it may be the wrong folder; `thumbs prune -o out --forget` prunes nevertheless',
  );
  expect(messageOf(insideOutputError('/photos', '/my photos/thumbnails'), typed())).toBe(
    "/photos is in the output folder, which is never walked: choose an output folder beside or below the photos, with `-o '/my photos/thumbnails'` for example",
  );
});

test('links that a file system refuses have the option that helps', () => {
  const refused = linksRefusedError('/album', 'hard', new Error('no such links here'));
  expect(messageOf(refused, typed())).toBe(
    'Cannot make hard links in /album to the thumbnails: no such links here; `--link-type reflink` copies the thumbnails where they cannot be shared',
  );
});

test('any other error has its own message', () => {
  expect(messageOf(outputError('/out', 'the disk is full'), typed('-o', 'x'))).toBe(
    'Cannot write to /out: the disk is full',
  );
});
