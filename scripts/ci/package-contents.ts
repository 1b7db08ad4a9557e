// What is in the package that is published.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** All that may be in it; each of these is there. */
const EXPECTED: readonly RegExp[] = [
  /^(?:package\.json|LICENSE|README\.md|ARCHITECTURE\.md|CHANGELOG\.md|CONTRIBUTING\.md|bench\.md)$/,
  /^bin\/thumbs\.js$/,
  /^docs\/[\w-]+\.md$/,
  /^docs\/[\w-]+\.svg$/,
  /^docs\/[\w-]+\.webp$/,
  /^dist\/(?:[\w-]+\/)*[\w-]+\.js$/,
  /^dist\/gallery\/[\w-]+\.(?:css|svg)$/,
  /^dist\/(?:[\w-]+\/)*[\w-]+\.d\.ts$/,
  /^dist\/(?:[\w-]+\/)*[\w-]+\.wasm$/,
];

/** Paths of the files that `npm pack` would put into the package of `folder`, relative to it. */
export function packedFiles(folder: string): string[] {
  // Without scripts: `prepare` would build dist/ again.
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const answer: Array<{ files: Array<{ path: string }> }> = JSON.parse(
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  return answer.flatMap(({ files }) => files.map((file) => file.path));
}

/**
 * What is wrong with a package of these files of `folder`, a line each: a file that has no place in it, a kind of file that is missing,
 * and a path of the machine that it was built on.
 * @param machineFolders Absolute paths that may be in no file.
 */
export function packageFaults(
  folder: string,
  files: readonly string[],
  machineFolders: readonly string[] = [path.resolve(folder), os.homedir()],
): string[] {
  const searched = machineFolders.filter((machineFolder) => machineFolder !== path.parse(machineFolder).root);
  return [
    ...files
      .filter((file) => !EXPECTED.some((pattern) => pattern.test(file)))
      .map((file) => `the package would contain ${file}`),
    ...EXPECTED.filter((pattern) => !files.some((file) => pattern.test(file))).map(
      (pattern) => `the package would contain no file like ${pattern.source}`,
    ),
    ...files.flatMap((file) => {
      const bytes = fs.readFileSync(path.join(folder, file));
      return searched
        .filter((machineFolder) => bytes.includes(machineFolder + path.sep))
        .map((machineFolder) => `${file} contains the path ${machineFolder}`);
    }),
  ];
}
