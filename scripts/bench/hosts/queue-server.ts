// A real Redis on loopback for `bench:hosts`, and a proxy that delays what passes.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Server {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

export async function startRedis(): Promise<Server> {
  const port = await freePort();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-redis-'));
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const redis = spawn('redis-server', args, { stdio: 'ignore' });
  await untilListening(port, redis);
  return {
    port,
    url: urlOf(port),
    stop: async () => {
      redis.kill('SIGKILL');
      await once(redis, 'exit');
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number, { exitCode }: ChildProcess): Promise<void> {
  for (;;) {
    if (exitCode !== null) throw new Error(`redis-server ended with exit code ${exitCode}`);
    const socket = net.connect(port, '127.0.0.1');
    const isListening = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isListening) return;
    await sleep(20);
  }
}

function urlOf(port: number): string {
  return `redis://127.0.0.1:${port}`;
}

/** Passes everything on to a server, `ms` later in each direction. */
export async function startDelayingProxy(port: number, ms: number): Promise<Server> {
  const proxy = net.createServer((client) => {
    const server = net.connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (data) => setTimeout(() => to.writable && to.write(data), ms));
      from.on('close', () => setTimeout(() => to.destroy(), ms));
      from.on('error', () => to.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address() as AddressInfo;
  return {
    port: address.port,
    url: urlOf(address.port),
    stop: async () => {
      proxy.close();
    },
  };
}
