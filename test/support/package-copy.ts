// An installation of the package of its own, for tests that damage it.

import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from './paths.js';

/**
 * Installs the built package and what it depends on in `folder`, without the binaries of sharp, as `npm ci` on another platform leaves
 * it, or with them. Returns the path of the command.
 */
export function copyPackage(folder: string, { binaries }: { readonly binaries: boolean }): string {
  const lock: { packages: Record<string, { dev?: boolean; optional?: boolean }> } = JSON.parse(
    fs.readFileSync(path.join(projectFolder, 'package-lock.json'), 'utf8'),
  );
  const needed = Object.entries(lock.packages).flatMap(([name, { dev, optional }]) =>
    name === '' || dev || optional ? [] : [name],
  );
  for (const name of ['bin', 'dist', 'package.json', ...needed]) {
    const [from, to] = [path.join(projectFolder, name), path.join(folder, name)];
    fs.mkdirSync(path.dirname(to), { recursive: true });
    // From a link Node.js looks for the binaries beside its target, so what imports sharp is copied if it is not to find them.
    const isLinked = name.startsWith('node_modules/') && (binaries || name !== 'node_modules/sharp');
    if (isLinked) fs.symlinkSync(from, to);
    else fs.cpSync(from, to, { recursive: true });
  }
  return path.join(folder, 'bin/thumbs.js');
}
