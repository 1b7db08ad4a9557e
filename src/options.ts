// What can be asked for. Options are checked and completed here, once, before any file or process is touched.

import os from 'node:os';
import path from 'node:path';
import { ThumbsError } from './errors.js';
import { printable } from './printable.js';

/** The box, in pixels, that a thumbnail fits in. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** What reads JPEGs: a reader of our own where it can, or libvips alone. */
export type JpegReader = 'own' | 'libvips';

/** How an exported manifest is written: by the file's extension. */
export type ExportFormat = 'txt' | 'csv' | 'json';

/** Where thumbnails and their manifest are. */
export interface PlaceOptions {
  /** The folder of the thumbnails. A run makes it when it is missing, and never walks it. @default 'thumbnails' */
  readonly out?: string;
  /** The manifest's file. @default '<out>/manifest.jsonl' */
  readonly manifest?: string;
}

/** What {@link createThumbnails} can be asked for. */
export interface ThumbsOptions extends PlaceOptions {
  /** Consumer processes, 1 to 1024. @default os.availableParallelism() */
  readonly workers?: number;
  /** The box a thumbnail fits in, each side 1 to 16384 pixels; `200` means 200x200. @default '200x200' */
  readonly size?: number | string | Box;
  /** Files to write the manifest to as well, each `.txt`, `.csv` or `.json`. @default [] */
  readonly export?: readonly string[];
  /**
   * Globs of the files to take, relative to each folder, letter case ignored; one without a slash matches at any depth.
   * @default every photo extension
   */
  readonly include?: readonly string[];
  /** Globs of files and folders to leave out, read as `include`. @default [] */
  readonly exclude?: readonly string[];
  /** Take files and folders whose name starts with a dot. @default false */
  readonly hidden?: boolean;
  /** Follow symbolic links below the paths; a link that leads back up is walked once. @default false */
  readonly follow?: boolean;
  /** Seconds that one image may take before its consumer is killed, up to 86400. @default 30 */
  readonly timeout?: number;
  /** Further tries of an image whose consumer died, 0 to 100. @default 1 */
  readonly retries?: number;
  /** Seconds that the whole run may take, up to 604800; after it no photo is begun. @default none */
  readonly deadline?: number;
  /**
   * Megabytes (1,000,000 bytes) of memory that all consumers together may have, at least 128 each.
   * @default three quarters of what the machine, or its container, has
   */
  readonly maxMemory?: number;
  /** Images of more pixels are reported, not decoded. @default 268402689 */
  readonly maxPixels?: number;
  /** Files of more megabytes (1,000,000 bytes) are reported, not read; up to 2000. @default 512 */
  readonly maxFileSize?: number;
  /** Make every thumbnail anew, whatever the manifest says. @default false */
  readonly force?: boolean;
  /** Try photos again that failed in an earlier run and have not changed. @default false */
  readonly retryFailed?: boolean;
  /** After a complete run, remove the thumbnails that no record names, and old temporary files. @default false */
  readonly prune?: boolean;
  /** Stops the run: no new work; images in work have 5 seconds to be finished, the manifest is completed. */
  readonly signal?: AbortSignal;
}

/** {@link PlaceOptions} complete, both paths absolute. */
export interface ResolvedPlace {
  readonly out: string;
  readonly manifest: string;
}

/** Options after {@link resolveOptions}: complete, checked, every path absolute. */
export interface ResolvedOptions extends ResolvedPlace {
  readonly paths: readonly string[];
  readonly workers: number;
  readonly box: Box;
  readonly exports: ReadonlyArray<{ readonly file: string; readonly format: ExportFormat }>;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly hidden: boolean;
  readonly follow: boolean;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly deadlineMs: number | undefined;
  /** Bytes, for all consumers together. */
  readonly maxMemory: number;
  readonly maxPixels: number;
  readonly maxBytes: number;
  readonly force: boolean;
  readonly retryFailed: boolean;
  readonly prune: boolean;
  readonly signal: AbortSignal | undefined;
  /** By the environment's THUMBS_JPEG. */
  readonly jpegReader: JpegReader;
}

