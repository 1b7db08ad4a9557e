// A pipe that is full: whoever writes to it waits until the test reads.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../photos.js';

export interface FullPipe {
  /** Where it is opened for writing. */
  readonly path: string;
  /** Reads until the last writer has closed it, and resolves with what they wrote. To be called when there is a writer. */
  read(): Promise<string>;
  /** Closes the reading end: whoever writes gets EPIPE. */
  leave(): void;
}

export function fullPipe(): FullPipe {
  const file = path.join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [file]);
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants;
  const reader = fs.openSync(file, O_RDONLY | O_NONBLOCK);
  const writer = fs.openSync(file, O_WRONLY | O_NONBLOCK);
  const filling = fill(writer);
  fs.closeSync(writer);
  let isOpen = true;
  const leave = () => {
    if (isOpen) fs.closeSync(reader);
    isOpen = false;
  };
  onTestFinished(leave);
  return {
    path: file,
    leave,
    read: async () => {
      isOpen = false; // From now on the stream's.
      const stream = new net.Socket({ fd: reader, readable: true, writable: false });
      onTestFinished(() => void stream.destroy());
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return Buffer.concat(chunks).subarray(filling).toString();
    },
  };
}

/** Writes until nothing more fits, and returns how many bytes that were. */
function fill(writer: number): number {
  const page = Buffer.alloc(4096);
  for (let bytes = 0; ; ) {
    try {
      bytes += fs.writeSync(writer, page);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return bytes;
      throw error;
    }
  }
}
