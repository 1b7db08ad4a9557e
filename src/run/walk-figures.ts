// What a walk has met besides photos, as events and figures; the same for a run and a dry run.

import { eventPath, shown } from '../path-bytes.js';
import type { Root } from '../producer/roots.js';
import type { UnreadableFolder, WalkProgress } from '../producer/walk-progress.js';
import type { PassedOverEvent, SkippedFolderEvent, UnreadableFolderEvent, WalkFigures } from './events.js';

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

export function walkFigures(walked: WalkProgress, roots: readonly Root[]): WalkFigures {
  const { unmatched, ended } = walked;
  const empty = roots.filter((root) => root.kind === 'folder' && walked.selected.get(root.path) === 0);
  return {
    unreadableFolders: walked.unreadableFolders.length,
    skippedLinks: walked.skippedLinks,
    passedOver: walked.passedOver.counts,
    skippedFolders: walked.skippedFolders.counts,
    selectedNothing: {
      paths: ended ? empty.map((root) => shown(root.path)) : [],
      include: ended ? unmatched.include : [],
    },
    excludedNothing: ended ? unmatched.exclude : [],
    walked: ended,
  };
}
