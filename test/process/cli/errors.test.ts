// Errors that end the command: the last line of `--json`, and faults of the program itself, planted in a copy of the package.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { copyPackage, replaceCode } from '../../support/package-copy.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';
import { eventsOf, thumbs } from '../../support/processes/command.js';
import { processesLeft, start, until } from '../../support/processes/processes.js';

interface ErrorEvent {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly stack?: string;
}

/** Command lines that fail, with the exit code and the error's code and message. */
const failing: ReadonlyArray<
  readonly [args: readonly string[], exit: number, code: string, message: string]
> = [
  [['/no/such/folder'], 2, 'OPTION', 'Cannot read /no/such/folder: no such file or directory (ENOENT)'],
  [['-w', '0', 'p'], 2, 'OPTION', 'Expected `--workers` to be an integer from 1 to 1024, got `0`'],
  [['--no-such-option', 'p'], 2, 'OPTION', "unknown option '--no-such-option'"],
  [[], 2, 'OPTION', "missing required argument 'path'"],
  [
    ['/no/such/folder', '--dry-run'],
    2,
    'OPTION',
    'Cannot read /no/such/folder: no such file or directory (ENOENT)',
  ],
  [['verify', '-o', '/no'], 3, 'OUTPUT', 'Cannot read /no: no such file or directory (ENOENT)'],
  [['prune', '-o', '/no'], 3, 'OUTPUT', 'Cannot read /no: no such file or directory (ENOENT)'],
  [['bench'], 2, 'OPTION', "missing required argument 'path'"],
];

test('with --json an error that ends the command is the last line of stdout; stderr is as without it', async () => {
  const folder = temporaryFolder();
  const run = (args: readonly string[]) => thumbs(args, { cwd: folder });
  for (const [args, exit, code, message] of failing) {
    const [json, text] = await Promise.all([run([...args, '--json']), run(args)]);
    expect({ args, code: json.code, events: eventsOf(json.stdout) }).toEqual({
      args,
      code: exit,
      events: [{ type: 'error', code, message }],
    });
    expect(text).toMatchObject({ code: exit, stdout: '' });
    expect(text.stderr).toContain(message);
    expect(json.stderr).toBe(text.stderr);
  }
});

test('after `--` there is no option', async () => {
  const { code, stdout } = await thumbs(['/no/such/folder', '--', '--json']);
  expect([code, stdout]).toEqual([2, '']);
});

/** A copy of the package in which `code` is replaced. */
function patchedCopy(code: string, replacement: string): string {
  const folder = temporaryFolder();
  const copy = copyPackage(folder, { binaries: true });
  replaceCode(folder, 'dist/chunks', code, replacement);
  return copy;
}

/** Where the command shows that a photo is done, while its consumers work. */
const DONE = 'case "done":\n        this.#progress = event.progress;';

const faults: ReadonlyArray<readonly [how: string, statement: string]> = [
  ['thrown', 'throw new Error("planted \\u001b[31m")'],
  ['thrown where nobody catches it', 'setImmediate(() => { throw new Error("planted \\u001b[31m"); })'],
  ['a rejection that nobody handles', 'void Promise.reject(new Error("planted \\u001b[31m"))'],
];

for (const [how, statement] of faults) {
  test(`a fault of the program (${how}) ends it with its stack, a request to report it and exit 70; no consumer is left`, async () => {
    const { folder } = photoFolder(20);
    const copy = patchedCopy(DONE, `${DONE} ${statement};`);
    const { code, stdout, stderr } = await start(process.execPath, [copy, 'photos', '-w', '2', '--json'], {
      cwd: folder,
    }).finished;
    expect(code).toBe(70);
    // Photos that were done before it ended may have planted it again.
    expect(stderr).toMatch(
      /^Error: planted \\u001b\[31m\n {4}at .*[\s\S]*\nthumbs: This is a fault of thumbs itself, .*: please report the lines above\.\n/,
    );
    const error = eventsOf<ErrorEvent>(stdout).find(({ type }) => type === 'error');
    expect(error).toEqual({
      type: 'error',
      code: 'INTERNAL',
      message: 'planted \u001b[31m',
      stack: expect.stringMatching(/^Error: planted .*\n {4}at /),
    });
    await until(() => processesLeft().length === 0);
  });
}

test('a program that cannot be loaded says so, and ends with exit 70', async () => {
  const folder = temporaryFolder();
  const copy = copyPackage(folder, { binaries: false });
  fs.rmSync(path.join(folder, 'dist/chunks'), { recursive: true });
  const { code, stdout, stderr } = await start(process.execPath, [copy, 'verify'], { cwd: folder }).finished;
  expect([code, stdout]).toEqual([70, '']);
  expect(stderr).toMatch(
    /ERR_MODULE_NOT_FOUND[\s\S]*\nthumbs: The program cannot be loaded\. Install it again\.\n$/,
  );
});

test('a bench whose runs meet a fault of the program ends with exit 70 as well', async () => {
  const { folder } = photoFolder(1);
  const copy = patchedCopy(DONE, `${DONE} throw new Error("planted");`);
  const bench = ['bench', 'photos', '--sweep', '1', '--runs', '1'];
  const { code, stderr } = await start(process.execPath, [copy, ...bench], { cwd: folder }).finished;
  expect([code, stderr]).toEqual([70, expect.stringMatching(/planted[\s\S]*please report/)]);
});
