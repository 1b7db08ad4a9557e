// The programs that are compared, each in the form in which it is quickest. What was tried is beside each.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Box } from '../../src/options/variant.js';
import { type Job, type Start, split } from './lanes.js';

/** Workers of `thumbs`, consumers of the pipeline with Pillow, and processes at a time of each other peer. */
export const PROCESSES = 2;

export interface Program {
  readonly name: string;
  readonly version: string;
  /** Lanes that run side by side; the processes of a lane follow one another. */
  lanes(job: Job): ReadonlyArray<readonly Start[]>;
}

interface Peer {
  readonly name: string;
  /** How it can be had. */
  readonly from: string;
  find(): Omit<Program, 'name'> | undefined;
}

const project = fileURLToPath(new URL('../..', import.meta.url));
const command = path.join(project, 'bin/thumbs.js');
const pillow = fileURLToPath(new URL('pillow.py', import.meta.url));

export const thumbs: Program = {
  name: 'thumbs',
  version: `thumbs ${JSON.parse(fs.readFileSync(path.join(project, 'package.json'), 'utf8')).version}`,
  lanes: (job) => [[{ program: process.execPath, args: thumbsArguments(job) }]],
};

/** The command line of `thumbs`, from its script on. */
export function thumbsArguments({ photos, box, out }: Job, ...options: readonly string[]): string[] {
  return [command, '-w', `${PROCESSES}`, '-s', sized(box), '-o', out, '-q', ...options, '--', photos.folder];
}

function sized({ width, height }: Box): string {
  return `${width}x${height}`;
}

const vipsthumbnail: Peer = {
  name: 'vipsthumbnail',
  from: 'Debian package libvips-tools',
  find() {
    const number = /vips-(\S+)/.exec(printed('vipsthumbnail', ['--version']) ?? '')?.[1];
    if (number === undefined) return undefined;
    const version = `vipsthumbnail of libvips ${number}`;
    return { version, lanes: (job) => split(job, vipsStart, PROCESSES) };
  },
};

/** The same in one process, for a start with few photos. */
export const oneVipsthumbnail = (found: Program): Program => ({
  name: `${vipsthumbnail.name}, one process`,
  version: found.version,
  lanes: (job) => split(job, vipsStart, 1),
});

/** Two processes with a thread each take 0.95 to 1 of the time that they take with the default of a thread a core. */
function vipsStart({ box, out }: Job, names: readonly string[]): Start {
  const args = ['--size', `${sized(box)}>`, '--output', path.join(out, '%s.png'), ...names];
  return { program: 'vipsthumbnail', args, env: { VIPS_CONCURRENCY: '1' } };
}

/**
 * Twice the box for the JPEG decoder to shrink to: as much as libvips leaves to the resampler. GraphicsMagick takes it from
 * `-size` alone (`-define jpeg:size` has no effect on it), ImageMagick from the definition: 0.4 and 0.55 of the time.
 */
function hint({ width, height }: Box): string {
  return sized({ width: 2 * width, height: 2 * height });
}

const graphicsMagick: Peer = {
  name: 'GraphicsMagick',
  from: 'Debian package graphicsmagick',
  find() {
    const version = /GraphicsMagick \S+/.exec(printed('gm', ['version']) ?? '')?.[0];
    return version === undefined ? undefined : { version, lanes: (job) => split(job, gmStart, PROCESSES) };
  },
};

/** With the default of a thread a core two processes take 1.3 times as long. */
function gmStart({ box, out }: Job, names: readonly string[]): Start {
  const resize = ['-size', hint(box), '-auto-orient', '-thumbnail', `${sized(box)}>`];
  const args = ['mogrify', ...resize, '-format', 'png', '-output-directory', out, ...names];
  return { program: 'gm', args, env: { OMP_NUM_THREADS: '1' } };
}

