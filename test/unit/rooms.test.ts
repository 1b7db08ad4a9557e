// Which room of src/ may import which (ARCHITECTURE.md, Rooms), and which packages.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { entries } from '../../scripts/bundling.js';
import { projectFolder } from '../support/paths.js';

/** A folder of src/ with what is below it, or a single file, and what it imports: only rooms further down in this table. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'index.ts': [
    'run',
    'maintenance',
    'gallery',
    'links',
    'job.ts',
    'manifest',
    'image',
    'options',
    'errors.ts',
  ],
  cli: [
    'bench',
    'run',
    'maintenance',
    'gallery',
    'files',
    'image',
    'options',
    'errors.ts',
    'path-bytes.ts',
    'printable.ts',
    'package-file.ts',
    'working-folder.ts',
  ],
  bench: ['run', 'errors.ts', 'printable.ts', 'package-file.ts'],
  run: [
    'gallery',
    'links',
    'producer',
    'pool/queue',
    'pool/process',
    'pool/local',
    'pool',
    'maintenance',
    'job.ts',
    'manifest',
    'files',
    'image',
    'options',
    'errors.ts',
    'path-bytes.ts',
    'printable.ts',
    'steps.ts',
  ],
  consumer: [
    'pool/process/protocol.ts',
    'job.ts',
    'manifest',
    'files',
    'image',
    'options',
    'errors.ts',
    'package-file.ts',
    'working-folder.ts',
  ],
  producer: ['job.ts', 'manifest', 'files', 'errors.ts', 'path-bytes.ts', 'printable.ts', 'steps.ts'],
  'pool/queue': [
    'pool/process',
    'pool/local',
    'pool',
    'job.ts',
    'files',
    'image',
    'options',
    'errors.ts',
    'path-bytes.ts',
    'printable.ts',
  ],
  'pool/process': ['pool/process/protocol.ts', 'pool', 'errors.ts', 'printable.ts', 'package-file.ts'],
  'pool/process/protocol.ts': ['pool', 'job.ts', 'errors.ts'],
  'pool/local': ['pool', 'job.ts', 'errors.ts', 'printable.ts'],
  pool: ['job.ts', 'files', 'errors.ts'],
  maintenance: [
    'manifest',
    'files',
    'image',
    'options',
    'errors.ts',
    'path-bytes.ts',
    'printable.ts',
    'package-file.ts',
    'steps.ts',
  ],
  gallery: [
    'gallery/client',
    'manifest',
    'files',
    'image',
    'options',
    'errors.ts',
    'path-bytes.ts',
    'printable.ts',
    'package-file.ts',
    'steps.ts',
  ],
  // The script of the pages, compiled on its own for browsers, and the format of what it reads.
  'gallery/client': [],
  links: ['manifest', 'files', 'options', 'errors.ts', 'path-bytes.ts', 'printable.ts', 'steps.ts'],
  'job.ts': ['manifest', 'files', 'options', 'errors.ts'],
  manifest: ['files', 'image', 'options', 'errors.ts', 'path-bytes.ts', 'printable.ts', 'steps.ts'],
  files: ['options', 'errors.ts', 'path-bytes.ts', 'printable.ts', 'steps.ts'],
  image: ['options', 'errors.ts', 'printable.ts', 'package-file.ts'],
  // AssemblyScript, compiled on its own.
  'image/decoders/jpeg/assembly': [],
  options: ['errors.ts', 'path-bytes.ts', 'printable.ts', 'working-folder.ts'],
  'errors.ts': ['printable.ts'],
  'printable.ts': [],
  'package-file.ts': [],
  'working-folder.ts': ['path-bytes.ts'],
  'path-bytes.ts': [],
  'steps.ts': [],
};

/** The rooms that use a package. Of Node.js' own modules, any room may use those that are not listed. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  bullmq: ['pool/queue'],
  commander: ['cli'],
  'csv-stringify': ['manifest'],
  'd3-scale': ['bench'],
  'd3-shape': ['bench'],
  'fast-glob': ['producer'],
  'fastest-levenshtein': ['options'],
  filenamify: ['links'],
  'hash-wasm': ['consumer'],
  ioredis: ['pool/queue'],
  'libheif-js': ['image'],
  'log-update': ['cli'],
  micromatch: ['producer'],
  'node:child_process': ['bench', 'pool/process'],
  'node:worker_threads': ['consumer', 'maintenance'],
  photoswipe: ['gallery/client'],
  picocolors: ['cli'],
  pidusage: ['pool/process'],
  sharp: ['image'],
  thumbhash: ['image', 'gallery/client'],
  valibot: ['pool/queue'],
};

/** More files side by side than this are two rooms. */
const MAX_FILES = 12;

