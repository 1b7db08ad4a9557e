// The programs that are compared, each with its fastest settings. The comments say what other settings cost.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Box, outputFormats } from '../../../src/options/variant.js';
import { projectFolder } from '../../bundling.js';
import { thumbsCommand } from '../measuring.js';
import { type Command, parallelCommands, type RunInput } from './commands.js';

/** Workers of `thumbs`, consumers of the Pillow pipeline, parallel processes of every other peer. */
export const PROCESSES = 2;

export interface Program {
  readonly name: string;
  readonly version: string;
  /** The commands of one run: the sequences run in parallel, the commands of a sequence one after another. */
  commands(input: RunInput): ReadonlyArray<readonly Command[]>;
}

interface Peer {
  readonly name: string;
  /** What installs it. */
  readonly package: string;
  /** Undefined if it is not installed. */
  detect(): Omit<Program, 'name'> | undefined;
}

const pillowScript = fileURLToPath(new URL('pillow.py', import.meta.url));

export const thumbs: Program = {
  name: 'thumbs',
  version: `thumbs ${JSON.parse(fs.readFileSync(path.join(projectFolder, 'package.json'), 'utf8')).version}`,
  commands: (input) => [[{ program: process.execPath, args: thumbsArguments(input) }]],
};

/** Arguments for Node.js that run `thumbs`. */
export function thumbsArguments({ photos, variant, out }: RunInput, ...options: readonly string[]): string[] {
  const size = formatSize(variant.box);
  return [thumbsCommand, '-w', `${PROCESSES}`, '-s', size, '-o', out, '-q', ...options, '--', photos.folder];
}

/** `200x200` */
function formatSize({ width, height }: Box): string {
  return `${width}x${height}`;
}

const vipsthumbnail: Peer = {
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

/** Two processes with one thread each take 0.95 to 1 times as long as with the default of one thread per core. */
function vipsCommand({ variant, out }: RunInput, names: readonly string[]): Command {
  const file = path.join(out, `%s.${outputFormats[variant.format]}`);
  const args = ['--size', `${formatSize(variant.box)}>`, '--output', file, ...names];
  return { program: 'vipsthumbnail', args, env: { VIPS_CONCURRENCY: '1' } };
}

/**
 * The size down to which the JPEG decoder may shrink on load: twice the box, as with libvips. GraphicsMagick takes it from `-size`
 * (`-define jpeg:size` has no effect), ImageMagick from the definition. The runs then take 0.4 and 0.55 times as long.
 */
function shrinkOnLoadSize({ width, height }: Box): string {
  return formatSize({ width: 2 * width, height: 2 * height });
}

const graphicsMagick: Peer = {
  name: 'GraphicsMagick',
  package: 'Debian package graphicsmagick',
  detect() {
    const version = /GraphicsMagick \S+/.exec(outputOf('gm', ['version']) ?? '')?.[0];
    if (version === undefined) return undefined;
    return { version, commands: (input) => parallelCommands(input, gmCommand, PROCESSES) };
  },
};

/** With the default of one thread per core two processes take 1.3 times as long. */
function gmCommand({ variant: { box, format }, out }: RunInput, names: readonly string[]): Command {
  const resize = ['-size', shrinkOnLoadSize(box), '-auto-orient', '-thumbnail', `${formatSize(box)}>`];
  const args = ['mogrify', ...resize, '-format', outputFormats[format], '-output-directory', out, ...names];
  return { program: 'gm', args, env: { OMP_NUM_THREADS: '1' } };
}

const imageMagick: Peer = {
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
  { variant: { box, format }, out }: RunInput,
  names: readonly string[],
): Command {
  const shrinkOnLoad = ['-define', `jpeg:size=${shrinkOnLoadSize(box)}`];
  const resize = [...shrinkOnLoad, '-auto-orient', '-thumbnail', `${formatSize(box)}>`];
  const args = [...subcommand, ...resize, '-format', outputFormats[format], '-path', out, ...names];
  return { program, args, env: { OMP_NUM_THREADS: '1', MAGICK_THREAD_LIMIT: '1' } };
}

/** Its thumbnails are PNGs whatever the variant's format. */
const pillowPipeline: Peer = {
  name: 'Pillow pipeline',
  package: 'Debian package python3-pil',
  detect() {
    const script = 'import sys, PIL; print(f"Pillow {PIL.__version__}, Python {sys.version.split()[0]}")';
    for (const program of ['python3', '/usr/bin/python3']) {
      const version = outputOf(program, ['-c', script])?.trim();
      if (version === undefined) continue;
      return {
        version,
        commands({ photos, variant, out }) {
          const args = [pillowScript, photos.folder, out, formatSize(variant.box), `${PROCESSES}`];
          return [[{ program, args }]];
        },
      };
    }
    return undefined;
  },
};

const sharpCli: Peer = {
  name: 'sharp-cli',
  package: 'npm package sharp-cli',
  detect() {
    const folders = [
      ...(process.env.PATH ?? '').split(path.delimiter),
      path.join(projectFolder, 'node_modules/.bin'),
    ];
    const script = folders.map(sharpCliScript).find((file) => file !== undefined);
    if (script === undefined) return undefined;
    const ownVersion = outputOf(process.execPath, [script, '--version'])?.trim();
    const query = 'const v = require("sharp").versions; "sharp " + v.sharp + ", libvips " + v.vips';
    const sharpVersion = outputOf(process.execPath, ['-p', query], path.dirname(script))?.trim();
    const command = (input: RunInput, names: readonly string[]) => sharpCommand(script, input, names);
    return {
      version: `sharp-cli ${ownVersion} with ${sharpVersion}`,
      commands: (input) => parallelCommands(input, command, PROCESSES),
    };
  },
};

/** The script behind `sharp` in `folder`, if it is sharp-cli's: other packages have a command of that name too. */
function sharpCliScript(folder: string): string | undefined {
  const file = path.join(folder, 'sharp');
  if (!fs.existsSync(file)) return undefined;
  const script = fs.realpathSync(file);
  return script.includes(`${path.sep}sharp-cli${path.sep}`) ? script : undefined;
}

/** One process with its four threads takes 1.03 times as long as two processes. Other thread counts are no faster. */
function sharpCommand(script: string, { variant, out }: RunInput, names: readonly string[]): Command {
  const { box, format } = variant;
  const resize = ['resize', `${box.width}`, `${box.height}`, '--fit', 'inside', '--withoutEnlargement'];
  const args = [script, '-i', ...names, '-o', out, '-f', format, '--autoOrient', ...resize];
  return { program: process.execPath, args };
}

const peers: readonly Peer[] = [vipsthumbnail, graphicsMagick, imageMagick, pillowPipeline, sharpCli];

/** The installed peers, and the missing ones as `name (package)`. */
export function detectPeers(): { installed: Program[]; missing: string[] } {
  const [installed, missing]: [Program[], string[]] = [[], []];
  for (const peer of peers) {
    const program = peer.detect();
    if (program === undefined) missing.push(`${peer.name} (${peer.package})`);
    else installed.push({ name: peer.name, ...program });
  }
  return { installed, missing };
}

/** The standard output of a program; undefined if it is missing or fails. */
function outputOf(program: string, args: readonly string[], cwd?: string): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd });
  } catch {
    return undefined;
  }
}
