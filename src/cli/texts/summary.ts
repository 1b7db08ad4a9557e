// The texts of a run's summary.

import { MARKER_NAME } from '../../files/folder-marker.js';
import type { PrunedEvent } from '../../maintenance/unneeded.js';
import { printable } from '../../printable.js';
import type {
  DoneEvent,
  FailedEvent,
  PassedOverEvent,
  Pruned,
  SkippedFolderEvent,
  StartEvent,
  SummaryEvent,
  UnchangedEvent,
  WalkFigures,
} from '../../run/events.js';
import { type Place, subcommandLine } from '../command-line.js';
import type { Colors } from '../screen.js';
import { byteSize, count, duration, integer, rate, shownPath } from './format.js';
import { galleryLines } from './gallery.js';
import { hostLines } from './hosts.js';
import { linkProblemLines, linksLine } from './links.js';

/** For a report about a decoder: `TIMEOUT, consumer 4711, 2 tries, 30.1 s, signal SIGKILL; stderr: ...`. */
export function describeAttempt({ record, attempt }: FailedEvent): string {
  if (attempt === undefined) return `${record.error.code}, known from an earlier run`;
  const { pid, host, tries, seconds, exitCode, signal, stderrTail } = attempt;
  const parts = [
    record.error.code,
    host === undefined ? `consumer ${pid}` : `consumer ${pid} on ${host}`,
    count(tries, 'try', 'tries'),
    duration(seconds),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(signal === undefined ? [] : [`signal ${signal}`]),
  ];
  return parts.join(', ') + (stderrTail === undefined ? '' : `; stderr: ${stderrTail}`);
}

/** That thumbnails are made anew because of other versions: `all 188,000 anew: sharp 0.35.5 -> 0.36.0`. */
export function anewLine({ photos, of, changes }: NonNullable<StartEvent['anew']>, colors: Colors): string {
  const amount = photos === of ? `all ${integer(of)}` : `${integer(photos)} of ${integer(of)}`;
  const causes = changes.map(({ what, from = 'none', to = 'none' }) => `${what} ${from} -> ${to}`);
  const cause = causes.length === 0 ? 'other versions' : causes.map(printable).join(', ');
  return colors.yellow(`${amount} anew: ${cause} (--keep-versions keeps them)`);
}

/** What a run says before its first photo. */
export function startLines({ anew, moved }: StartEvent, colors: Colors): string[] {
  return [
    ...(anew === undefined ? [] : [anewLine(anew, colors)]),
    ...(moved === undefined ? [] : [`Thumbnails of ${count(moved, 'photo')} moved to the other layout`]),
  ];
}

/** A photo that has its thumbnails, with their paths: `photos/a.jpg: thumbnails/<64 hex>.png`. */
export function photoLine({ path, record }: DoneEvent | UnchangedEvent, out: string): string {
  const files = record.thumbnails.map(({ file }) => shownPath(`${out}/${file}`));
  return `${shownPath(path)}: ${files.join(', ')}`;
}

/**
 * The run's figures, and where the manifest is.
 * @param named With `-v`: what the walk left out and was named.
 */
export function summaryLines(run: SummaryEvent, hints: Hints, colors: Colors, named?: number): string[] {
  const results = [
    ...(run.made === 0 && run.unchanged > 0 ? [] : [`${count(run.made, 'thumbnail')} made`]),
    ...(run.shared === 0 ? [] : [`${integer(run.shared)} shared`]),
    ...(run.unchanged === 0 ? [] : [describeUnchanged(run)]),
    ...(run.failed === 0
      ? []
      : [`${colors.red(`${integer(run.failed)} failed`)} (${describeFailures(run)})`]),
  ];
  const speed = [
    `${rate(run.imagesPerSecond)} images/s`,
    ...(run.sourceBytes === 0 ? [] : [`${byteSize(run.sourceBytes / run.seconds)}/s`]),
  ];
  const figures = `${count(run.photos, 'photo')} in ${duration(run.seconds)} (${speed.join(', ')})`;
  return [
    ...(run.stopped === undefined ? [] : [colors.yellow(describeStop(run))]),
    ...(run.photos === 0 && run.stopped === undefined ? [colors.yellow(noPhotosLine(run))] : []),
    `${colors.bold(results.join(', '))}: ${figures}`,
    ...hostLines(run.hosts, colors),
    ...walkLines(run, run.photos > 0, colors, named),
    ...(run.removed === 0
      ? []
      : [`${count(run.removed, 'record')} removed: the photo is gone, or not selected any more`]),
    ...keptLines(run, hints.forget, colors),
    ...(run.pruned === undefined ? [] : [prunedFigures(run.pruned)]),
    ...refusalLines(run, hints.place, colors),
    `${colors.dim('manifest')} ${shownPath(run.manifest)}`,
    ...run.exports.map((file) => `${colors.dim('export')} ${shownPath(file)}`),
    ...linksLine(run.links, colors),
    ...linkProblemLines(run.links, colors),
    ...(run.gallery === undefined ? [] : galleryLines(run.gallery, colors)),
  ];
}

