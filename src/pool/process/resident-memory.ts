// How much memory processes use.

import fs from 'node:fs';

/**
 * Resident memory of processes, in bytes; one that has ended is absent. Linux tells it in /proc; elsewhere pidusage asks the
 * platform (`ps`, WMI), which starts a process.
 */
export async function residentMemoryOf(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (process.platform === 'linux') return new Map(pids.flatMap(readFromProc));
  const { default: pidusage } = await import('pidusage');
  const found = await Promise.all(
    pids.map((pid) =>
      pidusage(pid).then(
        ({ memory }): [number, number][] => [[pid, memory]],
        () => [], // It has just ended.
      ),
    ),
  );
  return new Map(found.flat());
}

/** `VmRSS:	   81234 kB` */
function readFromProc(pid: number): [number, number][] {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? [] : [[pid, Number(kilobytes) * 1024]];
  } catch {
    return []; // It has ended, which `onExit` reports.
  }
}
