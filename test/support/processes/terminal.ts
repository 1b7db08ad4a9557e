// What a terminal shows in the end.

import xterm from '@xterm/headless';

export const COLUMNS = 100;
export const ROWS = 30;

/** The lines that a terminal shows after `output`, those that have scrolled off included; a wrapped line is one again. */
export async function terminalLines(output: string): Promise<string[]> {
  const terminal = new xterm.Terminal({
    cols: COLUMNS,
    rows: ROWS,
    scrollback: 10_000,
    // As a terminal's driver does, for output that has not passed one.
    convertEol: true,
    allowProposedApi: true,
  });
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  const { active } = terminal.buffer;
  const lines: string[] = [];
  for (let row = 0; row < active.length; row += 1) {
    const line = active.getLine(row);
    const text = line?.translateToString(true) ?? '';
    if (line?.isWrapped) lines.push((lines.pop() ?? '') + text);
    else lines.push(text);
  }
  return lines.filter((line) => line !== '');
}
