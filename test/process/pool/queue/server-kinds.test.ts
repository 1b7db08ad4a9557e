// Which queue servers can be used, and what a run and a worker say of one that cannot.

import net from 'node:net';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { recordsIn } from '../../../support/output.js';
import { photoFolder } from '../../../support/photos.js';
import { thumbs } from '../../../support/processes/command.js';
import {
  expectNothingLeft,
  expectSameOutput,
  queuePhotos,
  startGatedRun,
  startQueueRun,
  startWorker,
} from '../../../support/processes/queue.js';
import {
  deadUrl,
  freePort,
  startRedis,
  type TestRedis,
  testWithRedis,
  testWithTls,
} from '../../../support/redis.js';

async function expectRun(redis: TestRedis, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { folder, plain } = await queuePhotos(5);
  const worker = await startWorker(redis, { cwd: folder, env });
  const run = await startQueueRun(redis, { cwd: folder, env }).finished;
  expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('7 photos')]);
  expectSameOutput(path.join(folder, 'queue'), plain);
  await expectNothingLeft(redis, worker);
  return run.stderr + worker.output.stderr;
}

testWithTls(
  'a server with TLS is used by rediss:// when its certificate is known, and is not trusted otherwise',
  async () => {
    const redis = await startRedis({ tls: true, password: 'geheim' });
    await expectRun(redis, { NODE_EXTRA_CA_CERTS: redis.certificate });
    const { folder } = photoFolder(1);
    const refused = await startQueueRun(redis, { cwd: folder, args: ['--queue-timeout', '0.5'] }).finished;
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/certificate/)]);
    expect(refused.stderr).not.toContain('geheim');
  },
);

// BullMQ's keys are in several slots (CROSSSLOT), unless its prefix has braces.
testWithRedis('a node of a cluster is used by its plain URL', async () => {
  const redis = await startRedis({ cluster: true });
  await expectRun(redis);
});

testWithRedis('a server that removes keys for want of memory is warned of, and does the work', async () => {
  const redis = await startRedis({ config: ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'] });
  const said = await expectRun(redis);
  expect(said).toMatch(/^The queue server: .*maxmemory-policy allkeys-lru; it should be noeviction/m);
  // Once by the run, and once by the worker; and nothing of what BullMQ itself says.
  expect(said.match(/allkeys-lru/g)).toHaveLength(2);
  expect(said).not.toContain('IMPORTANT');
});

testWithRedis(
  'a server that refuses the user ends run and worker at once with exit 3, named without its password',
  async () => {
    const redis = await startRedis({ password: 'geheim' });
    const { folder } = photoFolder(1);
    for (const [login, why] of [
      [':falsch@', 'WRONGPASS'],
      ['', 'NOAUTH'],
      ['nobody:falsch@', 'WRONGPASS'],
    ]) {
      const url = `redis://${login}127.0.0.1:${redis.port}`;
      const [run, worker] = await Promise.all([
        startQueueRun({ url }, { cwd: folder }).finished,
        thumbs(['worker', url, '-w', '1'], { cwd: folder }),
      ]);
      const shown = `redis://${login === '' ? '' : '***@'}127.0.0.1:${redis.port}`;
      for (const { code, stderr } of [run, worker]) {
        expect([code, stderr]).toEqual([
          3,
          expect.stringContaining(`thumbs: The queue server ${shown} refuses this user: ${why}`),
        ]);
        expect(stderr).not.toContain('falsch');
      }
    }
  },
);

testWithRedis(
  'a user without the rights that are needed is refused, or told which; the run does not wait for ever',
  async () => {
    const redis = await startRedis();
    await redis.ask(
      'ACL',
      'SETUSER',
      'reader',
      'on',
      '>pw',
      '~*',
      '&*',
      '+@read',
      '+@connection',
      '+info',
      '+subscribe',
    );
    const { folder } = photoFolder(1);
    const url = `redis://reader:pw@127.0.0.1:${redis.port}`;
    const run = await startQueueRun({ url }, { cwd: folder, args: ['--queue-timeout', '2'] }).finished;
    expect([run.code, run.stderr]).toEqual([3, expect.stringMatching(/NOPERM|no permissions/i)]);
  },
);

testWithRedis(
  'a server that is not there for --queue-timeout: exit 3 with why, nothing is recorded, and no lock is left',
  async () => {
    const { folder } = photoFolder(2);
    const url = await deadUrl();
    const run = await startQueueRun({ url }, { cwd: folder, args: ['--queue-timeout', '0.5'] }).finished;
    expect(run.code).toBe(3);
    expect(run.stderr.split('\n')).toContain(
      `thumbs: The run has waited 0.5 s for the queue server ${url}: connection refused (ECONNREFUSED)`,
    );
    expect(recordsIn(path.join(folder, 'queue'))).toEqual([]);
    expect((await thumbs(['photos', '-o', 'queue'], { cwd: folder })).code).toBe(0);
  },
);

testWithRedis('something else than a Redis at the URL: exit 3 after --queue-timeout', async () => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { folder } = photoFolder(1);
  const run = startQueueRun(
    { url: `redis://127.0.0.1:${port}` },
    { cwd: folder, args: ['--queue-timeout', '1'] },
  );
  const { code, stderr } = await run.finished;
  expect([code, stderr]).toEqual([3, expect.stringMatching(/^thumbs: .*127\.0\.0\.1:\d+/m)]);
});

testWithRedis(
  'no host for --queue-timeout: exit 3, what to start is said, and nothing is left in the server',
  async () => {
    const redis = await startRedis();
    const { folder } = photoFolder(2);
    const run = await startQueueRun(redis, { cwd: folder, args: ['--queue-timeout', '1'] }).finished;
    const start = `a host: start \`thumbs worker ${redis.url}\` on one`;
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining(`Waiting for ${start}\n`)]);
    expect(run.stderr).toContain(`thumbs: The run has waited 1 s for ${start}\n`);
    expect(await redis.keys()).toEqual([]);
  },
);

