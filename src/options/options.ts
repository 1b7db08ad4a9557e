// What can be asked for, and the defaults. `resolve.ts` checks it.

import type { OutputFormat } from './output-formats.js';
import type { QueueUrl } from './queue-url.js';
import type { Shard } from './shard.js';
import type { Fit, Position, Variant } from './variant.js';
import type { SizeOption } from './variant-spec.js';

/** What reads JPEGs: our own reader where it can, or libvips alone. */
export type JpegReader = 'own' | 'libvips';

/**
 * When a smaller picture that a file holds is used in place of its full one: for HEIC where it is large enough; for JPEG too; never. A RAW
 * file is always shown by its preview.
 */
export type Embedded = 'auto' | 'always' | 'never';

/** How images are decoded: what every decoder is told. */
export interface DecodingOptions {
  readonly jpegReader: JpegReader;
  readonly embedded: Embedded;
  /** Whether SVG drawings are photos. */
  readonly svg: boolean;
}

/** The format of an exported manifest: the file's extension. */
export type ExportFormat = 'txt' | 'csv' | 'json';

/** Where thumbnails lie: in the output folder itself, or in its folders of two hex digits, by the beginning of their names. */
export type Layout = 'flat' | 'sharded';

/** What links to thumbnails are: files that share their blocks where the file system can, else copies; or links to the same file. */
export type LinkType = 'reflink' | 'hard' | 'symbolic';

/** Where thumbnails and their manifest are. */
export interface PlaceOptions {
  /** The folder of the thumbnails. A run creates it if necessary, and never walks it. @default 'thumbnails' */
  readonly out?: string;
  /** The manifest's file. @default '<out>/manifest.jsonl' */
  readonly manifest?: string;
}

/** The options of {@link createThumbnails}. */
export interface ThumbsOptions extends PlaceOptions {
  /** Consumer processes, 1 to 1024; with `queue` 0, too, where this machine is to do no image work. @default os.availableParallelism() */
  readonly workers?: number;
  /**
   * The variants of every photo: one, or several. Each is a box with sides of 1 to 16384 pixels (`200` means 200x200), or a spec as the
   * command has it (`'1600x1600,format=webp,name=screen'`), or its parts. @default '200x200'
   */
  readonly size?: SizeOption | readonly SizeOption[];
  /** Of variants that state none. @default 'inside' */
  readonly fit?: Fit;
  /** What a `cover` keeps, of variants that state none. @default 'centre' */
  readonly position?: Position;
  /** `#rgb`, `#rrggbb`, `#rrggbbaa`, `white`, `black` or `transparent`, of variants that state none. @default transparent; white as JPEG */
  readonly background?: string;
  /** Of variants that state none. @default 'png' */
  readonly format?: OutputFormat;
  /** 1 to 100, of variants that state none. @default 80 for WebP and JPEG, 65 for AVIF */
  readonly quality?: number;
  /** Of variants as WebP and AVIF that state neither it nor a quality. @default false */
  readonly lossless?: boolean;
  /** 0 to 6 for WebP, 0 to 9 for AVIF, of variants that state none. @default 2 for WebP, 0 for AVIF */
  readonly effort?: number;
  /** A ThumbHash of every photo, in its record. @default false */
  readonly placeholder?: boolean;
  /** Where thumbnails lie; existing ones are moved. @default as the folder has it; a new one is flat */
  readonly layout?: Layout;
  /** Files to export the manifest to, each `.txt`, `.csv` or `.json`. @default [] */
  readonly export?: readonly string[];
  /** The folder of a gallery that is brought up to date by {@link createGallery}. @default none */
  readonly gallery?: string;
  /**
   * A folder that mirrors the photos' folders and has each thumbnail under its photo's own name, `2024/IMG_1.jpg.webp`. Each run brings it
   * up to date. @default none
   */
  readonly links?: string;
  /**
   * What those files are: `'reflink'` shares blocks with the thumbnail, or copies it where the file system cannot; `'hard'` and `'symbolic'`
   * are the thumbnail itself, so that an editor which writes in place damages it. @default 'reflink'
   */
  readonly linkType?: LinkType;
  /**
   * Globs of the files to take, relative to each folder, ignoring letter case; one without a slash matches at any depth.
   * @default every photo extension
   */
  readonly include?: readonly string[];
  /**
   * Globs of files and folders to leave out, read like `include`; a folder that one matches, or of which it matches every entry
   * (`private/*`), is not read.
   * @default []
   */
  readonly exclude?: readonly string[];
  /** Take files and folders whose name starts with a dot. @default false */
  readonly hidden?: boolean;
  /** Follow symbolic links below the paths; a loop is walked once. @default false */
  readonly follow?: boolean;
  /** Take every file, whatever its extension; those that are no picture are reported. @default false */
  readonly anyExtension?: boolean;
  /** Take SVG drawings, too. @default false */
  readonly svg?: boolean;
  /** Leave out a RAW file beside a JPEG of the same name. @default false */
  readonly preferJpeg?: boolean;
  /**
   * When a smaller picture that a file holds is used in place of its full one, where it is at least 1.5 times the thumbnail's own size:
   * `'auto'` for HEIC, `'always'` for JPEG too, `'never'`. RAW files are always shown by their preview. @default 'auto'
   */
  readonly embedded?: Embedded;
  /** Seconds that one image may take before its consumer is killed, up to 86400. @default 30 */
  readonly timeout?: number;
  /** Further tries of an image whose consumer died, 0 to 100. @default 1 */
  readonly retries?: number;
  /** Seconds that the whole run may take, up to 604800; no photo is started after it. @default none */
  readonly deadline?: number;
  /**
   * Megabytes (1,000,000 bytes) of memory that all consumers together may use, at least 128 for each.
   * @default three quarters of the memory of the machine or its container
   */
  readonly maxMemory?: number;
  /** Images with more pixels are reported, not decoded. @default 268402689 */
  readonly maxPixels?: number;
  /** Files of more megabytes (1,000,000 bytes) are reported, not read; up to 2000. @default 512 */
  readonly maxFileSize?: number;
  /** Make every thumbnail again, whatever the manifest says. @default false */
  readonly force?: boolean;
  /** Try photos again that failed in an earlier run and have not changed. @default false */
  readonly retryFailed?: boolean;
  /** After a complete run, remove the thumbnails that no record names, and stale temporary files. @default false */
  readonly prune?: boolean;
  /**
   * Let records go although nothing is selected under their root any more, and prune although more than half of the recorded photos have
   * left the manifest. @default false
   */
  readonly forget?: boolean;
  /** Make only what is new or changed, although sharp or a decoder is newer than what made the other thumbnails. @default false */
  readonly keepVersions?: boolean;
  /** A queue server, `redis://nas:6379`: consumers on other hosts take part ({@link workForQueue}). @default none */
  readonly queue?: string;
  /** Seconds that a run may wait for its queue server, or for a host, up to 604800. @default 600 */
  readonly queueTimeout?: number;
  /**
   * `'3/8'`: only the photos of the third of eight shards, with a manifest of its own, `manifest-3-of-8.jsonl`. Shards may run at once, on
   * any hosts; {@link mergeShards} joins their manifests. @default all photos
   */
  readonly shard?: string;
  /** Stops the run: no new work; images being worked on have 5 seconds to finish; the manifest is completed. */
  readonly signal?: AbortSignal;
}

