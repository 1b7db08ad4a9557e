// A screen on streams of the test's own, with timers that the test advances.

import { Writable } from 'node:stream';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Screen } from '../../../src/cli/screen.js';
import { COLUMNS, terminalLines } from '../../support/processes/terminal.js';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv('TERM', 'xterm-256color');
  vi.stubEnv('NO_COLOR', undefined);
  onTestFinished(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
});

/** A stream that takes 16 bytes and no more until the test reads. */
class SlowStream extends Writable {
  text = '';
  #read: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 16, decodeStrings: false });
  }

  override _write(text: string, _: BufferEncoding, done: () => void): void {
    this.text += text;
    this.#read = done;
  }

  read(): void {
    this.#read?.();
  }
}

/** A stream that takes everything: of a terminal or not. */
class FastStream extends Writable {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly #chunks: string[];

  /** @param chunks What was written; two streams of one terminal share it. */
  constructor(isTTY: boolean, { columns = isTTY ? COLUMNS : undefined, chunks = [] as string[] } = {}) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
    this.#chunks = chunks;
  }

  get text(): string {
    return this.#chunks.join('');
  }

  override _write(text: string, _: BufferEncoding, done: () => void): void {
    this.#chunks.push(text);
    done();
  }
}

function useStreams({ stdout, stderr }: { stdout?: Writable; stderr?: Writable }): void {
  for (const [name, stream] of Object.entries({ stdout, stderr }))
    if (stream !== undefined)
      vi.spyOn(process, name as 'stdout' | 'stderr', 'get').mockReturnValue(stream as never);
}

/** A screen on a terminal, both of whose streams it uses, with a line that is drawn. */
async function screenWithLine(draw: () => string): Promise<{ screen: Screen; terminal: FastStream }> {
  const chunks: string[] = [];
  const terminal = new FastStream(true, { chunks });
  useStreams({ stdout: new FastStream(true, { chunks }), stderr: terminal });
  const screen = new Screen({ progress: true });
  screen.startLine(draw);
  await vi.advanceTimersByTimeAsync(200);
  await vi.dynamicImportSettled();
  return { screen, terminal };
}

test('messages go to stderr, lines for programs to stdout', async () => {
  const [stdout, stderr] = [new FastStream(false), new FastStream(false)];
  useStreams({ stdout, stderr });
  const screen = new Screen({ progress: true });
  await screen.say('for people');
  await screen.print('for programs');
  expect([stdout.text, stderr.text]).toEqual(['for programs\n', 'for people\n']);
});

test('a line that the stream does not take is waited for until it does', async () => {
  const stdout = new SlowStream();
  useStreams({ stdout });
  const screen = new Screen({ progress: false });
  await screen.print('short');
  const printed = vi.fn();
  void screen.print('longer than the stream takes').then(printed);
  void screen.print('another').then(printed);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(printed).not.toHaveBeenCalled();
  // However many lines wait.
  expect(stdout.listenerCount('drain')).toBe(1);
  for (let line = 0; line < 3; line += 1) {
    stdout.read();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(printed).toHaveBeenCalledTimes(2);
  expect(stdout.text).toBe('short\nlonger than the stream takes\nanother\n');
});

test('a reader that leaves is not waited for', async () => {
  const stdout = new SlowStream();
  useStreams({ stdout });
  const screen = new Screen({ progress: false });
  const printed = screen.print('longer than the stream takes');
  stdout.destroy();
  await printed;
  await screen.print('longer than the stream takes');
});

test('after forceExit no reader is waited for', async () => {
  const stdout = new SlowStream();
  useStreams({ stdout });
  const forceExit = new AbortController();
  const screen = new Screen({ progress: false, forceExit: forceExit.signal });
  const printed = screen.print('longer than the stream takes');
  forceExit.abort();
  await printed;
  await screen.print('longer than the stream takes');
});

test('after forceExit the last lines have five seconds, however late it comes', () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  for (const isAborted of [true, false]) {
    const forceExit = new AbortController();
    if (isAborted) forceExit.abort();
    new Screen({ progress: false, forceExit: forceExit.signal }).close();
    if (!isAborted) {
      vi.advanceTimersByTime(60_000);
      forceExit.abort();
    }
    vi.advanceTimersByTime(4999);
    expect(exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(exit).toHaveBeenCalledOnce();
    exit.mockClear();
  }
});

test('without forceExit the last lines have any time', () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  new Screen({ progress: false }).close();
  new Screen({ progress: false, forceExit: new AbortController().signal }).close();
  vi.advanceTimersByTime(3_600_000);
  expect(exit).not.toHaveBeenCalled();
});

