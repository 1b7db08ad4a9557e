// How far a walk is, and what it has met.

import { CountedPaths } from './counted-paths.js';

/** A folder that could not be read. */
export interface UnreadableFolder {
  /** Absolute path of the folder. */
  readonly path: string;
  /** The cause without the path, on one line. */
  readonly reason: string;
}

/** Updated while the walk goes on. */
export interface WalkProgress {
  /** Photos found so far: of a shard only its own. */
  found: number;
  /**
   * By the path of each root that was walked: the photos selected in it, also those that another root has led to, and those of other
   * shards.
   */
  readonly selected: Map<string, number>;
  /** Symbolic links that were not followed. */
  skippedLinks: number;
  readonly unreadableFolders: UnreadableFolder[];
  /**
   * Files that look like a picture or a video and were not selected, by extension in lower case; neither excluded nor hidden ones, nor
   * thumbnails in a folder that this program fills.
   */
  readonly passedOver: CountedPaths;
  /** RAW files that were left out because a selected JPEG in the same folder has the same name, by extension in lower case. */
  readonly besideJpeg: CountedPaths;
  /**
   * Folders that were not walked although nobody excluded them, by what they are: `@eaDir`, or `.thumbs.json` for those that this program
   * fills.
   */
  readonly skippedFolders: CountedPaths;
  /** Globs that have matched nothing; known when the walk has ended. */
  unmatched: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** Whether the walk has ended, so that `found` is the total. */
  ended: boolean;
}

/** The progress of a walk that has not started. */
export function newWalkProgress(): WalkProgress {
  return {
    found: 0,
    selected: new Map(),
    skippedLinks: 0,
    unreadableFolders: [],
    passedOver: new CountedPaths(),
    besideJpeg: new CountedPaths(),
    skippedFolders: new CountedPaths(),
    unmatched: { include: [], exclude: [] },
    ended: false,
  };
}