/** The options of {@link workForQueue}. */
export interface WorkerOptions {
  /** Consumer processes for all runs together, 1 to 1024. @default os.availableParallelism() */
  readonly workers?: number;
  /** The only folders that are touched, besides targets of `map`. @default the working folder */
  readonly allow?: readonly string[];
  /** Where folders of other hosts are here, as `/Volumes/photos=/mnt/photos`. @default [] */
  readonly map?: readonly string[];
  /** As in {@link ThumbsOptions}. */
  readonly maxMemory?: number;
  /** Stops the host. */
  readonly signal?: AbortSignal;
}

/** {@link PlaceOptions} complete, both paths absolute. */
export interface ResolvedPlace {
  readonly out: string;
  readonly manifest: string;
}

/** Which photos a run does; its manifest is the shard's own. */
export interface ResolvedShard extends Shard {
  /** Absolute path of the manifest that those of the shards are merged to. */
  readonly merged: string;
}

/** The tree of links that a run is to bring up to date. */
export interface ResolvedLinks {
  /** Absolute path. */
  readonly folder: string;
  readonly type: LinkType;
  /** The name of the first variant whose spec does not state one; undefined where each does. */
  readonly unnamed: string | undefined;
}

/** {@link ThumbsOptions} complete and checked, every path absolute. */
export interface ResolvedOptions extends ResolvedPlace {
  readonly paths: readonly string[];
  /** Undefined for a whole run. */
  readonly shard: ResolvedShard | undefined;
  readonly workers: number;
  /** At least one. */
  readonly variants: readonly Variant[];
  readonly placeholder: boolean;
  /** Undefined for the folder's own. */
  readonly layout: Layout | undefined;
  readonly exports: ReadonlyArray<{ readonly file: string; readonly format: ExportFormat }>;
  /** Absolute path. */
  readonly gallery: string | undefined;
  readonly links: ResolvedLinks | undefined;
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
  /** Of one file. */
  readonly maxBytes: number;
  readonly force: boolean;
  readonly retryFailed: boolean;
  readonly prune: boolean;
  readonly forget: boolean;
  readonly keepVersions: boolean;
  readonly queue: QueueUrl | undefined;
  readonly queueTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly anyExtension: boolean;
  readonly preferJpeg: boolean;
  readonly decoding: DecodingOptions;
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
  embedded: 'auto',
  queueTimeout: 600,
} as const;

/** How images are decoded unless asked otherwise. */
export const defaultDecoding: DecodingOptions = {
  jpegReader: 'own',
  embedded: defaultOptions.embedded,
  svg: false,
};
