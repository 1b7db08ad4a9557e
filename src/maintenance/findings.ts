// What a verification reports.

/** Something that is wrong. */
export interface FindingEvent {
  readonly type: 'finding';
  /**
   * `missing`: a record names the file, and it does not exist. `damaged`: it cannot be read, its bytes do not have the SHA-256 of its
   * name, or they are no image of its format. `record`: the file is sound and its record is wrong, or a line of the manifest is not a
   * record. `foreign`: a file that this program did not write. `unneeded`: a thumbnail that no record names, or a stale temporary
   * file; `prune` removes it.
   */
  readonly finding: 'missing' | 'damaged' | 'record' | 'foreign' | 'unneeded';
  /** Absolute path of the file; the manifest for one of its lines. */
  readonly path: string;
  /** The cause without the path, on one line. */
  readonly reason: string;
  /** Absolute paths of the sources whose thumbnail it is, if there are any; each byte that is not UTF-8 is U+FFFD. */
  readonly sources: readonly string[];
  /** For a damaged thumbnail that another manifest of the folder names, and the verified one does not: its absolute path. */
  readonly manifest?: string;
}

/** How far the reading is. */
export interface VerifyProgressEvent {
  readonly type: 'progress';
  /** Thumbnails that were read. */
  readonly checked: number;
  /** All thumbnails that are to be read. */
  readonly files: number;
}

/** The last event. */
export interface VerifiedEvent {
  readonly type: 'verified';
  /** Thumbnails that were read. */
  readonly thumbnails: number;
  /** Bytes of these thumbnails. */
  readonly bytes: number;
  /** Sources that have a record. */
  readonly sources: number;
  /** Of these, the ones that have no thumbnail because they failed. */
  readonly failed: number;
  /** Missing thumbnails, each counted once however many sources it has. */
  readonly missing: number;
  /** Damaged thumbnails, counted likewise. */
  readonly damaged: number;
  /** Wrong records, and lines of the manifest that are no records. */
  readonly wrongRecords: number;
  readonly foreign: number;
  readonly unneeded: number;
  /** Bytes of the files that are unneeded. */
  readonly unneededBytes: number;
  /** Of those damaged, the ones that only other manifests of the folder name. */
  readonly damagedOfOthers: number;
  /** Absolute paths of these manifests. */
  readonly damagedManifests: readonly string[];
  /** Absolute paths of manifests that use the folder, too, and do not exist: what they named counts as unneeded, and is not pruned. */
  readonly missingManifests: readonly string[];
  /** Records that were marked for the next run because of `repair`, and damaged lines that were removed. */
  readonly repaired: number;
  /** Wall-clock time. */
  readonly seconds: number;
}

export type VerifyEvent = FindingEvent | VerifyProgressEvent | VerifiedEvent;
