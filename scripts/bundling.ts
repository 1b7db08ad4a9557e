// What dist/ consists of: JavaScript in few files, declarations for TypeScript, the JPEG reader's WebAssembly, and what a gallery's pages load.
//
// The source has many small modules, and Node.js takes about a millisecond to load each: bundled, a run starts some 40 ms sooner
// than with a file for each module (bench.md).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BuildOptions,
  type BuildResult,
  build,
  type ImportKind,
  type Metafile,
  type Plugin,
} from 'esbuild';
import { unrolledChains } from './unrolled-chains.js';

export const projectFolder: string = fileURLToPath(new URL('..', import.meta.url));

const COMMAND = 'src/cli/main.ts';
/** Each of these is split at its dynamic imports: a subcommand, or an export, is loaded when it is used ({@link split}). */
const SPLIT = [COMMAND, 'src/index.ts'];
/** Processes and threads. */
const WHOLE = [
  'src/consumer/main.ts',
  'src/consumer/parent-watch-thread.ts',
  'src/maintenance/check-files-thread.ts',
];
const CHUNKS = 'chunks';
const GALLERY = 'dist/gallery';
/** What these modules import dynamically is loaded by consumers alone. */
const READERS = 'src/image/';
/** What is imported dynamically from these, and what only they share, is for itself: most runs do without. */
const SELDOM: readonly (readonly string[])[] = [
  // With the client of the queue server: a megabyte.
  ['src/pool/queue/'],
  ['src/gallery/', 'src/links/', 'src/files/filled/', 'src/cli/commands/gallery.ts'],
];

/** Every file that something starts by its path: the command, the library, a process or a thread. */
export const entries: readonly string[] = [...SPLIT, ...WHOLE];

const options: BuildOptions = {
  absWorkingDir: projectFolder,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.9',
  packages: 'external',
  logLevel: 'warning',
};

/**
 * The command's packages are bundled too: a run would spend 30 ms on finding and loading their sixty files. These are not, because they
 * have files of other kinds. The library leaves all packages to its host.
 */
const commandOptions = {
  packages: 'bundle',
  external: ['sharp', 'libheif-js', 'hash-wasm'],
  // Packages that are CommonJS ask for modules of Node.js by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  // Otherwise modules without side effects could not be imported just to have them in a chunk.
  ignoreAnnotations: true,
} satisfies BuildOptions;

const ASSEMBLY = 'src/image/decoders/jpeg/assembly';
const WASM = 'dist/image/decoders/jpeg/reader.wasm';

/** Writes the bundles. Command and library are split apart from each other: together they would be in more and smaller files. */
export async function bundle(): Promise<void> {
  const dist = { ...options, outbase: 'src', outdir: 'dist', metafile: true as const };
  const results = await Promise.all([
    ...SPLIT.map((entry) => split(dist, entry)),
    build({ ...dist, entryPoints: WHOLE }),
    bundleGallery(),
  ]);
  removeOldChunks(results.flatMap((result) => Object.keys(result?.metafile.outputs ?? {})));
}

/** What runs in browsers: the script of a gallery's pages as one classic script, and their styles; the packages are in both. */
async function bundleGallery(): Promise<undefined> {
  const client = 'src/gallery/client';
  await build({
    absWorkingDir: projectFolder,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    // Browsers since 2022; older ones show the pages without the script.
    target: ['es2022', 'safari15.4'],
    charset: 'utf8',
    // The packages' licences stay in the files.
    legalComments: 'inline',
    logLevel: 'warning',
    entryPoints: [
      { in: `${client}/main.ts`, out: 'gallery' },
      { in: `${client}/gallery.css`, out: 'gallery' },
    ],
    outdir: GALLERY,
  });
  fs.copyFileSync(
    path.join(projectFolder, client, 'icon.svg'),
    path.join(projectFolder, GALLERY, 'icon.svg'),
  );
}

type WithMetafile = BuildOptions & { readonly metafile: true };

/**
 * Bundles an entry, split at its dynamic imports. esbuild makes a chunk for each set of modules that the same imports reach: some twenty
 * small files for one command. So each dynamic import is made to reach every module that several of them share. There are some five chunks then:
 * with what the entry needs at once, with what several others need, with what each group of {@link SELDOM} alone shares, and with what
 * decoders' readers alone share. Those are not loaded by a process that is split, and must not be: our JPEG reader compiles its WebAssembly when it is loaded.
 */
async function split(dist: WithMetafile, entry: string): Promise<BuildResult<WithMetafile>> {
  const chunked = {
    ...dist,
    ...(entry === COMMAND ? commandOptions : {}),
    entryPoints: [entry],
    splitting: true,
    chunkNames: `${CHUNKS}/[name]-[hash]`,
  };
  const { metafile } = await build({ ...chunked, write: false });
  return build({ ...chunked, plugins: [reachShared(metafile, entry)] });
}

