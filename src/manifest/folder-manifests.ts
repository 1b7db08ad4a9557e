// Which manifests use an output folder, and what of it is theirs: the folder's marker says it.

import fs from 'node:fs';
import path from 'node:path';
import { unreadableOutputError } from '../errors.js';
import {
  changeMarker,
  type FolderMarker,
  readMarker,
  UNMARKED_MANIFEST_NAME,
} from '../files/folder-marker.js';
import { fewest } from '../files/nested-folders.js';
import { realFile } from '../files/real-path.js';
import { isShardName, isThumbnailFile, ThumbnailSet } from '../files/thumbnails/thumbnail-name.js';
import type { Layout, ResolvedPlace } from '../options/options.js';
import { isManifest } from './reading.js';
import { RecordIndex } from './record-index.js';
import { nameOf, recordedName, sortNames, sourceName, sourcePath } from './source-names.js';

/**
 * The manifests of a folder other than the place's own, as real paths: those of its marker, and `manifest.jsonl` in it, because version
 * 0.1 wrote no marker; while there is none, every manifest in the folder. They may be missing.
 */
export function otherManifests({ out, manifest }: ResolvedPlace): string[] {
  const marker = readMarker(out);
  const named = (marker?.manifests ?? []).map((name) => path.resolve(out, name));
  const inside = marker === undefined ? namesIn(out).filter((name) => /\.jsonl$/i.test(name)) : [];
  const unmarked = [UNMARKED_MANIFEST_NAME, ...inside].map((name) => path.join(out, name)).filter(isManifest);
  const files = [...named, ...unmarked].map(realFile);
  return [...new Set(files)].filter((file) => file !== manifest);
}

/** Names of a folder's entries; none if it does not exist. */
function namesIn(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}

/** Whether the folder is known as one that the place's manifest uses. */
export function usesFolder({ out, manifest }: ResolvedPlace): boolean {
  const names = readMarker(out)?.manifests ?? [UNMARKED_MANIFEST_NAME];
  return names.includes(nameIn(out, manifest));
}

/**
 * Notes in the folder's marker that the place's manifest uses the folder, and where its thumbnails lie. The caller has locked it, and no
 * thumbnail of a first run is there yet.
 * @param more Further manifests that use it.
 * @throws {ThumbsError} `OUTPUT`: the marker cannot be read or written, or is a file of something else. `MANIFEST`: one of the folder's
 * manifests cannot be read.
 */
export function noteManifest(place: ResolvedPlace, layout: Layout, more: readonly string[] = []): void {
  const files = [place.manifest, ...more, ...otherManifests(place)];
  const isFirst = readMarker(place.out) === undefined;
  const foreignUntilMs = isFirst ? foreignTime(place.out, files) : undefined;
  changeMarker(place.out, (marker) => ({
    ...marker,
    layout,
    manifests: [...new Set([...marker.manifests, ...files.map((file) => nameIn(place.out, file))])].sort(),
    ...(foreignUntilMs === undefined ? {} : { foreignUntilMs }),
  }));
}

/**
 * Notes where the thumbnails of a folder with a marker are to lie; one without has none yet, or is of version 0.1. The caller has locked it.
 * @throws {ThumbsError} `OUTPUT`
 */
export function noteLayout({ out }: ResolvedPlace, layout: Layout): void {
  if (readMarker(out) !== undefined) changeMarker(out, (marker) => ({ ...marker, layout }));
}