test('every message and every line for programs stands on a line of its own above the progress line', async () => {
  let drawn = 0;
  const { screen, terminal } = await screenWithLine(() => {
    drawn += 1;
    return `progress ${drawn}`;
  });
  const expected: string[] = [];
  const shown: Array<{ output: string; lines: string[] }> = [];
  const look = (...line: string[]) => shown.push({ output: terminal.text, lines: [...expected, ...line] });
  for (let number = 0; number < 15; number += 1) {
    // Some are wider than the terminal.
    const text = `${number} ${'x'.repeat(number * 20)}`;
    expected.push(`said ${text}`, `printed ${text}`);
    await screen.say(`said ${text}`);
    await screen.print(`printed ${text}`);
    if (number % 3 === 0) await vi.advanceTimersByTimeAsync(100);
    look(`progress ${drawn}`);
  }
  expect(drawn).toBeGreaterThan(30);
  screen.stopLine();
  look();
  await screen.say('summary');
  expected.push('summary');
  look();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  for (const { output, lines } of shown) expect(await terminalLines(output)).toEqual(lines);
});

test('the line is drawn after 200 ms, then every 100 ms, until it is stopped', async () => {
  const draw = vi.fn(() => 'progress');
  const { screen } = await screenWithLine(draw);
  expect(draw).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(500);
  expect(draw).toHaveBeenCalledTimes(6);
  screen.stopLine();
  screen.stopLine();
  await vi.advanceTimersByTimeAsync(500);
  expect(draw).toHaveBeenCalledTimes(6);
});

test('a line that is stopped before it is drawn is not drawn', async () => {
  const terminal = new FastStream(true);
  useStreams({ stderr: terminal });
  const screen = new Screen({ progress: true });
  screen.startLine(() => 'progress');
  await vi.advanceTimersByTimeAsync(199);
  screen.stopLine();
  await vi.advanceTimersByTimeAsync(1000);
  expect(terminal.text).toBe('');
});

test('there is a line only on a terminal that has a size and is not dumb, and only when it is wanted', async () => {
  const cases: Array<[stderr: FastStream, term: string, progress: boolean]> = [
    [new FastStream(false), 'xterm', true],
    [new FastStream(true, { columns: 0 }), 'xterm', true],
    [new FastStream(true), 'dumb', true],
    [new FastStream(true), 'xterm', false],
  ];
  for (const [stderr, term, progress] of cases) {
    vi.stubEnv('TERM', term);
    useStreams({ stderr });
    const screen = new Screen({ progress });
    screen.startLine(() => 'progress');
    await vi.advanceTimersByTimeAsync(1000);
    await vi.dynamicImportSettled();
    expect(stderr.text).toBe('');
    screen.stopLine();
  }
});

test('colours are for terminals that are not dumb, without NO_COLOR', () => {
  const red = (isTTY: boolean, variables: NodeJS.ProcessEnv = {}) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    useStreams({ stderr: new FastStream(isTTY) });
    return new Screen({ progress: false }).colors.red('red');
  };
  const coloured = '\u001b[31mred\u001b[39m';
  expect(red(true)).toBe(coloured);
  expect(red(true, { NO_COLOR: '' })).toBe(coloured);
  expect(red(true, { NO_COLOR: '1' })).toBe('red');
  expect(red(true, { NO_COLOR: undefined, TERM: 'dumb' })).toBe('red');
  expect(red(false, { TERM: 'xterm' })).toBe('red');
});