/** The defaults, as the help shows them. */
export const defaultOptions = {
  out: 'thumbnails',
  size: '200x200',
  timeout: 30,
  retries: 1,
  /** 0x3fff squared, the limit of sharp and libvips. */
  maxPixels: 268_402_689,
  maxFileSize: 512,
} as const;

const EXPORT_FORMATS: readonly ExportFormat[] = ['txt', 'csv', 'json'];
const LARGEST_SIDE = 16_384;
const BYTES_PER_MB = 1_000_000;

/** Megabytes for one consumer: it has 100 before it has an image. */
const LEAST_MEMORY = 128;
/** The least that is given by default, on however small a machine. */
const LEAST_DEFAULT_MEMORY = 256;
const MEMORY_SHARE = 0.75;

const OPTION_NAMES: ReadonlyArray<keyof ThumbsOptions> = [
  ...(['workers', 'out', 'size', 'manifest', 'export', 'include', 'exclude', 'hidden', 'follow'] as const),
  ...(['timeout', 'retries', 'deadline', 'maxMemory', 'maxPixels', 'maxFileSize'] as const),
  ...(['force', 'retryFailed', 'prune', 'signal'] as const),
];

/**
 * A mistyped option would be passed over, and what it was to prevent would be done.
 * @throws {ThumbsError} `OPTION`, with the name.
 */
export function refuseUnknown(options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ThumbsError(
      'OPTION',
      `Expected options among ${names.join(', ')}, got \`${printable(unknown)}\``,
    );
}

/**
 * Checks and completes where thumbnails and manifest are.
 * @throws {ThumbsError} `OPTION`, saying what was expected and what came.
 */
export function resolvePlace({ out, manifest }: PlaceOptions): ResolvedPlace {
  const folder = path.resolve(string('out', out ?? defaultOptions.out));
  return {
    out: folder,
    manifest: path.resolve(string('manifest', manifest ?? path.join(folder, 'manifest.jsonl'))),
  };
}

/**
 * Checks `paths` and `options` and completes them.
 * @throws {ThumbsError} `OPTION`, saying what was expected and what came.
 */
export function resolveOptions(paths: readonly string[], options: ThumbsOptions = {}): ResolvedOptions {
  refuseUnknown(options, OPTION_NAMES);
  const roots = strings('paths', paths);
  if (roots.length === 0) throw expected('paths', 'to name at least one folder or file', roots);
  const place = resolvePlace(options);
  const integer = (name: 'workers' | 'retries' | 'maxPixels', fallback: number, min: number, max: number) =>
    number(name, options[name] ?? fallback, { min, max, integer: true });
  const workers = integer('workers', os.availableParallelism(), 1, 1024);
  const exports = strings('export', options.export ?? []).map(exportTarget);
  for (const { file } of exports) {
    if (file === place.manifest) throw expected('export', 'to be another file than the manifest', file);
  }
  return {
    paths: roots.map((root) => path.resolve(root)),
    workers,
    ...place,
    box: box(options.size ?? defaultOptions.size),
    exports,
    include: strings('include', options.include ?? []).map((glob) => checkedGlob('include', glob)),
    exclude: strings('exclude', options.exclude ?? []).map((glob) => checkedGlob('exclude', glob)),
    hidden: flag('hidden', options.hidden ?? false),
    follow: flag('follow', options.follow ?? false),
    timeoutMs:
      1000 * number('timeout', options.timeout ?? defaultOptions.timeout, { min: 0.001, max: 86_400 }),
    retries: integer('retries', defaultOptions.retries, 0, 100),
    deadlineMs:
      options.deadline === undefined
        ? undefined
        : 1000 * number('deadline', options.deadline, { min: 0.001, max: 604_800 }),
    maxMemory:
      BYTES_PER_MB *
      number('maxMemory', options.maxMemory ?? defaultMemory(workers), {
        min: LEAST_MEMORY * workers,
        max: 1e9,
      }),
    maxPixels: integer('maxPixels', defaultOptions.maxPixels, 1, Number.MAX_SAFE_INTEGER),
    // One Buffer holds the whole file, and one read takes at most 2 GiB - 1.
    maxBytes: Math.floor(
      BYTES_PER_MB *
        number('maxFileSize', options.maxFileSize ?? defaultOptions.maxFileSize, { min: 1e-6, max: 2000 }),
    ),
    force: flag('force', options.force ?? false),
    retryFailed: flag('retryFailed', options.retryFailed ?? false),
    prune: flag('prune', options.prune ?? false),
    signal: options.signal,
    jpegReader: jpegReader(process.env.THUMBS_JPEG),
  };
}