function noPhotosLine({ shard }: SummaryEvent): string {
  return shard === undefined ? 'No photos found.' : `No photos of shard ${shard} found.`;
}

/** Why a run without a failure is not complete: photos are missing in number, or some in links or gallery. Said with `-q`, too. */
export function missingPhotosLines(run: SummaryEvent, { forget, place }: Hints, colors: Colors): string[] {
  const others = [
    ...linkProblemLines(run.links, colors),
    ...(run.gallery === undefined ? [] : galleryLines(run.gallery, colors, true)),
  ];
  if (run.kept === 0 && run.pruneRefused === undefined) return others;
  return [
    ...unmatchedIncludes(run, colors),
    ...keptLines(run, forget, colors),
    ...refusalLines(run, place, colors),
    ...others,
  ];
}

/** What is needed to name the command lines that help. */
export interface Hints {
  /** The command as it was typed, with `--forget`. */
  readonly forget: string;
  /** Output folder and manifest, as they were typed. */
  readonly place: Place;
}

/** That records were kept because nothing was selected under their root. @param forget A command line that removes them. */
export function keptLines(
  { kept, emptyRoots }: Pick<SummaryEvent, 'kept' | 'emptyRoots'>,
  forget: string,
  colors: Colors,
): string[] {
  if (kept === 0) return [];
  const roots = emptyRoots.map(shownPath).join(', ');
  const line = `${count(kept, 'record')} kept, although no photo was selected in ${roots}: is a disk missing, or a glob wrong? (${forget} removes them)`;
  return [colors.yellow(line)];
}

/** That nothing was pruned, or would be. @param place Output folder and manifest, as they were typed. */
export function refusalLines(
  { pruneRefused }: Pick<SummaryEvent, 'pruneRefused'>,
  place: Place,
  colors: Colors,
): string[] {
  if (pruneRefused === undefined) return [];
  return [
    colors.yellow(`${pruneRefused} (${subcommandLine('prune', place, '--forget')} prunes nevertheless)`),
  ];
}

function unmatchedIncludes({ selectedNothing }: WalkFigures, colors: Colors): string[] {
  return selectedNothing.include.map((glob) =>
    colors.yellow(`--include '${printable(glob)}' selected nothing`),
  );
}

/** `12 files pruned, 1.20 MB freed`; for a dry run `12 files to prune, 1.20 MB to free`. */
export function prunedFigures({ files, bytes }: Pruned, dryRun = false): string {
  const [pruned, freed] = dryRun ? ['to prune', 'to free'] : ['pruned', 'freed'];
  return `${count(files, 'file')} ${pruned}, ${byteSize(bytes)} ${freed}`;
}

/** A file that was pruned, or would be. */
export function prunedLine({ path, bytes }: PrunedEvent, colors: Colors): string {
  return `${colors.dim('prune')} ${shownPath(path)} (${byteSize(bytes)})`;
}

/**
 * What the walk left out, and which paths and globs selected nothing.
 * @param namesPaths False when no photo was found at all: every path would be named. Those that {@link keptLines} names never are.
 * @param named With `-v`: how many files and folders were named.
 */