testWithRedis(
  'keys of others are left as they are, those that look like ours or BullMQ\u2019s too',
  async () => {
    const redis = await startRedis();
    const others = [
      '{thumbs}:other',
      'bull:x:wait',
      'bull:run-1:meta',
      'thumbs',
      '{thumbs}',
      '{thumbs}:run-other',
      'runs',
    ];
    const client = redis.client();
    for (const key of others) await client.rpush(key, key, 'more');
    const { folder, plain } = await queuePhotos(5);
    const worker = await startWorker(redis, { cwd: folder });
    await startQueueRun(redis, { cwd: folder }).finished;
    expectSameOutput(path.join(folder, 'queue'), plain);
    worker.child.kill('SIGTERM');
    await worker.finished;
    expect(await redis.keys()).toEqual(others.sort());
    for (const key of others) expect(await client.lrange(key, 0, -1)).toEqual([key, 'more']);
  },
);

// BullMQ 6.7: a Worker whose connection is half open takes no job until the kernel gives the connection up.
testWithRedis(
  'connections that carry nothing any more, without being closed, are made anew by run and worker',
  async () => {
    const redis = await startRedis();
    const proxy = await swallowingProxy(redis.port);
    const { expectEnd } = await startGatedRun(redis, { url: proxy.url });
    proxy.swallow();
    await expectEnd();
  },
);

/** Passes bytes on to `port`. After `swallow()` the connections that are open then stay open, and carry nothing. */
async function swallowingProxy(port: number): Promise<{ url: string; swallow: () => void }> {
  const swallowed = new Set<net.Socket>();
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const upstream = net.connect(port, '127.0.0.1');
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      open.add(from);
      from.on('error', () => {});
      from.on('data', (bytes) => {
        if (!swallowed.has(from)) to.write(bytes);
      });
      from.on('close', () => {
        open.delete(from);
        if (!swallowed.has(from)) to.destroy();
      });
    }
  });
  const own = await freePort();
  await new Promise<void>((resolve) => server.listen(own, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${own}`,
    swallow: () => {
      for (const socket of open) swallowed.add(socket);
    },
  };
}