/** Megabytes for all consumers, by what the machine has and what its container (a cgroup of Linux) allows. */
function defaultMemory(workers: number): number {
  const allowed = process.constrainedMemory(); // 0 when nobody can say.
  const bytes = Math.min(os.totalmem(), allowed > 0 ? allowed : Number.POSITIVE_INFINITY);
  return Math.max(Math.floor((MEMORY_SHARE * bytes) / BYTES_PER_MB), LEAST_DEFAULT_MEMORY * workers);
}

/** The error of an option: what was expected, and what came. */
function expected(name: string, what: string, got: unknown): ThumbsError {
  const shown = typeof got === 'object' ? JSON.stringify(got) : String(got);
  return new ThumbsError(
    'OPTION',
    `Expected \`${name}\` ${what}, got \`${printable(shown)}\` (${typeof got})`,
  );
}

function string(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw expected(name, 'to be a non-empty string', value);
  if (value.includes('\0')) throw expected(name, 'to hold no NUL character', value);
  return value;
}

function strings(name: string, value: unknown): string[] {
  if (!Array.isArray(value)) throw expected(name, 'to be an array of strings', value);
  return value.map((item) => string(name, item));
}

/** @throws {ThumbsError} `OPTION`: neither true nor false. */
export function flag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw expected(name, 'to be true or false', value);
  return value;
}

function number(
  name: string,
  value: unknown,
  { min, max, integer = false }: { min: number; max: number; integer?: boolean },
): number {
  const fits = typeof value === 'number' && value >= min && value <= max;
  if (!fits || (integer && !Number.isInteger(value))) {
    throw expected(name, `to be ${integer ? 'an integer' : 'a number'} from ${min} to ${max}`, value);
  }
  return value;
}

/** `200`, `'200'`, `'200x150'` or `{width, height}`. */
function box(value: unknown): Box {
  const [width, height] = sides(value);
  const fits = (side: unknown) => Number.isInteger(side) && Number(side) >= 1 && Number(side) <= LARGEST_SIDE;
  if (!fits(width) || !fits(height)) {
    throw expected('size', `to be WIDTHxHEIGHT or one number, in pixels from 1 to ${LARGEST_SIDE}`, value);
  }
  return { width: Number(width), height: Number(height) };
}

function sides(value: unknown): readonly [unknown, unknown] {
  if (typeof value === 'string') {
    const match = /^(\d{1,5})(?:x(\d{1,5}))?$/i.exec(value);
    return match === null ? [undefined, undefined] : [Number(match[1]), Number(match[2] ?? match[1])];
  }
  if (typeof value === 'object' && value !== null && 'width' in value && 'height' in value) {
    return [value.width, value.height];
  }
  return [value, value];
}

function exportTarget(file: string): { file: string; format: ExportFormat } {
  const extension = path.extname(file).slice(1).toLowerCase();
  const format = EXPORT_FORMATS.find((known) => known === extension);
  if (format === undefined) throw expected('export', 'to end in .txt, .csv or .json', file);
  return { file: path.resolve(file), format };
}

function jpegReader(value: string | undefined): JpegReader {
  if (value === undefined || value === '') return 'own';
  if (value !== 'libvips') throw expected('THUMBS_JPEG', 'to be libvips or not set', value);
  return value;
}

/** A glob stays below the folder it is applied to, and says only one thing. */
function checkedGlob(name: string, glob: string): string {
  if (path.isAbsolute(glob) || glob.split('/').includes('..')) {
    throw expected(name, 'to be a glob relative to each folder, without `..`', glob);
  }
  if (glob.startsWith('!') && !glob.startsWith('!(')) {
    throw expected(
      name,
      `to be a glob without a leading \`!\` (use ${name === 'include' ? 'exclude' : 'include'})`,
      glob,
    );
  }
  return glob;
}
