// What an index needs of each line of a manifest. Nearly every line is as the store writes it, and is read by one expression, in a third of
// the time that JSON.parse() and the checks of a record take; any other line is parsed and checked.

import { thumbnailFileSource } from '../../files/thumbnails/thumbnail-name.js';
import type { Layout } from '../../options/options.js';
import type { Block, LinePosition } from '../lines.js';
import { parseRecord } from '../reading.js';
import { contentOf, type ManifestHeader, type ManifestRecord } from '../record.js';
import { ownSplitName, type SplitName } from '../record-positions.js';
import { nameOf } from '../source-names.js';

/** What an index keeps of a record, or decides by. */
export interface RecordFacts {
  readonly split: SplitName;
  /** The whole record; or, where it has a thumbnail of each of the header's variants, made by the header's digests, its `sourceFormat`. */
  readonly made: ManifestRecord | string;
  readonly redo: boolean;
  /** Bytes of the source, where its content is on record. */
  readonly contentBytes: number | undefined;
}

export interface RecordLine extends LinePosition {
  /** Undefined when the line is damaged. */
  readonly facts: RecordFacts | undefined;
}

const SOURCE_KEY = '{"source":"';
/** Without escapes, as bytes. */
const TEXT = String.raw`[^"\\\x00-\x1f]*`;
/** One that a JavaScript number has exactly. */
const INTEGER = String.raw`(?:0|[1-9]\d{0,14})`;

/** The number of the first thumbnail's group. */
const FIRST_SHARD = 2;

/**
 * A line with a thumbnail of each of these variants, in this layout, as bytes in Latin-1. Groups: source, a shard for each, sourceFormat,
 * sourceBytes, redo.
 */
function doneLine(variants: readonly string[], layout: Layout | 'any'): RegExp {
  const picture = `(?:,"from":"${TEXT}","fromWidth":${INTEGER},"fromHeight":${INTEGER})?`;
  const measures = `"width":${INTEGER},"height":${INTEGER},"bytes":${INTEGER}`;
  const thumbnails = variants.map(
    (variant, index) =>
      `\\{"variant":"${variant}","file":"${thumbnailFileSource(layout, FIRST_SHARD + index)}",${measures}${picture}\\}`,
  );
  return new RegExp(
    [
      `\\${SOURCE_KEY}(${TEXT})","status":"done",`,
      `"thumbnails":\\[${thumbnails.join(',')}\\],`,
      `"sourceFormat":"(${TEXT})","sourceWidth":${INTEGER},"sourceHeight":${INTEGER},`,
      `"sourceBytes":(${INTEGER}),"sourceMtimeMs":${INTEGER}(?:,"sourceMtimeNs":"${TEXT}")?,`,
      `"source(?:Partial)?Xxh128":"${TEXT}"`,
      `(?:,"takenAt":(?:null|"${TEXT}"))?(?:,"placeholder":"${TEXT}")?(,"redo":true)?\\}\\n`,
    ].join(''),
    'y',
  );
}

const NEWLINE = 0x0a;

/** Reads the lines of blocks, one after the other. */
export class RecordLines {
  readonly #header: ManifestHeader;
  readonly #doneLine: RegExp;
  /** How many there are. */
  readonly #variants: number;
  /** The folder of the line before, as bytes in Latin-1 and as text: mostly the next line has the same. */
  #folderBytes = '';
  #folder = '';

  /**
   * @param header Of the manifest that has the lines.
   * @param layout Where thumbnails are expected; records of other ones are parsed.
   */
  constructor(header: ManifestHeader, layout: Layout | undefined) {
    this.#header = header;
    const variants = Object.keys(header.variants);
    this.#variants = variants.length;
    this.#doneLine = doneLine(variants, layout ?? 'any');
  }

  *of({ bytes, offset }: Block): Generator<RecordLine> {
    const text = bytes.toString('latin1');
    for (let start = 0; start < bytes.length; ) {
      this.#doneLine.lastIndex = start;
      const match = this.#doneLine.exec(text);
      const end = match === null ? bytes.indexOf(NEWLINE, start) : this.#doneLine.lastIndex - 1;
      const facts =
        match === null
          ? this.#parsedFacts(bytes.toString('utf8', start, end))
          : this.#factsOf(match, bytes, start);
      yield { offset: offset + start, length: end - start, facts };
      start = end + 1;
    }
  }

  #factsOf(match: RegExpExecArray, bytes: Buffer, start: number): RecordFacts {
    const source = match[1] ?? '';
    const formatAt = FIRST_SHARD + this.#variants;
    const [format = '', sourceBytes, redo] = [match[formatAt], match[formatAt + 1], match[formatAt + 2]];
    const nameAt = source.lastIndexOf('/') + 1;
    const sourceAt = start + SOURCE_KEY.length;
    const folderBytes = source.slice(0, nameAt);
    if (folderBytes !== this.#folderBytes) {
      this.#folder = bytes.toString('utf8', sourceAt, sourceAt + nameAt);
      this.#folderBytes = bytes.toString('latin1', sourceAt, sourceAt + nameAt);
    }
    const name = bytes.toString('utf8', sourceAt + nameAt, sourceAt + source.length);
    return {
      split: { folder: this.#folder, name },
      made: format,
      redo: redo !== undefined,
      contentBytes: Number(sourceBytes),
    };
  }

  #parsedFacts(line: string): RecordFacts | undefined {
    const record = parseRecord(line, this.#header);
    if (record === undefined) return undefined;
    const contentBytes = contentOf(record) === undefined ? undefined : record.sourceBytes;
    return {
      split: ownSplitName(nameOf(record)),
      made: record,
      redo: record.redo === true,
      contentBytes,
    };
  }
}
