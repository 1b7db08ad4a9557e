// The records of several shards' manifests, each of which is sorted, as one sorted sequence. Of each file only a piece is in memory.

import fs from 'node:fs';
import { damagedLineError, manifestError } from '../../errors.js';
import { type Shard, shardName } from '../../options/shard.js';
import { openManifest, parseRecord } from '../reading.js';
import type { ManifestHeader, ManifestRecord } from '../record.js';
import { compareNames, nameOf } from '../source-names.js';
import { isOfShard } from './division.js';

/** A shard's manifest that is complete. */
export interface ShardManifest {
  /** Absolute path. */
  readonly file: string;
  readonly header: ManifestHeader;
  readonly shard: Shard;
}

export interface UnionLine {
  /** The source's name. */
  readonly name: string;
  readonly record: ManifestRecord;
  /** The line with its newline. */
  readonly text: string;
}

/** Bytes in memory of all manifests together, as far as {@link MIN_PIECE} allows. */
const ALL_PIECES = 1 << 26;
const MIN_PIECE = 1 << 13;
const MAX_PIECE = 1 << 20;

/**
 * Every line after the headers, sorted by source.
 * @param piece Bytes of each manifest in memory; more for a longer line.
 * @throws {ThumbsError} `MANIFEST`: a line is damaged, out of order, or another shard's. System errors.
 */
export function* unionOf(
  manifests: readonly ShardManifest[],
  piece: number = pieceOf(manifests.length),
): Generator<UnionLine> {
  const heap = new Heap();
  for (const manifest of manifests) {
    const lines = linesOf(manifest, piece);
    const first = lines.next();
    if (first.done !== true) heap.push({ line: first.value, lines });
  }
  for (let smallest = heap.pop(); smallest !== undefined; smallest = heap.pop()) {
    yield smallest.line;
    const next = smallest.lines.next();
    if (next.done !== true) heap.push({ line: next.value, lines: smallest.lines });
  }
}

function pieceOf(manifests: number): number {
  return Math.min(MAX_PIECE, Math.max(MIN_PIECE, Math.floor(ALL_PIECES / manifests)));
}

function* linesOf({ file, header, shard }: ShardManifest, piece: number): Generator<UnionLine> {
  let last: string | undefined;
  let number = 0;
  for (const text of textsOf(file, piece)) {
    number += 1;
    if (number === 1) continue; // The header.
    const record = parseRecord(text, header);
    if (record === undefined) throw damagedLineError(file, number);
    const name = nameOf(record);
    if (!isOfShard(name, shard))
      throw manifestError(file, `line ${number} has a photo that is not of shard ${shardName(shard)}`);
    if (last !== undefined && compareNames(last, name) >= 0)
      throw manifestError(file, `line ${number} is not in its place`);
    last = name;
    yield { name, record, text };
  }
}

const NEWLINE = 0x0a;

/** Every line with its newline. The file is open only while a piece of it is read: there may be more manifests than files may be open. */
function* textsOf(file: string, piece: number): Generator<string> {
  let buffer = Buffer.allocUnsafe(piece);
  let [filled, offset] = [0, 0];
  for (;;) {
    const count = readPiece(file, buffer, filled, offset);
    filled += count;
    offset += count;
    let start = 0;
    for (
      let end = buffer.indexOf(NEWLINE);
      end !== -1 && end < filled;
      end = buffer.indexOf(NEWLINE, start)
    ) {
      yield buffer.toString('utf8', start, end + 1);
      start = end + 1;
    }
    if (count === 0) {
      if (filled > start) throw manifestError(file, 'its last line is incomplete');
      return;
    }
    buffer.copyWithin(0, start, filled);
    filled -= start;
    if (filled === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
  }
}

function readPiece(file: string, buffer: Buffer, filled: number, offset: number): number {
  const descriptor = openManifest(file);
  try {
    return fs.readSync(descriptor, buffer, filled, buffer.length - filled, offset);
  } finally {
    fs.closeSync(descriptor);
  }
}

interface Reader {
  readonly line: UnionLine;
  readonly lines: Generator<UnionLine>;
}

/** A binary heap of readers by their next line. */
class Heap {
  readonly #readers: Reader[] = [];

  push(reader: Reader): void {
    const readers = this.#readers;
    let at = readers.length;
    readers.push(reader);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(reader, readers[above])) break;
      readers[at] = readers[above] ?? reader;
      at = above;
    }
    readers[at] = reader;
  }

  /** The reader whose next line comes first. */
  pop(): Reader | undefined {
    const readers = this.#readers;
    const [first] = readers;
    const last = readers.pop();
    if (first === undefined || last === undefined || readers.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (isBefore(readers[below + 1], readers[below])) below += 1;
      const smaller = readers[below];
      if (smaller === undefined || !isBefore(smaller, last)) break;
      readers[at] = smaller;
      at = below;
    }
    readers[at] = last;
    return first;
  }
}

function isBefore(one: Reader | undefined, other: Reader | undefined): boolean {
  if (one === undefined || other === undefined) return other === undefined && one !== undefined;
  return compareNames(one.line.name, other.line.name) < 0;
}