export function walkLines(
  walk: WalkFigures & Pick<SummaryEvent, 'emptyRoots'>,
  namesPaths: boolean,
  colors: Colors,
  named: number | undefined,
): string[] {
  const { passedOver, selectedNothing, skippedLinks } = walk;
  const { [MARKER_NAME]: thumbnails = 0, ...system } = walk.skippedFolders;
  const [files, raws, systemFolders] = [total(passedOver), total(walk.besideJpeg), total(system)];
  const unnamed = named === undefined ? 0 : files + systemFolders + thumbnails - named;
  const emptyPaths = selectedNothing.paths.filter((folder) => !walk.emptyRoots.includes(folder));
  return [
    ...(unnamed === 0 ? [] : [`... and ${integer(unnamed)} more passed over or not walked`]),
    ...passedOverLines(walk),
    ...(raws === 0
      ? []
      : [`${count(raws, 'RAW file')} left out beside a JPEG (${byFrequency(walk.besideJpeg)})`]),
    ...(systemFolders === 0
      ? []
      : [`${count(systemFolders, 'system folder')} not walked (${byFrequency(system)})`]),
    ...(thumbnails === 0
      ? []
      : [`${count(thumbnails, 'folder that thumbs fills', 'folders that thumbs fills')} not walked`]),
    ...(skippedLinks === 0 ? [] : [`${count(skippedLinks, 'symbolic link')} not followed (--follow)`]),
    ...(namesPaths ? emptyPaths.map((folder) => colors.yellow(`${shownPath(folder)}: no photos found`)) : []),
    ...unmatchedIncludes(walk, colors),
    ...(named === undefined
      ? []
      : walk.excludedNothing.map((glob) => `--exclude '${printable(glob)}' excluded nothing`)),
  ];
}

/** A file or folder that the walk left out. */
export function leftOutLine(event: PassedOverEvent | SkippedFolderEvent, colors: Colors): string {
  const what = event.type === 'passed-over' ? 'passed over' : 'not walked';
  return `${colors.dim(what)} ${shownPath(event.path)}`;
}

/** Formats that cannot be read here have lines of their own, with what helps; the others share one. */
function passedOverLines({ passedOver, photosPassedOver, lacking }: WalkFigures): string[] {
  const lacks = new Set(lacking.flatMap(({ extensions }) => Object.keys(extensions)));
  const others = Object.fromEntries(Object.entries(passedOver).filter(([name]) => !lacks.has(name)));
  const files = total(others);
  const what =
    photosPassedOver > 0
      ? `${count(files, 'picture or video', 'pictures and videos')} not selected`
      : `${count(files, 'file of another format', 'files of other formats')} passed over`;
  return [
    ...(files === 0 ? [] : [`${what} (${byFrequency(others)})`]),
    ...lacking.map(({ extensions, format, reason, remedy }) => {
      const passed = count(total(extensions), `${format} file`);
      return `${passed} passed over: ${reason} (${remedy})`;
    }),
  ];
}

function total(amounts: Readonly<Record<string, number>>): number {
  return Object.values(amounts).reduce((sum, amount) => sum + amount, 0);
}

function describeUnchanged({ unchanged, identified }: SummaryEvent): string {
  return `${integer(unchanged)} unchanged${identified === 0 ? '' : ` (${integer(identified)} by content)`}`;
}

/** `3 CORRUPT, 1 TIMEOUT; 2 known from an earlier run`. */
function describeFailures(run: SummaryEvent): string {
  return (
    byFrequency(run.failures) + (run.known === 0 ? '' : `; ${integer(run.known)} known from an earlier run`)
  );
}

/** `3 CORRUPT, 1 TIMEOUT`: the most frequent first, equals by name. */
function byFrequency(amounts: Readonly<Record<string, number>>): string {
  const groups = Object.entries(amounts).sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return groups.map(([name, amount]) => `${integer(amount)} ${name}`).join(', ');
}

function describeStop({ stopped, notReached, walked }: SummaryEvent): string {
  const why = stopped === 'deadline' ? 'The deadline passed' : 'Stopped';
  const photos = `${walked ? '' : 'at least '}${count(notReached, 'photo')} not reached`;
  const noPhotos = walked
    ? 'what comes after the last photo was not finished'
    : 'not all photos were found yet';
  const left = notReached === 0 ? noPhotos : photos;
  return `${why}: ${left}. The manifest has what was done; the same command continues.`;
}
