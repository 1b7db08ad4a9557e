// How far a walk is, and what it has met.

/** A folder that could not be read. */
export interface UnreadableFolder {
  /** Absolute path of the folder. */
  readonly path: string;
  /** The cause without the path, on one line. */
  readonly reason: string;
}

/** Updated while the walk goes on. */
export interface WalkProgress {
  /** Photos found so far. */
  found: number;
  /** By the path of each root that was walked: the photos selected in it, those that another root has led to as well. */
  readonly selected: Map<string, number>;
  /** Symbolic links that were not followed. */
  skippedLinks: number;
  readonly unreadableFolders: UnreadableFolder[];
  /** Whether the walk has ended, so that `found` is the total. */
  ended: boolean;
}

/** The progress of a walk that has not started. */
export function newWalkProgress(): WalkProgress {
  return { found: 0, selected: new Map(), skippedLinks: 0, unreadableFolders: [], ended: false };
}
