// A tree of links that mirrors the folders of the photos, with each thumbnail under its photo's own name. It is brought up to date from
// the finished manifest.

import fs from 'node:fs';
import path from 'node:path';
import { linksRefusedError, systemCode } from '../errors.js';
import { type Content, FilledFolder } from '../files/filled/filled-folder.js';
import { filledPlace, type OtherPlaces, requireFreePlace } from '../files/filled/place.js';
import { isInside } from '../files/real-path.js';
import { nameOfFile } from '../files/thumbnails/thumbnail-name.js';
import { rootsOf } from '../manifest/folder-manifests.js';
import { readManifest } from '../manifest/reading.js';
import type { ManifestRecord } from '../manifest/record.js';
import { nameOf, recordedName, sourceName, sourcePath } from '../manifest/source-names.js';
import type { LinkType, ResolvedLinks, ResolvedPlace } from '../options/options.js';
import type { Steps } from '../steps.js';
import { commonFolder } from './common-folder.js';
import { type NamedPhoto, namesOf } from './names.js';

/**
 * Checks that a run may fill this folder with links, before it begins; nothing is written.
 * @throws {ThumbsError} `OPTION` or `OUTPUT`.
 */
export function checkLinks(folder: string, others: OtherPlaces): void {
  requireFreePlace('links', folder, others);
}

/** What a run wants of its tree of links. */
export interface LinksOrder {
  readonly links: ResolvedLinks;
  /** Real paths. */
  readonly place: ResolvedPlace;
  /** Absolute paths of what the run has walked, as the manifest's sources are named by them. */
  readonly roots: readonly string[];
  /** Names of the run's variants. */
  readonly variants: readonly string[];
}

/** What was done. */
export interface LinkFigures {
  /** Absolute path. */
  readonly folder: string;
  /** Links that are in the tree. */
  readonly files: number;
  readonly written: number;
  readonly removed: number;
  /** Paths in the folder, with `/`, of files that somebody else has written or changed, and that were left as they are. */
  readonly foreign: readonly string[];
  /** Thumbnails that are on record and not there: they have no link. */
  readonly missing: number;
  /** Whether all links were renamed, because a photo lies outside the folder that the photos before had in common. */
  readonly widened?: true;
}

/** What is remembered in the folder's marker. */
interface Settings {
  /** The folder that the photos have in common: relative to that of the manifest, as records have names. */
  readonly common?: ReturnType<typeof recordedName>;
  /** Names of the variants whose links have no name but the photo's, in the runs until now. */
  readonly plain?: readonly string[];
}

/** A photo with its thumbnails' files, one for each suffix. */
interface Photo extends NamedPhoto {
  readonly files: readonly string[];
}

/** How many records are read, or links looked at, before the event loop has a turn. */
const A_STEP = 100;

/**
 * Brings the tree up to date, in steps. If it is left, the next time goes on.
 * @throws {ThumbsError} `OPTION`, `OUTPUT`, `LOCKED` or `MANIFEST`.
 */
export function* updateLinks(order: LinksOrder): Steps<LinkFigures> {
  const { links, place } = order;
  const folder = FilledFolder.open(filledPlace('links', links.folder, place.manifest));
  try {
    const earlier: Settings = folder.settings;
    const plain = plainNames(earlier, links);
    const records = yield* linkedRecords(order, plain);
    const remembered = folderOf(earlier, place);
    const common = commonFolder({
      remembered,
      roots: rootsOf(place).map((name) => absolute(place, name)),
      sources: records.map(({ source }) => source),
    });
    const wanted = yield* filesOf(records, common ?? '');
    yield* folder.removeOthers((file) => wanted.has(file));
    const missing = yield* putAll(folder, wanted, order);
    const figures = yield* folder.finish(settingsOf(place, common, plain));
    const isWidened = remembered !== undefined && common !== remembered;
    return { folder: links.folder, ...figures, missing, ...(isWidened ? { widened: true } : {}) };
  } finally {
    folder.close();
  }
}

