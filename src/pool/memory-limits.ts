// How much memory consumers may use.

/** Limits of a consumer's resident memory, bytes. */
export interface MemoryLimits {
  /** Between two images: a consumer over it is replaced. Never more than `hard`. */
  readonly soft: number;
  /** At any time: a consumer over it is killed, and its image deferred. It is one consumer's share of the total. */
  readonly hard: number;
  /** With an exclusive image: a consumer over it is killed, and its image too large. It is the total. */
  readonly exclusive: number;
}

/** An idle consumer has about 100 MB; one that keeps twice that between images does not give it back. */
const LOWEST_SOFT = 200e6;

/** Shares `total` bytes among `consumers`. */
export function memoryLimits(total: number, consumers: number): MemoryLimits {
  const hard = total / consumers;
  return { soft: Math.min(Math.max(hard / 2, LOWEST_SOFT), hard), hard, exclusive: total };
}

/** Whether a consumer with this resident memory, in bytes, between two images is to retire. */
export function keepsTooMuch(residentBytes: number, { soft }: MemoryLimits): boolean {
  return residentBytes > soft;
}