/** The `foreignUntilMs` of a folder without a marker: undefined when its thumbnails are those of a manifest, or it has none. */
function foreignTime(out: string, manifests: readonly string[]): number | undefined {
  const files = thumbnailFilesIn(out);
  if (files.length === 0) return undefined;
  const named = new ThumbnailSet();
  // That of a shard may not be written yet.
  for (const manifest of manifests.filter((each) => fs.existsSync(each))) addNamed(named, manifest);
  if (files.some((file) => named.has(file))) return undefined;
  const times = files.map(
    (file) => fs.lstatSync(path.join(out, file), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return times.reduce((latest, time) => Math.max(latest, time), 0);
}

function thumbnailFilesIn(out: string): string[] {
  try {
    const names = fs.readdirSync(out, { withFileTypes: true });
    const shards = names.filter((entry) => entry.isDirectory() && isShardName(entry.name));
    const inShards = shards.flatMap(({ name }) =>
      fs.readdirSync(path.join(out, name)).map((inner) => `${name}/${inner}`),
    );
    return [...names.map(({ name }) => name), ...inShards].filter(isThumbnailFile);
  } catch (error) {
    throw unreadableOutputError(out, error);
  }
}

/** Adds the thumbnails that a manifest's records name to `named`; of each source its last record. Returns the number of sources. */
export function addNamed(named: ThumbnailSet, manifest: string): number {
  const records = RecordIndex.openExisting(manifest);
  try {
    for (const record of records.all())
      if (record.status === 'done') for (const { file } of record.thumbnails) named.add(file);
    return records.size;
  } finally {
    records.close();
  }
}

/** {@link otherManifests}, by whether they exist. */
export function presentManifests(place: ResolvedPlace): { present: string[]; missing: string[] } {
  const [present, missing]: [string[], string[]] = [[], []];
  for (const manifest of otherManifests(place)) (fs.existsSync(manifest) ? present : missing).push(manifest);
  return { present, missing };
}

/** Adds the thumbnails that the folder's other manifests name to `named`. Returns those manifests that do not exist. */
export function addNamedByOthers(named: ThumbnailSet, place: ResolvedPlace): string[] {
  const { present, missing } = presentManifests(place);
  for (const manifest of present) addNamed(named, manifest);
  return missing;
}

/**
 * Notes the folders that a run was given, or that the files are in which it was given. The caller has locked the folder.
 * @param manifest The real path of the one that records of a whole run are in.
 * @param folders Absolute paths, as sources are named by them.
 */
export function noteRoots(out: string, manifest: string, folders: readonly string[]): void {
  const name = nameIn(out, manifest);
  changeMarker(out, (marker) => {
    const known = (marker.roots?.[name] ?? []).map((root) => sourcePath(manifest, nameOf(root)));
    const roots = fewest([...known, ...folders], MOST_ROOTS).map((folder) => sourceName(manifest, folder));
    return { ...marker, roots: { ...marker.roots, [name]: sortNames(roots).map(recordedName) } };
  });
}

/** A shell may give each of a million files; of more folders those above count. */
const MOST_ROOTS = 100;

/** Names of the folders that runs of the place's manifest were given, relative to the manifest's folder, with `/`; none lies in another. */
export function rootsOf({ out, manifest }: ResolvedPlace): string[] {
  return (readMarker(out)?.roots?.[nameIn(out, manifest)] ?? []).map(nameOf);
}

/** Photos that have left the place's manifest since the last prune. */
export function photosLeft({ out, manifest }: ResolvedPlace): number {
  return readMarker(out)?.left?.[nameIn(out, manifest)] ?? 0;
}

/** Notes that `photos` more have left. The caller has locked the folder. */
export function notePhotosLeft({ out, manifest }: ResolvedPlace, photos: number): void {
  const name = nameIn(out, manifest);
  changeMarker(out, (marker) => ({
    ...marker,
    left: { ...marker.left, [name]: (marker.left?.[name] ?? 0) + photos },
  }));
}

/** Notes that the folder was pruned, and drops manifests that are missing. The caller has locked the folder. */
export function notePruned({ out, manifest }: ResolvedPlace, missing: readonly string[]): void {
  if (readMarker(out) === undefined) return; // A folder of an earlier version: the next run writes the marker.
  const dropped = new Set(missing.map((file) => nameIn(out, file)));
  const pruned = nameIn(out, manifest);
  changeMarker(out, (marker) => {
    const { [pruned]: _, ...left } = marker.left ?? {};
    return withoutManifests({ ...marker, left }, dropped);
  });
}

/**
 * Notes that the place's manifest uses the folder, before shards are merged to it, and that `photos` more have left it. The caller has locked
 * the folder.
 */
export function noteMerging({ out, manifest }: ResolvedPlace, photos: number): void {
  const name = nameIn(out, manifest);
  changeMarker(out, (marker) => ({
    ...marker,
    manifests: [...new Set([...marker.manifests, name])].sort(),
    ...(photos === 0 ? {} : { left: { ...marker.left, [name]: (marker.left?.[name] ?? 0) + photos } }),
  }));
}

/** Notes that the manifests of shards were merged and are not the folder's any more. The caller has locked the folder. */
export function noteMerged({ out }: ResolvedPlace, shards: readonly string[]): void {
  const dropped = new Set(shards.map((file) => nameIn(out, file)));
  changeMarker(out, (marker) => withoutManifests(marker, dropped));
}

/** @param dropped As the marker names them. */
function withoutManifests(
  { left, roots, ...marker }: FolderMarker,
  dropped: ReadonlySet<string>,
): FolderMarker {
  const others = Object.entries(left ?? {}).filter(([name]) => !dropped.has(name));
  const otherRoots = Object.entries(roots ?? {}).filter(([name]) => !dropped.has(name));
  return {
    ...marker,
    manifests: marker.manifests.filter((name) => !dropped.has(name)),
    ...(others.length === 0 ? {} : { left: Object.fromEntries(others) }),
    ...(otherRoots.length === 0 ? {} : { roots: Object.fromEntries(otherRoots) }),
  };
}

/** A manifest's path as the marker of `out` names it. Both are absolute and without symbolic links. */
export function nameIn(out: string, manifest: string): string {
  return path.relative(out, manifest).replaceAll(path.sep, '/');
}
