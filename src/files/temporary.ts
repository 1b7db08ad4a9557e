// The one shape of a temporary name, so that whoever cleans up knows our files from others'.

import { randomBytes } from 'node:crypto';
import path from 'node:path';

/** A name in `folder` that nothing else has, hidden: `.thumbs-<process id>-<8 hex>.tmp`. */
export function temporaryPath(folder: string): string {
  return path.join(folder, `.thumbs-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}
