import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandLine, sameCommandWith, subcommandLine } from '../../../src/cli/command-line.js';

test('a subcommand for the same output has its places and its own options', () => {
  expect(subcommandLine('prune', {})).toBe('`thumbs prune`');
  expect(subcommandLine('verify', { out: 'my thumbs', manifest: 'm.jsonl' }, '--repair')).toBe(
    "`thumbs verify -o 'my thumbs' -m m.jsonl --repair`",
  );
});

test('the same command gets its further option before paths that follow `--`', () => {
  expect(sameCommandWith('--force', ['photos', '-o', 'out'])).toBe('`thumbs photos -o out --force`');
  expect(sameCommandWith('--force', ['-o', 'out', '--', '-p'])).toBe('`thumbs -o out --force -- -p`');
});

test('a command line with hundreds of paths is not repeated', () => {
  const paths = Array.from({ length: 300 }, (_, index) => `${index}.jpg`);
  expect(sameCommandWith('--force', paths)).toBe('the same command with `--force`');
});

test('a shell reads back a path that is not UTF-8 as its bytes', () => {
  const read = execFileSync('bash', ['-c', `thumbs() { printf %s "$1"; }; ${commandLine(['caf\udce9/📷'])}`]);
  expect(read).toEqual(Buffer.concat([Buffer.from('caf'), Buffer.from([0xe9]), Buffer.from('/📷')]));
});

test('a shell reads back every word, and none of them controls the terminal', () => {
  const words = [
    'photos/a_1-2@x.jpg',
    'my photos',
    '',
    "it's",
    '$HOME `id` "x" \\ !! * ~ #a',
    '~',
    'a=b',
    'Grüße',
    "esc \u001b[31m it's \\n \u202e",
    'line\nbreak',
  ];
  const line = commandLine(words);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it looks for
  expect(line).not.toMatch(/[\u0000-\u001f\u202e]/);
  const script = `thumbs() { printf '%s\\0' "$@"; }; ${line}`;
  const read = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(read.split('\0').slice(0, -1)).toEqual(words);
});
