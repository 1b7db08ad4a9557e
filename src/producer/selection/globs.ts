// What `--include` and `--exclude` match: the rules of fast-glob, by its own matcher, micromatch. Files and folders are matched alike, by
// their paths from the root with `/`, as glob-names.ts encodes them. A byte that is not UTF-8 is U+FFFD to them, as it is shown, and as
// Node.js has it in a glob that was typed with that byte.
//
// fast-glob itself gets no glob: it would open the fixed start of an include without listing the folder above, so in the letter case as
// typed, and would walk an excluded folder unless the exclude's last part is fixed.

import { causeOf, optionError } from '../../errors.js';
import { shown } from '../../path-bytes.js';
import { printable } from '../../printable.js';

type Micromatch = typeof import('micromatch');

/** `**`, and whatever else may match more than one part of a path. */
const ANY_DEPTH = '**';

/** The end of a glob that matches everything in a folder: `/**`, `/*` or `/**\/*`. */
const EVERYTHING_IN = /(?:\/\*\*)*\/\*\*?$/;

/** Stands for whatever is in a folder. Neither a wildcard nor a dot. */
const ANY_ENTRY = '/x';

/** An expression that matches no text. */
const NOTHING = /(?!)/;

/** One glob without braces. */
interface Pattern {
  readonly regExp: RegExp;
  /**
   * Matches {@link ANY_ENTRY} of a folder in which everything matches: micromatch's `p*\/**` does not match `private`. Not by the start of
   * the glob alone, because micromatch reads `!(a)` and `**.jpg` in another way where nothing follows.
   */
  readonly entryRegExp: RegExp;
  /** Its parts between slashes: an expression for one part of a path, or {@link ANY_DEPTH}. */
  readonly parts: ReadonlyArray<RegExp | typeof ANY_DEPTH>;
  /** Its parts without wildcards, except the last: names of folders, in lower case. */
  readonly folderNames: readonly string[];
}

/** A glob as it was given, and what it means. */
interface Glob {
  readonly glob: string;
  readonly patterns: readonly Pattern[];
}

/** The globs of one option, and which of them have matched. */
export class Globs {
  readonly #globs: readonly Glob[];
  /** All of them in one expression: a path is compared with each only while some have not matched. */
  readonly #any: RegExp;
  readonly #anyEntry: RegExp;
  readonly #unmatched: Set<string>;
  readonly #dot: boolean;

  private constructor(globs: readonly Glob[], dot: boolean) {
    this.#globs = globs;
    const all = globs.flatMap(({ patterns }) => patterns);
    this.#any = anyOf(all.map(({ regExp }) => regExp));
    this.#anyEntry = anyOf(all.map(({ entryRegExp }) => entryRegExp));
    this.#unmatched = new Set(globs.map(({ glob }) => glob));
    this.#dot = dot;
  }

  /**
   * @param dot Whether wildcards match names that start with a dot.
   * @throws {ThumbsError} `OPTION`: a glob has too many alternatives (`{1..9999}`), or is too long.
   */
  static async from(globs: readonly string[], dot: boolean): Promise<Globs> {
    if (globs.length === 0) return new Globs([], dot);
    const { default: micromatch } = await import('micromatch');
    const patterns = (glob: string) => {
      try {
        return patternsOf(glob, dot, micromatch);
      } catch (error) {
        throw optionError(`Cannot use the glob ${printable(glob)}: ${causeOf(error)}`, error);
      }
    };
    return new Globs(
      [...new Set(globs.map(shown))].map((glob) => ({ glob, patterns: patterns(glob) })),
      dot,
    );
  }

  get isEmpty(): boolean {
    return this.#globs.length === 0;
  }

