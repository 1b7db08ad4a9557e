// `thumbs formats`: what this installation reads and writes, and why not what it does not.

import type { Command } from 'commander';
import type { Lack } from '../../image/decoders/decoder.js';
import { decoders } from '../../image/decoders/index.js';
import { type RendererVersion, rendererVersion } from '../../image/renderer-version.js';
import { defaultDecoding } from '../../options/options.js';
import { type OutputFormat, outputFormats } from '../../options/output-formats.js';
import { jsonLine } from '../../printable.js';
import { exitCodes } from '../exit-codes.js';
import { type Colors, Screen } from '../screen.js';
import type { ParsedOptions } from '../shared-options.js';

interface FormatFacts {
  /** As records have it in `sourceFormat`. */
  readonly format: string;
  readonly name: string;
  readonly extensions: readonly string[];
}

/** A line of `--json`. `by`: what reads or writes it, with versions, in the order in which it is tried. */
type FormatEvent =
  | (FormatFacts & { readonly type: 'reads' | 'writes'; readonly by: readonly string[] })
  | (FormatFacts & Lack & { readonly type: 'lacks' });

export function configure(command: Command): void {
  command.option('--json', 'one JSON object a line, for programs').action(async ({ json }: ParsedOptions) => {
    process.exitCode = await runFormats(json === true);
  });
}

/** Prints the formats on stdout, as what was asked for, and returns the exit code. */
async function runFormats(json: boolean): Promise<number> {
  const screen = new Screen({ progress: false });
  const versions = rendererVersion();
  const events = [...sources(versions), ...outputs(versions)];
  const lines = json ? events.map(jsonLine) : formatLines(events, screen.colors);
  for (const line of lines) await screen.print(line);
  return exitCodes.ok;
}

function sources(versions: RendererVersion): FormatEvent[] {
  return Object.entries(decoders).map(([format, { name, extensions, readBy, lacks }]) => {
    const lack = lacks?.(defaultDecoding);
    const described = { format, name, extensions };
    if (lack === undefined) return { type: 'reads', ...described, by: readBy(versions) };
    return { type: 'lacks', ...described, ...lack };
  });
}

function outputs({ libvips }: RendererVersion): FormatEvent[] {
  return Object.entries(outputFormats).map(([format, { extension }]) => ({
    ...{ type: 'writes', format, name: decoders[format as OutputFormat].name },
    ...{ extensions: [extension], by: [`libvips ${libvips}`] },
  }));
}

const HEADINGS = { reads: 'Reads', lacks: 'Does not read', writes: 'Writes' } as const;

const NOTE = 'A file is recognised by its content. By its extension a run finds it in a folder.';

function formatLines(events: readonly FormatEvent[], colors: Colors): string[] {
  const columns = Math.max(...events.map(({ name }) => name.length));
  const groups = (['reads', 'lacks', 'writes'] as const).map((type) => {
    const lines = events.filter((event) => event.type === type).map((event) => formatLine(event, columns));
    return lines.length === 0 ? [] : [colors.bold(HEADINGS[type]), ...lines];
  });
  return [...groups.flat(), NOTE];
}

/** `  JPEG  jpg, jpeg: own reader, libvips 8.18.3` */
function formatLine(event: FormatEvent, columns: number): string {
  const how = event.type === 'lacks' ? `${event.reason} (${event.remedy})` : event.by.join(', ');
  return `  ${event.name.padEnd(columns)}  ${event.extensions.join(', ')}: ${how}`;
}