/** Imports and re-exports, also of types; `import()`, and `require` of the module `createRequire`. */
const SPECIFIER =
  /\bfrom '([^']+)'|^import '([^']+)'|\bimport\(\s*([^)]+)\)|equire(?:\(import\.meta\.url\))?(?:\.resolve)?\(\s*'([^']+)'/gm;

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** What is imported: a file relative to src/, or the name of a package. */
  readonly target: string;
  readonly isPackage: boolean;
}

const source = path.join(projectFolder, 'src');
const files = fs
  .readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll(path.sep, '/'))
  .filter((name) => name.endsWith('.ts'))
  .sort();
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = fs.readFileSync(path.join(source, file), 'utf8');
  return [...text.matchAll(SPECIFIER)].map((match) => {
    const specifier = (match.slice(1).find(Boolean) ?? '').replace(/^'(.*)'$/, '$1');
    const isPackage = !specifier.startsWith('.');
    const target = isPackage
      ? specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
      : path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts');
    return { file, specifier, target, isPackage };
  });
}

/** The room of a file: the innermost one of the table. */
function roomOf(file: string): string | undefined {
  const around = Object.keys(ROOMS).filter((room) => file === room || file.startsWith(`${room}/`));
  return around.sort((a, b) => b.length - a.length)[0];
}

/** `src/pool/slot.ts imports '../image/render.js': ...` */
function refusal({ file, specifier }: Import, why: string): string {
  return `src/${file} imports '${specifier}': ${why} (the tables in test/unit/rooms.test.ts)`;
}

test('a file imports its own room, and others as the table allows', () => {
  const refused = imports.flatMap((found) => {
    if (found.isPackage) return [];
    const [from, to] = [roomOf(found.file) ?? 'nothing', roomOf(found.target) ?? 'nothing'];
    const allowed = ROOMS[from] ?? [];
    if (to === from || allowed.includes(to)) return [];
    return [refusal(found, `${from} may import ${allowed.join(', ') || 'no other room'}`)];
  });
  expect(refused).toEqual([]);
});

test('a package is used by the rooms that the table names', () => {
  const refused = imports.flatMap((found) => {
    const { target, isPackage, file } = found;
    const allowed = PACKAGES[target] ?? [];
    if (!isPackage || allowed.includes(roomOf(file) ?? '')) return [];
    if (target.startsWith('node:') && !(target in PACKAGES)) return [];
    return [refusal(found, `${target} is for ${allowed.join(' and ') || 'no room'}`)];
  });
  expect(refused).toEqual([]);
});

test('a file that is started by its path is imported by none', () => {
  const started = imports.filter(({ target }) => entries.includes(`src/${target}`));
  expect(started.map((found) => refusal(found, 'it is started by its path'))).toEqual([]);
});

test('the tables allow nothing that no file imports', () => {
  const used = new Set(
    imports.map(({ file, target, isPackage }) => `${roomOf(file)} -> ${isPackage ? target : roomOf(target)}`),
  );
  const allowed = [
    ...Object.entries(ROOMS).flatMap(([room, others]) => others.map((other) => `${room} -> ${other}`)),
    ...Object.entries(PACKAGES).flatMap(([name, rooms]) => rooms.map((room) => `${room} -> ${name}`)),
  ];
  expect(allowed.filter((arrow) => !used.has(arrow))).toEqual([]);
});

test('a room is allowed to import only rooms below it in the table, so there is no cycle', () => {
  const order = Object.keys(ROOMS);
  const upwards = Object.entries(ROOMS).flatMap(([room, others]) =>
    others
      .filter((other) => order.indexOf(other) <= order.indexOf(room))
      .map((other) => `${room} -> ${other}`),
  );
  expect(upwards).toEqual([]);
});

test('every file and folder of src/, and every folder of pool/, a transport, is in the table; and nothing else', () => {
  const places = files.map((file) =>
    file
      .split('/')
      .slice(0, file.startsWith('pool/') ? Math.min(file.split('/').length - 1, 2) : 1)
      .join('/'),
  );
  expect(places.filter((place) => !(place in ROOMS))).toEqual([]);
  expect(Object.keys(ROOMS).filter((room) => !files.some((file) => roomOf(file) === room))).toEqual([]);
});

test(`no folder has more than ${MAX_FILES} files side by side`, () => {
  const count = new Map<string, number>();
  for (const file of files) {
    const folder = path.dirname(file);
    count.set(folder, (count.get(folder) ?? 0) + 1);
  }
  expect([...count].filter(([, number]) => number > MAX_FILES)).toEqual([]);
});
