// What an index needs of each line of a manifest. Nearly every line is as the store writes it, and is read by one expression, in a third of
// the time that JSON.parse() and the checks of a record take; any other line is parsed and checked.

import { THUMBNAIL_NAME } from '../../files/thumbnail-name.js';
import type { SourceFormat } from '../../image/decoders/index.js';
import type { DigestFacts } from '../digests.js';
import type { Block, LinePosition } from '../lines.js';
import { parseLine } from '../reading.js';
import { contentOf, isRecord } from '../record.js';
import { ownSplitName, type SplitName } from '../record-positions.js';
import { nameOf } from '../source-names.js';

/** What an index keeps of a record, or decides by. */
export interface RecordFacts {
  readonly split: SplitName;
  readonly made: DigestFacts;
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

/** A line with a thumbnail, as bytes in Latin-1. Groups: source, the thumbnail's extension, sourceFormat, sourceBytes, options, redo. */
const DONE_LINE: RegExp = new RegExp(
  [
    `\\${SOURCE_KEY}(${TEXT})","status":"done",`,
    `"thumbnails":\\[\\{"file":"${THUMBNAIL_NAME}","width":${INTEGER},"height":${INTEGER},"bytes":${INTEGER}\\}\\],`,
    `"sourceFormat":"(${TEXT})","sourceWidth":${INTEGER},"sourceHeight":${INTEGER},`,
    `"sourceBytes":(${INTEGER}),"sourceMtimeMs":${INTEGER}(?:,"sourceMtimeNs":"${TEXT}")?,`,
    `"source(?:Partial)?Xxh128":"${TEXT}"`,
    `(?:,"takenAt":(?:null|"${TEXT}"))?(?:,"from":"${TEXT}","fromWidth":${INTEGER},"fromHeight":${INTEGER})?`,
    `(?:,"options":"(${TEXT})")?(,"redo":true)?\\}\\n`,
  ].join(''),
  'y',
);

const NEWLINE = 0x0a;

/** Reads the lines of blocks, one after the other. */
export class RecordLines {
  /** The folder of the line before, as bytes in Latin-1 and as text: mostly the next line has the same. */
  #folderBytes = '';
  #folder = '';

  *of({ bytes, offset }: Block): Generator<RecordLine> {
    const text = bytes.toString('latin1');
    for (let start = 0; start < bytes.length; ) {
      DONE_LINE.lastIndex = start;
      const match = DONE_LINE.exec(text);
      const end = match === null ? bytes.indexOf(NEWLINE, start) : DONE_LINE.lastIndex - 1;
      const facts =
        match === null ? parsedFacts(bytes.toString('utf8', start, end)) : this.#factsOf(match, bytes, start);
      yield { offset: offset + start, length: end - start, facts };
      start = end + 1;
    }
  }

  #factsOf(match: RegExpExecArray, bytes: Buffer, start: number): RecordFacts {
    const [, source = '', , format = '', sourceBytes, options, redo] = match;
    const nameAt = source.lastIndexOf('/') + 1;
    const sourceAt = start + SOURCE_KEY.length;
    const folderBytes = source.slice(0, nameAt);
    if (folderBytes !== this.#folderBytes) {
      this.#folder = bytes.toString('utf8', sourceAt, sourceAt + nameAt);
      this.#folderBytes = bytes.toString('latin1', sourceAt, sourceAt + nameAt);
    }
    const name = bytes.toString('utf8', sourceAt + nameAt, sourceAt + source.length);
    const made = { status: 'done', sourceFormat: format as SourceFormat } as const;
    return {
      split: { folder: this.#folder, name },
      made: options === undefined ? made : { ...made, options },
      redo: redo !== undefined,
      contentBytes: Number(sourceBytes),
    };
  }
}

function parsedFacts(line: string): RecordFacts | undefined {
  const record = parseLine(line);
  if (!isRecord(record)) return undefined;
  const contentBytes = contentOf(record) === undefined ? undefined : record.sourceBytes;
  return { split: ownSplitName(nameOf(record)), made: record, redo: record.redo === true, contentBytes };
}
