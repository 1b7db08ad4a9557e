// `thumbs` itself.

import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '../../../bundling.js';
import { thumbsCommand } from '../../measuring.js';
import type { RunInput } from '../commands.js';
import { formatSize, PROCESSES, type Program } from './program.js';

export const thumbs: Program = {
  name: 'thumbs',
  version: `thumbs ${JSON.parse(fs.readFileSync(path.join(projectFolder, 'package.json'), 'utf8')).version}`,
  commands: (input) => [[{ program: process.execPath, args: thumbsArguments(input) }]],
};

/** Arguments for Node.js that run `thumbs`. */
export function thumbsArguments(
  { photos, variant, second, out }: Omit<RunInput, 'shrink'>,
  ...options: readonly string[]
): string[] {
  const variants = second === undefined ? [variant] : [variant, second];
  const sizes = variants.flatMap(({ box }) => ['-s', formatSize(box)]);
  return [thumbsCommand, '-w', `${PROCESSES}`, ...sizes, '-o', out, '-q', ...options, '--', photos.folder];
}
