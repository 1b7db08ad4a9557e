// Which files a walk selects, and which folders it lists for them: by their paths from the root with `/`, as glob-names.ts encodes them.

import { besideJpeg, type RawAndJpeg } from '../beside-jpeg.js';
import { isSidecar, type PictureExtensionOf, photoNameTest, pictureExtensions } from '../photo-names.js';
import { Globs } from './globs.js';

export interface SelectionOptions {
  /** Globs of files; empty for every photo extension. */
  readonly include: readonly string[];
  /** Globs of files and folders. */
  readonly exclude: readonly string[];
  /** Whether names that start with a dot are selected too. */
  readonly hidden: boolean;
  /** Photo extensions, lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Extensions that decoders know and that are no photos' here: such files are counted when they are passed over. */
  readonly otherExtensions: readonly string[];
  /** Whether files are selected whatever their extension, except sidecars. Includes select by themselves. */
  readonly anyExtension: boolean;
  /** Extensions of RAW files and JPEGs: a RAW file is left out beside a JPEG that is selected. Undefined: both are photos. */
  readonly preferJpeg: RawAndJpeg | undefined;
}

export class Selection {
  /** Whether a file or folder has a photo's name. */
  readonly isPhotoName: (name: string) => boolean;
  readonly #include: Globs;
  readonly #exclude: Globs;
  readonly #hidden: boolean;
  readonly #anyExtension: boolean;
  readonly #preferJpeg: RawAndJpeg | undefined;
  readonly #pictureExtensionOf: PictureExtensionOf;

  private constructor(options: SelectionOptions, include: Globs, exclude: Globs) {
    const { extensions, otherExtensions, hidden, anyExtension, preferJpeg } = options;
    this.#include = include;
    this.#exclude = exclude;
    this.#hidden = hidden;
    this.#anyExtension = anyExtension;
    this.#preferJpeg = preferJpeg;
    this.isPhotoName = photoNameTest(extensions);
    this.#pictureExtensionOf = pictureExtensions([...extensions, ...otherExtensions]);
  }

  static async from(options: SelectionOptions): Promise<Selection> {
    const include = await Globs.from(options.include, options.hidden);
    return new Selection(options, include, await Globs.from(options.exclude, true));
  }

  /** Globs that have matched nothing so far. */
  get unmatched(): { readonly include: readonly string[]; readonly exclude: readonly string[] } {
    return { include: this.#include.unmatched, exclude: this.#exclude.unmatched };
  }

  /** Whether a file is left out. */
  excludesFile(file: string): boolean {
    return this.#exclude.match(file);
  }

  /** Whether a folder is left out with all that is in it. */
  excludesFolder(folder: string): boolean {
    return this.#exclude.matchFolder(folder);
  }

  /**
   * Whether an entry that is not excluded is selected.
   * @param isFile Whether it is a regular file: no other is tried without a photo's name.
   */
  selects(file: string, isFile: boolean): boolean {
    if (!this.#include.isEmpty) return this.#include.match(file);
    if (!this.#isShown(file)) return false;
    return this.isPhotoName(file) || (this.#anyExtension && isFile && !isSidecar(nameOf(file)));
  }

  /** Which of the selected files of one folder are left out because they are RAW files beside a JPEG. */
  besideJpeg(names: readonly string[]): ReadonlySet<string> {
    return this.#preferJpeg === undefined ? new Set() : besideJpeg(names, this.#preferJpeg);
  }

  /** Whether {@link besideJpeg} may leave any out. */
  get prefersJpeg(): boolean {
    return this.#preferJpeg !== undefined;
  }

  /** Whether a folder that is not excluded may have selected files in it, at any depth. */
  mayBeBelow(folder: string): boolean {
    return this.#include.isEmpty ? this.#isShown(folder) : this.#include.mayMatchBelow(folder);
  }

  /** Whether an include names a folder: `--include '@eaDir/*.jpg'`. */
  namesFolder(name: string): boolean {
    return this.#include.hasFolder(name);
  }

  /** The extension of a file that is not selected, if it looks like a picture or a video and is not hidden. */
  passedOverAs(file: string): string | undefined {
    return this.#isShown(file) ? this.#pictureExtensionOf(file) : undefined;
  }

  #isShown(file: string): boolean {
    return this.#hidden || file.charAt(file.lastIndexOf('/') + 1) !== '.';
  }
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