/** Adds imports of the shared modules to each module that is imported dynamically. */
function reachShared({ inputs }: Metafile, entry: string): Plugin {
  const importsOf = (file: string, kind: ImportKind) =>
    (inputs[file]?.imports ?? []).flatMap((found) =>
      found.kind === kind && found.external !== true ? [found.path] : [],
    );
  const reachedFrom = (start: string) => {
    const reached = new Set([start]);
    for (const file of reached) for (const next of importsOf(file, 'import-statement')) reached.add(next);
    return reached;
  };
  const importedLateBy = (isImporter: (file: string) => boolean) => [
    ...new Set(
      Object.keys(inputs)
        .filter(isImporter)
        .flatMap((file) => importsOf(file, 'dynamic-import')),
    ),
  ];
  const readers = importedLateBy((file) => file.startsWith(READERS));
  const late = importedLateBy((file) => !file.startsWith(READERS));
  const isOf = (group: readonly string[]) => (file: string) => group.some((start) => file.startsWith(start));
  const seldom = SELDOM.map((group) => late.filter(isOf(group)));
  const others = late.filter((file) => !SELDOM.some((group) => isOf(group)(file)));
  const reachedBy = [entry, ...late, ...readers].map(reachedFrom);
  const shared = Object.keys(inputs).filter(
    (file) => reachedBy.filter((reached) => reached.has(file)).length > 1,
  );
  const reachedByAny = (files: readonly string[]) => {
    const reached = new Set(files.flatMap((file) => [...reachedFrom(file)]));
    return shared.filter((file) => reached.has(file));
  };
  const importsOfAll = (files: readonly string[]) =>
    files.map((file) => `import ${JSON.stringify(path.join(projectFolder, file))};`).join('\n');
  const added = new Map<string, string>();
  const addTo = (files: readonly string[], imports: string) => {
    // One that is shared itself would import modules that import it.
    for (const file of files) if (!shared.includes(file)) added.set(path.join(projectFolder, file), imports);
  };
  addTo(readers, importsOfAll(reachedByAny([entry, ...others, ...readers])));
  for (const group of seldom) addTo(group, importsOfAll(reachedByAny([entry, ...others, ...group])));
  addTo(others, importsOfAll(reachedByAny([entry, ...others])));
  return {
    name: 'reach-shared',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const imports = added.get(file);
        if (imports === undefined) return undefined;
        return { contents: `${fs.readFileSync(file, 'utf8')}\n${imports}\n`, loader: 'ts' };
      });
    },
  };
}

/** A chunk has another name when its content has changed; the old one stays. */
function removeOldChunks(present: readonly string[]): void {
  for (const name of fs.readdirSync(path.join(projectFolder, 'dist', CHUNKS))) {
    const file = `dist/${CHUNKS}/${name}`;
    if (!present.includes(file)) fs.rmSync(path.join(projectFolder, file));
  }
}

/** Bundles scripts that import from `src/`, each into `<outdir>/<name>.js`, for plain Node.js. */
export async function bundleScripts(entryPoints: readonly string[], outdir: string): Promise<void> {
  await build({ ...options, entryPoints: [...entryPoints], outdir });
}

/** Compiles the JPEG reader's inner loops, one of which is written by a script. */
export function compileReader(): void {
  const file = path.join(projectFolder, ASSEMBLY, 'chains/unrolled.ts');
  const source = unrolledChains();
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== source) fs.writeFileSync(file, source);
  compileAssembly(ASSEMBLY, WASM);
}

/**
 * Compiles a folder of AssemblyScript, unless that was done after their last change.
 * @param folder Of the source, relative to the project's.
 * @param wasm What its asconfig.json writes, relative to the project's folder.
 */
export function compileAssembly(folder: string, wasm: string): void {
  const inFolder = (name: string) => path.join(projectFolder, folder, name);
  const sources = fs
    .readdirSync(inFolder('.'), { encoding: 'utf8', recursive: true })
    .map((name) => fs.statSync(inFolder(name)).mtimeMs);
  const built = fs.statSync(path.join(projectFolder, wasm), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built > Math.max(...sources)) return;
  runTool('assemblyscript/bin/asc.js', '--config', `${folder}/asconfig.json`);
}

/** Writes the types of every module. */
export function writeDeclarations(): void {
  runTool('typescript/bin/tsc', '-p', 'tsconfig.json');
}

/** Runs a package's JavaScript: what npm links into node_modules/.bin is a shell script on Windows. */
function runTool(file: string, ...args: string[]): void {
  const program = path.join(projectFolder, 'node_modules', file);
  execFileSync(process.execPath, [program, ...args], { cwd: projectFolder, stdio: 'inherit' });
}