const imageMagick: Peer = {
  name: 'ImageMagick',
  from: 'Debian package imagemagick',
  find() {
    // Version 7 is `magick`. A `mogrify` may also be GraphicsMagick's.
    for (const [program, ...first] of [['magick', 'mogrify'], ['mogrify']] as const) {
      const version = /ImageMagick \S+/.exec(printed(program, ['-version']) ?? '')?.[0];
      if (version === undefined) continue;
      const start = (job: Job, names: readonly string[]) => mogrifyStart(program, first, job, names);
      return { version, lanes: (job) => split(job, start, PROCESSES) };
    }
    return undefined;
  },
};

/** With the default of a thread a core two processes take 1.4 times as long. */
function mogrifyStart(
  program: string,
  first: readonly string[],
  { box, out }: Job,
  names: readonly string[],
): Start {
  const resize = ['-define', `jpeg:size=${hint(box)}`, '-auto-orient', '-thumbnail', `${sized(box)}>`];
  const args = [...first, ...resize, '-format', 'png', '-path', out, ...names];
  return { program, args, env: { OMP_NUM_THREADS: '1', MAGICK_THREAD_LIMIT: '1' } };
}

const pillowPipeline: Peer = {
  name: 'Pillow pipeline',
  from: 'Debian package python3-pil',
  find() {
    const script = 'import sys, PIL; print(f"Pillow {PIL.__version__}, Python {sys.version.split()[0]}")';
    for (const program of ['python3', '/usr/bin/python3']) {
      const version = printed(program, ['-c', script])?.trim();
      if (version === undefined) continue;
      return {
        version,
        lanes: ({ photos, box, out }) => [
          [{ program, args: [pillow, photos.folder, out, sized(box), `${PROCESSES}`] }],
        ],
      };
    }
    return undefined;
  },
};

const sharpCli: Peer = {
  name: 'sharp-cli',
  from: 'npm package sharp-cli',
  find() {
    const folders = [
      ...(process.env.PATH ?? '').split(path.delimiter),
      path.join(project, 'node_modules/.bin'),
    ];
    const script = folders.map(sharpScript).find((found) => found !== undefined);
    if (script === undefined) return undefined;
    const own = printed(process.execPath, [script, '--version'])?.trim();
    const query = 'const v = require("sharp").versions; "sharp " + v.sharp + ", libvips " + v.vips';
    const below = printed(process.execPath, ['-p', query], path.dirname(script))?.trim();
    const start = (job: Job, names: readonly string[]) => sharpStart(script, job, names);
    return {
      version: `sharp-cli ${own} with ${below}`,
      lanes: (job) => split(job, start, PROCESSES),
    };
  },
};

/** Other packages have a command of this name too. */
function sharpScript(folder: string): string | undefined {
  const file = path.join(folder, 'sharp');
  if (!fs.existsSync(file)) return undefined;
  const script = fs.realpathSync(file);
  return script.includes(`${path.sep}sharp-cli${path.sep}`) ? script : undefined;
}

/** One process with its four threads takes 1.03 times as long as two; other counts of threads are no quicker. */
function sharpStart(script: string, { box, out }: Job, names: readonly string[]): Start {
  const resize = ['resize', `${box.width}`, `${box.height}`, '--fit', 'inside', '--withoutEnlargement'];
  const args = [script, '-i', ...names, '-o', out, '-f', 'png', '--autoOrient', ...resize];
  return { program: process.execPath, args };
}

const peers: readonly Peer[] = [vipsthumbnail, graphicsMagick, imageMagick, pillowPipeline, sharpCli];

/** The peers that this machine has, and the others as `name (how it can be had)`. */
export function findPeers(): { found: Program[]; missing: string[] } {
  const [found, missing]: [Program[], string[]] = [[], []];
  for (const { name, from, find } of peers) {
    const program = find();
    if (program === undefined) missing.push(`${name} (${from})`);
    else found.push({ name, ...program });
  }
  return { found, missing };
}

/** What a program prints; undefined when it is not there or does not work, either of which makes it no peer. */
function printed(program: string, args: readonly string[], cwd?: string): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd });
  } catch {
    return undefined;
  }
}
