// Our own reader beside the reference: the same files are read, with the same samples, and the same are declined.

import { Declined } from '../../../../../src/image/decoders/declined.js';
import { JpegFile, type Shrink } from '../../../../../src/image/decoders/jpeg/jpeg-file.js';
import type { Samples } from '../../../../../src/image/decoders/jpeg/planes.js';
import { readByReference } from './reader.js';

export const SHRINKS: readonly Shrink[] = [8, 4, 2];

/** The samples of an image, or why it is declined. */
export type Reading = Samples | Declined;

/** Reads an image by our own reader. Any error but {@link Declined} is thrown. */
export function readByOwn(bytes: Uint8Array, shrink: Shrink): Reading {
  return orDeclined(() => {
    const samples = new JpegFile(bytes).read(shrink);
    return { ...samples, data: Buffer.from(samples.data) };
  });
}

function orDeclined<T>(read: () => T): T | Declined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Declined) return error;
    throw error;
  }
}

/** What is compared with the reference: `progressive` are the images that it does not read. */
export type Verdict = 'read' | 'declined' | 'progressive';

export interface Comparison {
  readonly verdict: Verdict;
  /** How the reference reads the image otherwise; undefined when it does not. */
  readonly difference: string | undefined;
}

/** Compares what our own reader made of an image with what the reference makes of it. */
export function compareWithReference(own: Reading, bytes: Uint8Array, shrink: Shrink): Comparison {
  const reference = orDeclined(() => readByReference(bytes, shrink));
  if (reference === undefined) return { verdict: 'progressive', difference: undefined };
  return {
    verdict: reference instanceof Declined ? 'declined' : 'read',
    difference: differenceOf(own, reference),
  };
}

function differenceOf(own: Reading, reference: Reading): string | undefined {
  const [mine, expected] = [summaryOf(own), summaryOf(reference)];
  if (mine !== expected) return `${mine}, by the reference ${expected}`;
  if (own instanceof Declined || reference instanceof Declined) return undefined;
  if (Buffer.compare(own.data, reference.data) === 0) return undefined;
  const count = own.data.reduce((sum, sample, at) => sum + (sample === reference.data[at] ? 0 : 1), 0);
  const first = own.data.findIndex((sample, at) => sample !== reference.data[at]);
  return `${count} of ${own.data.length} samples differ, the first at ${first}`;
}

function summaryOf(reading: Reading): string {
  if (reading instanceof Declined) return `declined (${reading.message})`;
  return `${reading.width} x ${reading.height} x ${reading.channels}`;
}
