// A named pipe and a server that notice whoever uses them.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from './photos.js';

export interface Canaries {
  /** The path of the pipe. */
  readonly pipe: string;
  /** Of the server. */
  readonly url: string;
  /** `reader` when the pipe was opened to read, and `call` when the server was called. */
  readonly noticed: ReadonlySet<string>;
}

/** Until the test ends. */
export async function canaries(): Promise<Canaries> {
  const pipe = path.join(temporaryFolder(), 'canary.png');
  execFileSync('mkfifo', [pipe]);
  const noticed = new Set<string>();
  const server = net.createServer((socket) => {
    noticed.add('call');
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A pipe without a reader cannot be opened to write (ENXIO).
  const watch = setInterval(() => {
    try {
      fs.closeSync(fs.openSync(pipe, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
      noticed.add('reader');
    } catch {
      // Nobody reads.
    }
  }, 5);
  onTestFinished(() => {
    clearInterval(watch);
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { pipe, url: `http://127.0.0.1:${port}/canary.png`, noticed };
}

/** Expects that nobody has used them, and that both notice when they are used. */
export async function expectCanaries({ pipe, url, noticed }: Canaries): Promise<void> {
  expect(noticed).toEqual(new Set());
  await once(fs.createReadStream(pipe).resume(), 'close');
  await once(net.connect(Number(new URL(url).port), '127.0.0.1').resume(), 'close');
  expect(noticed).toEqual(new Set(['call', 'reader']));
}
