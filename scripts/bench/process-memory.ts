// Memory of processes, in bytes. Linux: it is read from /proc.

import fs from 'node:fs';

/** The ids of a process and all its descendants. Processes that have ended are left out. */
export function processTree(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  try {
    // Linux lists a child under the thread that started it. In Node.js that is the main thread, whose id is the process id.
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return [pid, ...children.split(' ').filter(Boolean).map(Number).flatMap(processTree)];
  } catch {
    return [];
  }
}

/** One field of `/proc/<pid>/<file>`, such as `VmHWM:	   81234 kB`; 0 if the process has ended. */
export function memoryField(pid: number | undefined, file: 'status' | 'smaps_rollup', field: string): number {
  try {
    const text = fs.readFileSync(`/proc/${pid}/${file}`, 'utf8');
    return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