  /** Those that have matched nothing so far, as they were given. */
  get unmatched(): readonly string[] {
    return [...this.#unmatched];
  }

  /** Whether one of them matches a path. All that do are no longer {@link unmatched}. */
  match(name: string): boolean {
    const path = shown(name);
    if (!this.#any.test(path)) return false;
    this.#note(({ regExp }) => regExp.test(path));
    return true;
  }

  /** Whether one of them matches a folder, or everything in it. All that do are no longer {@link unmatched}. */
  matchFolder(name: string): boolean {
    const folder = shown(name);
    const entry = folder + ANY_ENTRY;
    if (!this.#any.test(folder) && !this.#anyEntry.test(entry)) return false;
    this.#note(({ regExp, entryRegExp }) => regExp.test(folder) || entryRegExp.test(entry));
    return true;
  }

  #note(isMatch: (pattern: Pattern) => boolean): void {
    if (this.#unmatched.size === 0) return;
    for (const { glob, patterns } of this.#globs)
      if (this.#unmatched.has(glob) && patterns.some(isMatch)) this.#unmatched.delete(glob);
  }

  /** Whether one of them may match something below this folder. */
  mayMatchBelow(folder: string): boolean {
    const names = shown(folder).split('/');
    return this.#globs.some(({ patterns }) =>
      patterns.some(({ parts }) => mayMatchBelow(parts, names, this.#dot)),
    );
  }

  /** Whether one of them has a folder of this name, in any letter case, among its parts. */
  hasFolder(name: string): boolean {
    return this.#globs.some(({ patterns }) =>
      patterns.some(({ folderNames }) => folderNames.includes(shown(name).toLowerCase())),
    );
  }
}

function anyOf(regExps: readonly RegExp[]): RegExp {
  return new RegExp(regExps.map(({ source }) => `(?:${source})`).join('|') || NOTHING.source, 'i');
}

function patternsOf(glob: string, dot: boolean, micromatch: Micromatch): Pattern[] {
  const options = { dot, nocase: true, posix: true, nonegate: true };
  // A folder is matched by its path, which has no slash at its end.
  const simple = micromatch.braces(glob.replace(/\/+$/, ''), { expand: true, keepEscaping: true });
  return simple.filter(Boolean).map((pattern) => {
    const path = pattern.includes('/') ? pattern.replace(/\/{2,}/g, '/') : `**/${pattern}`;
    const fromRoot = path.replace(/^(?:\.\/)+/, '');
    const parts = splitPattern(fromRoot);
    const entry = `/${fromRoot}`.replace(EVERYTHING_IN, ANY_ENTRY).slice(1);
    // Not for the root itself, which was given.
    const hasEntry = entry.includes('/') && entry !== fromRoot && isBalanced(entry);
    return {
      regExp: micromatch.makeRe(path, options),
      entryRegExp: hasEntry ? micromatch.makeRe(entry, options) : NOTHING,
      parts: parts.map((part) => (part.includes(ANY_DEPTH) ? ANY_DEPTH : micromatch.makeRe(part, options))),
      folderNames: parts
        .slice(0, -1)
        .filter(isFixed)
        .map((part) => part.replace(/\\(.)/g, '$1').toLowerCase()),
    };
  });
}

/** A slash may stand in a group: `+(a/b)/c`. From there on the parts are {@link ANY_DEPTH}. */
function splitPattern(pattern: string): string[] {
  const parts = pattern.split('/');
  const open = parts.findIndex((part) => !isBalanced(part));
  return open === -1 ? parts : [...parts.slice(0, open), ANY_DEPTH];
}

/** Whether every group that is opened is closed. */
function isBalanced(pattern: string): boolean {
  const bare = pattern.replace(/\\./g, '');
  return count(bare, '(') === count(bare, ')') && count(bare, '[') === count(bare, ']');
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function isFixed(part: string): boolean {
  return !/[*?[({]/.test(part.replace(/\\./g, ''));
}

/** Whether a path that begins with these names, and is longer, may match. */
function mayMatchBelow(parts: Pattern['parts'], names: readonly string[], dot: boolean): boolean {
  const [part, ...otherParts] = parts;
  const [name, ...otherNames] = names;
  if (part === undefined) return false;
  if (name === undefined) return true;
  if (part !== ANY_DEPTH) return part.test(name) && mayMatchBelow(otherParts, otherNames, dot);
  const isPassed = dot || !name.startsWith('.');
  return mayMatchBelow(otherParts, names, dot) || (isPassed && mayMatchBelow(parts, otherNames, dot));
}
