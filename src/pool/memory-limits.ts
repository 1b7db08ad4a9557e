// How much memory consumers may use, and what follows when one uses more.

import { type ImageError, overMemoryError } from '../errors.js';

/** Limits of a consumer's resident memory, bytes. */
export interface MemoryLimits {
  /** Between two images: a consumer over it is replaced. Never more than `hard`. */
  readonly soft: number;
  /** At any time: a consumer over it is killed. It is one consumer's share of the total. */
  readonly hard: number;
  /** The same for a consumer with an exclusive image: the total. */
  readonly exclusive: number;
}

/** An idle consumer has about 100 MB; one that keeps twice that between images does not give it back. */
const LOWEST_SOFT = 200e6;

/** Shares `total` bytes among `consumers`. */
export function memoryLimits(total: number, consumers: number): MemoryLimits {
  const hard = total / consumers;
  return { soft: Math.min(Math.max(hard / 2, LOWEST_SOFT), hard), hard, exclusive: total };
}

/** Why a consumer with this resident memory, in bytes, is to be killed while it works on an image; undefined when it is not. */
export function excess(
  residentBytes: number,
  { hard, exclusive }: MemoryLimits,
  isExclusive: boolean,
): ImageError | undefined {
  const limit = isExclusive ? exclusive : hard;
  if (residentBytes <= limit) return undefined;
  return overMemoryError(residentBytes, isExclusive ? 'maxMemoryBytes' : 'memoryShareBytes', limit);
}

/** Whether a consumer with this resident memory, in bytes, between two images is to retire. */
export function keepsTooMuch(residentBytes: number, { soft }: MemoryLimits): boolean {
  return residentBytes > soft;
}
