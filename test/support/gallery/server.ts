// A folder over HTTP, below a path of the host, as a gallery is published. Everything else is answered with 404.

import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** Where the folder is on the host. */
const MOUNT = '/some/where/gallery/';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
};

export interface FolderServer {
  /** Address of the folder, with its slash. */
  readonly url: string;
  /** Paths that were answered with 404. */
  readonly refused: readonly string[];
  readonly close: () => Promise<void>;
}

/** Serves a folder on a free port of this machine. */
export async function serveFolder(folder: string): Promise<FolderServer> {
  const refused: string[] = [];
  const server = http.createServer((request, response) => {
    const address = request.url ?? '';
    const file = fileOf(folder, address);
    if (file === undefined) {
      refused.push(address);
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' });
    fs.createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}${MOUNT}`, refused, close };
}

/** The file that an address names; undefined for none of the folder. */
function fileOf(folder: string, address: string): string | undefined {
  const { pathname } = new URL(address, 'http://localhost');
  if (!pathname.startsWith(MOUNT)) return undefined;
  const file = path.join(folder, decodeURIComponent(pathname.slice(MOUNT.length)));
  const isThere = fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  return isThere && file.startsWith(folder + path.sep) ? file : undefined;
}
