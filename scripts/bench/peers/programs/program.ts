// What a program of the comparison is.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Box } from '../../../../src/options/variant.js';
import { projectFolder } from '../../../bundling.js';
import type { Command, RunInput } from '../commands.js';

/** Workers of `thumbs`, consumers of the Pillow pipeline, parallel processes of every other peer. */
export const PROCESSES = 2;

export interface Program {
  readonly name: string;
  readonly version: string;
  /** Its figures stand beside: targets are for the peers that were compared before. */
  readonly isAdded?: true;
  /** Extensions of the photos that it can read; absent: all. */
  readonly reads?: readonly string[];
  /** The commands of one run: the sequences run in parallel, the commands of a sequence one after another. */
  commands(input: RunInput): ReadonlyArray<readonly Command[]>;
}

export interface Peer extends Pick<Program, 'name' | 'isAdded' | 'reads'> {
  /** What installs it. */
  readonly package: string;
  /** Undefined if it is not installed. */
  detect(): Pick<Program, 'version' | 'commands'> | undefined;
}

/** `200x200` */
export function formatSize({ width, height }: Box): string {
  return `${width}x${height}`;
}

/** Where commands of npm packages are looked for: the folders of PATH, then the project's own. */
export function commandFolders(): string[] {
  return [...(process.env.PATH ?? '').split(path.delimiter), path.join(projectFolder, 'node_modules/.bin')];
}

/** The standard output of a program; undefined if it is missing or fails. */
export function outputOf(program: string, args: readonly string[], cwd?: string): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], cwd });
  } catch {
    return undefined;
  }
}
