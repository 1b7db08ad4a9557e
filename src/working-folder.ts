// The folder that a process was started in. It may be removed while the process runs: a job's scratch folder, say.

import fs from 'node:fs';
import { pathOf } from './path-bytes.js';

/**
 * Absolute path, in which a name need not be UTF-8 (path-bytes.ts); undefined when the folder does not exist any more. `process.cwd()`
 * would return what it returned before.
 */
export function workingFolder(): string | undefined {
  try {
    return pathOf(fs.realpathSync.native('.', 'buffer'));
  } catch {
    return undefined; // Who needs a relative path says so: `checkPath` in options/checks.ts.
  }
}

/**
 * Goes to the root folder if the working folder was removed: fast-glob, and every thread of Node.js, asks for one although every path is
 * absolute. For processes of our own, after options have been checked, because relative paths would start in the root folder then.
 */
export function leaveRemovedFolder(): void {
  if (workingFolder() === undefined) process.chdir('/');
}
