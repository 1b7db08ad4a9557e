// GraphicsMagick and ImageMagick.

import { outputFormats } from '../../../../src/options/output-formats.js';
import type { Box } from '../../../../src/options/variant.js';
import { type Command, parallelCommands, type RunInput } from '../commands.js';
import { formatSize, outputOf, type Peer, PROCESSES } from './program.js';

/**
 * The size down to which the JPEG decoder may shrink on load: twice the box, as with libvips. GraphicsMagick takes it from `-size`
 * (`-define jpeg:size` has no effect), ImageMagick from the definition. The runs then take 0.4 and 0.55 times as long.
 */
function shrinkOnLoadSize({ width, height }: Box): string {
  return formatSize({ width: 2 * width, height: 2 * height });
}

export const graphicsMagick: Peer = {
  name: 'GraphicsMagick',
  package: 'Debian package graphicsmagick',
  detect() {
    const version = /GraphicsMagick \S+/.exec(outputOf('gm', ['version']) ?? '')?.[0];
    if (version === undefined) return undefined;
    return { version, commands: (input) => parallelCommands(input, gmCommand, PROCESSES) };
  },
};

/** With the default of one thread per core two processes take 1.3 times as long. */
function gmCommand({ variant: { box, encoding }, out }: RunInput, names: readonly string[]): Command {
  const resize = ['-size', shrinkOnLoadSize(box), '-auto-orient', '-thumbnail', `${formatSize(box)}>`];
  const args = [
    'mogrify',
    ...resize,
    '-format',
    outputFormats[encoding.format].extension,
    '-output-directory',
    out,
    ...names,
  ];
  return { program: 'gm', args, env: { OMP_NUM_THREADS: '1' } };
}

export const imageMagick: Peer = {
  name: 'ImageMagick',
  package: 'Debian package imagemagick',
  detect() {
    // Version 7 has `magick`. `mogrify` may also be GraphicsMagick's.
    for (const [program, ...subcommand] of [['magick', 'mogrify'], ['mogrify']] as const) {
      const version = /ImageMagick \S+/.exec(outputOf(program, ['-version']) ?? '')?.[0];
      if (version === undefined) continue;
      const command = (input: RunInput, names: readonly string[]) =>
        mogrifyCommand(program, subcommand, input, names);
      return { version, commands: (input) => parallelCommands(input, command, PROCESSES) };
    }
    return undefined;
  },
};

/** With the default of one thread per core two processes take 1.4 times as long. */
function mogrifyCommand(
  program: string,
  subcommand: readonly string[],
  { variant: { box, encoding }, out }: RunInput,
  names: readonly string[],
): Command {
  const shrinkOnLoad = ['-define', `jpeg:size=${shrinkOnLoadSize(box)}`];
  const resize = [...shrinkOnLoad, '-auto-orient', '-thumbnail', `${formatSize(box)}>`];
  const args = [
    ...subcommand,
    ...resize,
    '-format',
    outputFormats[encoding.format].extension,
    '-path',
    out,
    ...names,
  ];
  return { program, args, env: { OMP_NUM_THREADS: '1', MAGICK_THREAD_LIMIT: '1' } };
}
