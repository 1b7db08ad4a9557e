// `thumbs find <photo...>`: the paths of photos' thumbnails.

import { type Command, Option } from 'commander';
import { findThumbnails } from '../../maintenance/find.js';
import { jsonLine, printable } from '../../printable.js';
import { exitCodes } from '../exit-codes.js';
import { Screen } from '../screen.js';
import { addPlaceOptions, libraryOptions, type ParsedOptions } from '../shared-options.js';
import { shownPath, typedPath } from '../texts/format.js';

export function configure(command: Command): void {
  command
    .argument('<photo...>', 'as typed, as the manifest has it, or a file name that only one photo has')
    .option('--variant <name>', 'only this one');
  addPlaceOptions(command)
    .addOption(
      new Option('-0, --null', 'a NUL character after each path, and no line break').conflicts('json'),
    )
    .option('--json', 'one JSON object a line on stdout, for programs')
    .action(async (photos: string[], { null: isNull, json, ...typed }: ParsedOptions) => {
      const output = json === true ? 'json' : isNull === true ? 'null' : 'lines';
      process.exitCode = await runFind(photos, libraryOptions(typed), output);
    });
}

/** Prints the paths on stdout, and returns the exit code. */
async function runFind(
  photos: readonly string[],
  options: Parameters<typeof findThumbnails>[1],
  output: 'lines' | 'null' | 'json',
): Promise<number> {
  const screen = new Screen({ progress: false });
  let exitCode: number = exitCodes.ok;
  for (const event of findThumbnails(photos, options)) {
    if (output === 'json') await screen.print(jsonLine(event));
    if (event.type === 'not-found') {
      exitCode = exitCodes.someFailed;
      await screen.say(`thumbs: ${printable(event.photo)}: ${event.reason}`);
    } else if (output !== 'json') {
      for (const { path } of event.thumbnails)
        await screen.print(shownOrTyped(path), output === 'null' ? '\0' : '\n');
    }
  }
  return exitCode;
}

/** A path as it is, because another program is to open it; on a terminal, as text that is safe there. */
function shownOrTyped(path: string): string {
  return process.stdout.isTTY === true ? shownPath(path) : typedPath(path);
}
