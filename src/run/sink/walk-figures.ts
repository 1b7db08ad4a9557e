// What a walk has met besides photos, as events and figures; the same for a run and a dry run.

import { lackingFormats, photoExtensions } from '../../image/decoders/index.js';
import type { DecodingOptions } from '../../options/options.js';
import { eventPath, shown } from '../../path-bytes.js';
import type { Root } from '../../producer/roots.js';
import type { UnreadableFolder, WalkProgress } from '../../producer/walk-progress.js';
import type {
  LackingFigures,
  PassedOverEvent,
  SkippedFolderEvent,
  UnreadableFolderEvent,
  WalkFigures,
} from '../events.js';

/** An event for each file that was passed over and each folder that was not walked, sorted by path, of those that are named. */
export function* leftOutEvents({
  passedOver,
  skippedFolders,
}: WalkProgress): Generator<PassedOverEvent | SkippedFolderEvent> {
  for (const { path, group } of skippedFolders.named)
    yield { type: 'skipped-folder', ...eventPath(path), group };
  for (const { path, group } of passedOver.named)
    yield { type: 'passed-over', ...eventPath(path), extension: group };
}

export function unreadableEvent({ path, reason }: UnreadableFolder): UnreadableFolderEvent {
  return { type: 'unreadable-folder', ...eventPath(path), reason };
}

export function walkFigures(
  walked: WalkProgress,
  roots: readonly Root[],
  decoding: DecodingOptions,
): WalkFigures {
  const { unmatched, ended } = walked;
  const passedOver = walked.passedOver.counts;
  const empty = roots.filter((root) => root.kind === 'folder' && walked.selected.get(root.path) === 0);
  return {
    unreadableFolders: walked.unreadableFolders.length,
    skippedLinks: walked.skippedLinks,
    passedOver,
    photosPassedOver: countOf(passedOver, photoExtensions(decoding)),
    lacking: lackingFigures(passedOver, decoding),
    besideJpeg: walked.besideJpeg.counts,
    skippedFolders: walked.skippedFolders.counts,
    selectedNothing: {
      paths: ended ? empty.map((root) => shown(root.path)) : [],
      include: ended ? unmatched.include : [],
    },
    excludedNothing: ended ? unmatched.exclude : [],
    walked: ended,
  };
}

function lackingFigures(
  passedOver: WalkFigures['passedOver'],
  decoding: DecodingOptions,
): readonly LackingFigures[] {
  return lackingFormats(decoding).flatMap(({ name, extensions, lack }) => {
    const found = Object.entries(passedOver).filter(([extension]) => extensions.includes(extension));
    return found.length === 0 ? [] : [{ format: name, extensions: Object.fromEntries(found), ...lack }];
  });
}

function countOf(passedOver: WalkFigures['passedOver'], extensions: readonly string[]): number {
  return extensions.reduce((sum, extension) => sum + (passedOver[extension] ?? 0), 0);
}
