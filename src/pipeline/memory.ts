// How much memory consumers may have, and how much they do have.

import fs from 'node:fs';

/** Limits of resident memory, bytes. */
export interface MemoryLimits {
  /** A consumer that has more between two images is replaced. */
  readonly soft: number;
  /** A consumer that has more is killed: its share of what all may have. */
  readonly hard: number;
  /** The same for an image that is in work alone: all that all may have. */
  readonly alone: number;
}

/** An idle consumer has about 100 MB; one that keeps twice that between images holds what it will not give back. */
const LOWEST_SOFT = 200e6;

/** Shares `total` bytes among `consumers`. */
export function memoryLimits(total: number, consumers: number): MemoryLimits {
  const hard = total / consumers;
  return { soft: Math.max(hard / 2, LOWEST_SOFT), hard, alone: total };
}

/**
 * Resident memory of processes, in bytes; one that is gone is absent. Linux tells it in /proc; elsewhere pidusage asks
 * what the platform has (`ps`, WMI), which starts a process.
 */
export async function residentMemory(pids: readonly number[]): Promise<Map<number, number>> {
  if (process.platform === 'linux') return new Map(pids.flatMap(inProc));
  const { default: pidusage } = await import('pidusage');
  const found = await Promise.all(
    pids.map((pid) =>
      // A process that has just gone.
      pidusage(pid).then(
        ({ memory }): [number, number][] => [[pid, memory]],
        () => [],
      ),
    ),
  );
  return new Map(found.flat());
}

/** `VmRSS:	   81234 kB` */
function inProc(pid: number): [number, number][] {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? [] : [[pid, Number(kilobytes) * 1024]];
  } catch {
    return []; // It is gone, of which its exit tells.
  }
}
