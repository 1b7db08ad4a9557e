// The JPEG readers that are compared, and their measurements.

import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JpegFile, Shrink } from '../../../src/image/decoders/jpeg/jpeg-file.js';
import { projectFolder } from '../../bundling.js';
import { moduleTimes } from './module-times.js';

export interface Reader {
  readonly name: string;
  readonly JpegFile: new (bytes: Uint8Array) => Pick<JpegFile, 'read' | 'width' | 'height'>;
}

export interface Photo {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One reader's reads of one photo at one size. */
export interface Reads {
  readonly reader: Reader;
  readonly photo: Photo;
  readonly shrink: Shrink;
  /** Milliseconds of CPU time of each counted read, which other processes affect less than wall time; none if it was declined. */
  readonly milliseconds: readonly number[];
  /** Milliseconds of wall time in each export, in one further read. */
  readonly parts: ReadonlyMap<string, number>;
  /** Why it was declined. */
  readonly declined?: string;
}

const JPEG_FILE = 'src/image/decoders/jpeg/jpeg-file.ts';

/** The reader of a checkout, whose `dist/` is built. */
export async function loadReader(name: string, checkout = projectFolder): Promise<Reader> {
  const file = path.resolve(checkout, JPEG_FILE);
  if (!fs.existsSync(file)) throw new Error(`Expected a checkout with ${JPEG_FILE}, got ${checkout}`);
  const { JpegFile } = (await import(pathToFileURL(file).href)) as Pick<Reader, 'JpegFile'>;
  return { name, JpegFile };
}

export interface Comparison {
  readonly reads: readonly Reads[];
  /** Photos and sizes whose pixels, or whether they were declined, differ between readers. */
  readonly different: readonly string[];
}

/**
 * Reads a photo at a size with each reader in turn, `rounds` times after a warm-up. Each round begins with another reader, so that a slow
 * minute of the machine affects all.
 */
export function compare(
  readers: readonly Reader[],
  photo: Photo,
  shrink: Shrink,
  rounds: number,
): Comparison {
  const milliseconds = new Map<Reader, number[]>(readers.map((reader) => [reader, []]));
  const outcomes = readers.map((reader) => outcomeOf(reader, photo, shrink));
  const isSame = areSame(outcomes);
  for (let round = 1; round <= rounds; round += 1) {
    const first = round % readers.length;
    for (const reader of [...readers.slice(first), ...readers.slice(0, first)]) {
      const before = process.cpuUsage();
      const { declined } = outcomeOf(reader, photo, shrink);
      const { user, system } = process.cpuUsage(before);
      if (declined === undefined) milliseconds.get(reader)?.push((user + system) / 1000);
    }
  }
  const reads = readers.map((reader, index): Reads => {
    const declined = outcomes[index]?.declined;
    const parts = moduleTimes(() => outcomeOf(reader, photo, shrink));
    const counted = { reader, photo, shrink, milliseconds: milliseconds.get(reader) ?? [], parts };
    return declined === undefined ? counted : { ...counted, declined };
  });
  return { reads, different: isSame ? [] : [`${photo.name} at 1/${shrink}`] };
}

function areSame([own, ...others]: readonly Outcome[]): boolean {
  return others.every(
    ({ pixels, declined }) =>
      (declined === undefined) === (own?.declined === undefined) &&
      Buffer.compare(pixels, own?.pixels ?? pixels) === 0,
  );
}

interface Outcome {
  /** Valid until the reader's next read. */
  readonly pixels: Uint8Array;
  readonly declined?: string;
}

function outcomeOf({ JpegFile }: Reader, { bytes }: Photo, shrink: Shrink): Outcome {
  try {
    return { pixels: new JpegFile(bytes).read(shrink).data };
  } catch (error) {
    // Each checkout has a class `Declined` of its own.
    if (!(error instanceof Error) || error.name !== 'Declined') throw error;
    return { pixels: new Uint8Array(), declined: error.message };
  }
}
