// What was typed, and command lines in messages: with the options that were typed, and quoted, so that they can be pasted into a shell.

import fs from 'node:fs';
import type { PlaceOptions } from '../options/options.js';
import { redacted } from '../options/queue-url.js';
import { bytesOf, mayBeLossy, pathOf } from '../path-bytes.js';
import { printable } from '../printable.js';

/** Beyond this, a line with hundreds of paths say, a message does not repeat the command line. */
const MOST_CHARACTERS = 300;

/** What of the options a subcommand needs to find the same output: as typed. */
export type Place = Pick<PlaceOptions, 'out' | 'manifest'>;

/** A subcommand for the same output: `` `thumbs verify -o 'my thumbs' --repair` ``, in backquotes. */
export function subcommandLine(name: string, { out, manifest }: Place, ...options: string[]): string {
  const place = [
    ...(out === undefined ? [] : ['-o', out]),
    ...(manifest === undefined ? [] : ['-m', manifest]),
  ];
  return `\`${commandLine([name, ...place, ...options])}\``;
}

/** The command as it was typed, with a further option: `` `thumbs photos -o out --retry-failed` ``, in backquotes. */
export function sameCommandWith(option: string, args: readonly string[] = process.argv.slice(2)): string {
  const end = endOfOptions(args);
  const line = commandLine([...args.slice(0, end), option, ...args.slice(end)]);
  // A password is not repeated, and without it the line would not do.
  const hasSecret = args.some((argument) => argument.includes('://') && redacted(argument) !== argument);
  return line.length > MOST_CHARACTERS || hasSecret ? `the same command with \`${option}\`` : `\`${line}\``;
}

/** The index of `--`, after which come paths alone; the number of arguments if there is none. */
export function endOfOptions(args: readonly string[]): number {
  const end = args.indexOf('--');
  return end === -1 ? args.length : end;
}

/** `thumbs` with these arguments, quoted where a POSIX shell needs it. */
export function commandLine(args: readonly string[]): string {
  return ['thumbs', ...args.map(quoted)].join(' ');
}

/** Letters, digits and characters that no shell interprets anywhere in a word. */
const PLAIN = /^[\p{L}\p{N}_@%+:,./=-]+$/u;

/** A word as a POSIX shell reads it back. */
export function quoted(word: string): string {
  if (PLAIN.test(word)) return word;
  if (printable(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  // A control character, or what is not UTF-8, as its bytes, as POSIX.1-2024, 2.2.4 has it.
  const escaped = word.replace(/['\\]/g, '\\$&').replace(/./gsu, (character) => {
    const isSafe = printable(character) === character;
    return isSafe ? character : [...bytesOf(character)].map((byte) => `\\${octal(byte)}`).join('');
  });
  return `$'${escaped}'`;
}

/** Three octal digits. */
function octal(byte: number): string {
  return byte.toString(8).padStart(3, '0');
}

/**
 * These last arguments of this process, with a lone surrogate for each byte that is not UTF-8 (path-bytes.ts), as in a name that a shell
 * has found by `*`. Node.js has U+FFFD in its place. Unchanged where the system has no /proc.
 */
export function argumentsInBytes(args: readonly string[]): readonly string[] {
  if (!args.some(mayBeLossy)) return args;
  const all = commandLineOfProcess();
  const last = all.slice(all.length - args.length);
  const isSame = last.every((bytes, index) => bytes.toString() === args[index]);
  return isSame && last.length === args.length ? last.map(pathOf) : args;
}

/** All arguments, that of the program first; none without /proc. */
function commandLineOfProcess(): Buffer[] {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync('/proc/self/cmdline');
  } catch {
    return []; // Elsewhere than on Linux. A path whose bytes are lost is then reported as one that does not exist.
  }
  const args: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(0); end !== -1; start = end + 1, end = bytes.indexOf(0, start))
    args.push(bytes.subarray(start, end));
  return args;
}
