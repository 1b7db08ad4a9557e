// The finished manifest in other formats, for other tools.
//
//     .txt   <sha256>.png: /absolute/path/of/the/source.jpg          a line a thumbnail
//     .csv   source,status,thumbnail,width,...                        a row a source, with a header
//     .json  {"../photos/a/IMG_1.jpg":{"status":"done",...},...}      an object keyed by source: what a site is built from

import path from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { unreachable } from '../errors.js';
import { replaceOutput } from '../files/replace-file.js';
import { formatOfFile } from '../files/thumbnails/thumbnail-name.js';
import type { ExportFormat } from '../options/options.js';
import { systemPath } from '../path-bytes.js';
import { jsonLine } from '../printable.js';
import { readManifest } from './reading.js';
import type { ManifestRecord } from './record.js';
import { nameOf } from './source-names.js';

/**
 * Writes the manifest `manifest` to `file`, replacing it as a whole.
 * @throws {ThumbsError} `OUTPUT` or `MANIFEST`, with the path and the cause.
 */
export function exportManifest(manifest: string, file: string, format: ExportFormat): void {
  replaceOutput(file, pieces(manifest, format));
}

function pieces(manifest: string, format: ExportFormat): Iterable<string | Buffer> {
  const records = readManifest(manifest);
  switch (format) {
    case 'txt':
      return txtLines(records, path.dirname(manifest));
    case 'csv':
      return csvRows(records);
    case 'json':
      return jsonObject(records);
    default:
      return unreachable(format);
  }
}

/** Paths with their own bytes, which need not be UTF-8. */
function* txtLines(records: Iterable<ManifestRecord>, folder: string): Generator<string | Buffer> {
  for (const record of records) {
    if (record.status !== 'done') continue;
    for (const { file } of record.thumbnails)
      yield systemPath(txtLine(`${file}: ${path.resolve(folder, nameOf(record))}`));
  }
}

/** As GNU `sha256sum` writes names: a line with a line break or a backslash in it starts with `\` and has them escaped. */
function txtLine(line: string): string {
  if (!/[\\\n\r]/.test(line)) return `${line}\n`;
  const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };
  return `\\${line.replace(/[\\\n\r]/g, (character) => escapes[character] ?? character)}\n`;
}

const CSV_COLUMNS = [
  'source',
  'status',
  'thumbnail',
  'width',
  'height',
  'bytes',
  'sourceFormat',
  'sourceWidth',
  'sourceHeight',
  'sourceBytes',
  'sourceMtimeMs',
  'sourceXxh128',
  'errorCode',
  'errorMessage',
  'takenAt',
  'sourcePartialXxh128',
  'sourceNameBase64',
  'variant',
  'format',
  'placeholder',
] as const;

/** RFC 4180; a source has a row for each thumbnail, or one that says why there is none. */
function* csvRows(records: Iterable<ManifestRecord>): Generator<string> {
  // With this delimiter a lone line feed or carriage return would not be quoted.
  const options = {
    columns: [...CSV_COLUMNS],
    record_delimiter: 'windows',
    quoted_match: /[\r\n]/,
    // A name that a spreadsheet would run as a formula gets an apostrophe; a negative number does not
    // (https://owasp.org/www-community/attacks/CSV_Injection).
    escape_formulas: true,
  };
  yield stringify([], { ...options, header: true });
  for (const record of records) yield stringify(csvObjects(record), options);
}

function csvObjects(record: ManifestRecord): Array<Partial<Record<(typeof CSV_COLUMNS)[number], unknown>>> {
  if (record.status === 'failed') {
    return [{ ...record, errorCode: record.error.code, errorMessage: record.error.message }];
  }
  return record.thumbnails.map((entry) => {
    const { file, variant, width, height, bytes } = entry;
    return { ...record, thumbnail: file, variant, format: formatOfFile(file), width, height, bytes };
  });
}

/** A record without digests, and with what they stand for where that is not in it. `status` comes first. */
function exported(record: ManifestRecord): object {
  if (record.status === 'failed') {
    const { status, digest: _, ...rest } = record;
    return { status, ...rest };
  }
  const { status, thumbnails, redo: _, ...rest } = record;
  const entries = thumbnails.map(({ variant, file, digest, decoder, ...facts }) => {
    return { ...facts, variant, file, format: formatOfFile(file) };
  });
  return { status, ...rest, thumbnails: entries };
}

function* jsonObject(records: Iterable<ManifestRecord>): Generator<string> {
  let separator = '{\n';
  for (const record of records) {
    const { source, sourceNameBase64 } = record;
    // A source has no `//`, so this is no other source's key. Such sources may look alike.
    const key = sourceNameBase64 === undefined ? source : `${source}//${sourceNameBase64}`;
    yield `${separator}${jsonLine(key)}: ${jsonLine(exported(record))}`;
    separator = ',\n';
  }
  yield separator === '{\n' ? '{}\n' : '\n}\n';
}
