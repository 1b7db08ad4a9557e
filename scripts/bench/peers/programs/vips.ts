// libvips' own command.

import path from 'node:path';
import { outputFormats } from '../../../../src/options/output-formats.js';
import { type Command, parallelCommands, type RunInput } from '../commands.js';
import { formatSize, outputOf, type Peer, PROCESSES, type Program } from './program.js';

export const vipsthumbnail: Peer = {
  name: 'vipsthumbnail',
  package: 'Debian package libvips-tools',
  detect() {
    const number = /vips-(\S+)/.exec(outputOf('vipsthumbnail', ['--version']) ?? '')?.[1];
    if (number === undefined) return undefined;
    const version = `vipsthumbnail of libvips ${number}`;
    return { version, commands: (input) => parallelCommands(input, vipsCommand, PROCESSES) };
  },
};

/** vipsthumbnail in one process, for a row with few photos. */
export const singleVipsthumbnail = (parallel: Program): Program => ({
  name: `${vipsthumbnail.name}, one process`,
  version: parallel.version,
  commands: (input) => parallelCommands(input, vipsCommand, 1),
});

/**
 * Two processes with one thread each take 0.95 to 1 times as long as with the default of one thread per core. PNGs of level 1 or 2 instead
 * of 6 take 0.97 to 0.98 times as long, and are larger.
 */
function vipsCommand({ variant, out }: RunInput, names: readonly string[]): Command {
  const file = path.join(out, `%s.${outputFormats[variant.encoding.format].extension}`);
  const args = ['--size', `${formatSize(variant.box)}>`, '--output', file, ...names];
  return { program: 'vipsthumbnail', args, env: { VIPS_CONCURRENCY: '1' } };
}
