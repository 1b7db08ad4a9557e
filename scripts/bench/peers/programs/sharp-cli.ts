// sharp's command.

import fs from 'node:fs';
import path from 'node:path';
import { type Command, parallelCommands, type RunInput } from '../commands.js';
import { commandFolders, outputOf, type Peer, PROCESSES } from './program.js';

export const sharpCli: Peer = {
  name: 'sharp-cli',
  package: 'npm package sharp-cli',
  detect() {
    const script = commandFolders()
      .map(sharpCliScript)
      .find((file) => file !== undefined);
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
  const { box, encoding } = variant;
  const resize = ['resize', `${box.width}`, `${box.height}`, '--fit', 'inside', '--withoutEnlargement'];
  const args = [script, '-i', ...names, '-o', out, '-f', encoding.format, '--autoOrient', ...resize];
  return { program: process.execPath, args };
}
