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
    // One inside another package comes with that.
    name === '' || dev || optional || name.lastIndexOf('node_modules/') > 0 ? [] : [name],
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

/**
 * Replaces `code`, which stands once in the files of `dist/` of an installation in `folder`. Returns a function that puts it back.
 * @param within The folder or file to look in, relative to `folder`.
 */
export function replaceCode(folder: string, within: string, code: string, replacement: string): () => void {
  const place = path.join(folder, within);
  const files = fs.statSync(place).isDirectory()
    ? fs.readdirSync(place).map((name) => path.join(place, name))
    : [place];
  const found = files.flatMap((file) => {
    const text = fs.readFileSync(file, 'utf8');
    return Array.from({ length: text.split(code).length - 1 }, () => ({ file, text }));
  });
  const [first, ...others] = found;
  if (first === undefined || others.length > 0)
    throw new Error(`Expected ${code} once in ${within}, found it ${found.length} times`);
  fs.writeFileSync(
    first.file,
    first.text.replace(code, () => replacement),
  );
  return () => fs.writeFileSync(first.file, first.text);
}