function plainNames({ plain = [] }: Settings, { unnamed }: ResolvedLinks): ReadonlySet<string> {
  return new Set([...(Array.isArray(plain) ? plain : []), ...(unnamed === undefined ? [] : [unnamed])]);
}

/** A record as far as its links go. */
interface LinkedRecord extends Pick<Photo, 'suffixes' | 'files'> {
  /** Absolute path. */
  readonly source: string;
}

function* linkedRecords(
  { links, place, roots, variants }: LinksOrder,
  plain: ReadonlySet<string>,
): Steps<LinkedRecord[]> {
  const linked: LinkedRecord[] = [];
  for (const record of readManifest(place.manifest)) {
    const source = absolute(place, nameOf(record));
    const isOfRun = roots.some((root) => isInside(root, source));
    const entries = thumbnailsOf(record).filter(({ variant }) => !isOfRun || variants.includes(variant));
    // In a photo of another run, the first variant that was the plain one of any run.
    const unnamed = isOfRun ? links.unnamed : entries.find(({ variant }) => plain.has(variant))?.variant;
    linked.push({
      source,
      suffixes: entries.map(({ variant, file }) => {
        const extension = path.posix.extname(file);
        return variant === unnamed ? extension : `.${variant}${extension}`;
      }),
      files: entries.map(({ file }) => file),
    });
    if (linked.length % A_STEP === 0) yield;
  }
  return linked;
}

function thumbnailsOf(record: ManifestRecord) {
  return record.status === 'done' ? record.thumbnails : [];
}

/** The thumbnail's file of each link, by the link's path in the tree. */
function* filesOf(records: readonly LinkedRecord[], common: string): Steps<ReadonlyMap<string, string>> {
  const photos = records.map(({ source, suffixes, files }) => ({
    path: path.relative(common, source).split(path.sep),
    suffixes,
    files,
  }));
  const wanted = new Map<string, string>();
  let named = 0;
  for (const [{ suffixes, files }, name] of namesOf<Photo>(photos)) {
    for (const [index, file] of files.entries()) wanted.set(name + suffixes[index], file);
    named += 1;
    if (named % A_STEP === 0) yield;
  }
  return wanted;
}

/** Returns how many thumbnails are missing. */
function* putAll(
  folder: FilledFolder,
  wanted: ReadonlyMap<string, string>,
  { links, place }: LinksOrder,
): Steps<number> {
  let [looked, missing] = [0, 0];
  for (const [link, file] of wanted) {
    const from = path.join(place.out, file);
    if (fs.statSync(from, { throwIfNoEntry: false })?.isFile() === true) {
      const content = path.posix.parse(nameOfFile(file)).name;
      put(folder, link, { from, as: links.type === 'reflink' ? 'copy' : links.type, content }, links);
    } else missing += 1;
    looked += 1;
    if (looked % A_STEP === 0) yield;
  }
  return missing;
}

/** The system calls that make links, by which their errors are known. */
const CALLS: Readonly<Record<LinkType, string | undefined>> = {
  reflink: undefined,
  hard: 'link',
  symbolic: 'symlink',
};

/** What a file system answers that has no such links, or not from one disk to another. */
const REFUSALS: ReadonlySet<unknown> = new Set(['EXDEV', 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

function put(folder: FilledFolder, link: string, content: Content, { type }: ResolvedLinks): void {
  try {
    folder.put(link, content);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const isOfLink = Object(cause).syscall === CALLS[type] && CALLS[type] !== undefined;
    if (isOfLink && REFUSALS.has(systemCode(cause))) throw linksRefusedError(folder.folder, type, cause);
    throw error;
  }
}

function absolute({ manifest }: ResolvedPlace, name: string): string {
  return sourcePath(manifest, name);
}

function folderOf({ common }: Settings, place: ResolvedPlace): string | undefined {
  return typeof common?.source === 'string' ? absolute(place, nameOf(common)) : undefined;
}

function settingsOf(
  { manifest }: ResolvedPlace,
  common: string | undefined,
  plain: ReadonlySet<string>,
): Record<string, unknown> {
  return {
    ...(common === undefined ? {} : { common: recordedName(sourceName(manifest, common)) }),
    plain: [...plain].sort(),
  };
}
