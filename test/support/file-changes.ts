// Changes to files that a second run has to notice, or cannot notice.

import fs from 'node:fs';

/** Writes other bytes of the same length, and keeps the file's time: only a reader of the bytes notices it. */
export function replaceUnseen(file: string): void {
  const { atimeMs, mtimeMs, size } = fs.statSync(file);
  fs.writeFileSync(file, Buffer.alloc(size, 'x'));
  fs.utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
}

/** Gives a file a time, seconds since 1970, that other calls can set again exactly. */
export function setTime(file: string, seconds: number): void {
  // Node.js takes a negative number for the present time, but a Date for what it says.
  fs.utimesSync(file, new Date(seconds * 1000), new Date(seconds * 1000));
}
