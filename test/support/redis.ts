// A queue server of a test's own: a real redis-server, on a free port, with a folder of its own. It ends with the test.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './photos.js';
import { testWith, testWithPrograms } from './requirements.js';

/** `test`, for what needs a queue server. */
export const testWithRedis: ReturnType<typeof testWithPrograms> = testWithPrograms('redis-server', 'setpriv');

/** {@link testWithRedis} with TLS. */
export const testWithTls: ReturnType<typeof testWithPrograms> = testWith(
  spawnSync('openssl', ['version']).status === 0 && spawnSync('redis-server', ['--version']).status === 0,
  'openssl and redis-server',
);

export interface RedisSettings {
  readonly password?: string;
  /** Whether connections are encrypted; the certificate is self-made. */
  readonly tls?: boolean;
  /** Whether it is a cluster: one node has all slots. */
  readonly cluster?: boolean;
  /** Whether it still has its keys after it was killed. */
  readonly keeps?: boolean;
  /** Further settings as on the command line: `--maxmemory`, `10mb`. */
  readonly config?: readonly string[];
}

/** Ports below those that systems give to whoever connects: a client that connects again and again would get the stopped server's. */
const PORTS = { first: 20_000, count: 10_000 } as const;

export class TestRedis {
  readonly port: number;
  readonly folder: string;
  readonly #settings: RedisSettings;
  #child: ChildProcess | undefined;

  constructor(port: number, settings: RedisSettings) {
    this.port = port;
    this.folder = temporaryFolder();
    this.#settings = settings;
    onTestFinished(() => this.kill());
    if (settings.tls) makeCertificate(this.folder);
  }

  /** As the command gets it. */
  get url(): string {
    const { password, tls } = this.#settings;
    const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
    return `${tls ? 'rediss' : 'redis'}://${login}127.0.0.1:${this.port}`;
  }

  /** Of the certificate, which clients have to be told. */
  get certificate(): string {
    return path.join(this.folder, 'certificate.pem');
  }

  /** Process id. */
  get pid(): number {
    return this.#child?.pid ?? Number.NaN;
  }

  /** Starts it, the first time or again, and resolves when it answers; false if the port is not free. */
  async start(): Promise<boolean> {
    const { password, tls, cluster, keeps, config = [] } = this.#settings;
    const settings = [
      ...['--bind', '127.0.0.1', '--dir', this.folder, '--save', ''],
      ...(tls ? ['--port', '0', '--tls-port', String(this.port)] : ['--port', String(this.port)]),
      ...(tls ? ['--tls-cert-file', this.certificate, '--tls-ca-cert-file', this.certificate] : []),
      ...(tls ? ['--tls-key-file', path.join(this.folder, 'key.pem'), '--tls-auth-clients', 'no'] : []),
      ...(password === undefined ? [] : ['--requirepass', password]),
      ...(cluster ? ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] : []),
      ...(keeps ? ['--appendonly', 'yes', '--appendfsync', 'always'] : []),
      ...config,
    ];
    // It ends with this process, too, however that ends.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', ...settings], {
      stdio: 'ignore',
    });
    this.#child = child;
    const client = this.client({ retryStrategy: () => 20, maxRetriesPerRequest: null });
    const ended = once(child, 'exit').then(() => false);
    try {
      return await Promise.race([this.#untilReady(client), ended]);
    } finally {
      client.disconnect();
    }
  }

  async #untilReady(client: Redis): Promise<boolean> {
    await client.ping();
    if (this.#settings.cluster) {
      await client.call('CLUSTER', ['ADDSLOTSRANGE', '0', '16383']).catch(() => {}); // It has them already.
      while (!String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return true;
  }

  /** A connection of the test's own, which ends with the test. */
  client(options: Pick<RedisOptions, 'retryStrategy' | 'maxRetriesPerRequest'> = {}): Redis {
    const secure = this.#settings.tls ? { tls: { ca: fs.readFileSync(this.certificate) } } : {};
    const client = new Redis(this.url, { ...secure, ...options });
    client.on('error', () => {});
    onTestFinished(() => client.disconnect());
    return client;
  }

  /** What one command answers. */
  async ask<T = unknown>(command: string, ...args: readonly string[]): Promise<T> {
    const client = this.client();
    try {
      return (await client.call(command, [...args])) as T;
    } finally {
      client.disconnect();
    }
  }

  /** The names of all keys. */
  async keys(): Promise<string[]> {
    return (await this.ask<string[]>('KEYS', '*')).sort();
  }

  /** Kills it by SIGKILL, and resolves when it has ended. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Until {@link resume} it accepts connections, and answers nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }
}

export async function startRedis(settings: RedisSettings = {}): Promise<TestRedis> {
  for (;;) {
    const port = await freePort();
    const server = new TestRedis(port, settings);
    if (await server.start()) return server;
  }
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    const server = net.createServer();
    const isFree = new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (await isFree) return port;
  }
}

/** The URL of a server that is not there. */
export async function deadUrl(): Promise<string> {
  return `redis://127.0.0.1:${await freePort()}`;
}

function makeCertificate(folder: string): void {
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', 'key.pem', '-out', 'certificate.pem', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...key, ...names, ...files], { cwd: folder, stdio: 'ignore' });
}
