// Hosts and the queue server end and stand still again and again while a run works.

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { mulberry32 } from '../../../scripts/painting/noise.js';
import { processesLeft, type Started, until } from '../../support/processes/processes.js';
import {
  DEADLY,
  expectSameOutput,
  linesWith,
  queuePhotos,
  startQueueRun,
  startWorker,
  stopWorker,
  writeLargePhotos,
} from '../../support/processes/queue.js';
import { startRedis, testWithRedis } from '../../support/redis.js';

const PHOTOS = Number(process.env.CHAOS_QUEUE_PHOTOS ?? 150);
const SEED = Number(process.env.CHAOS_QUEUE_SEED ?? Date.now() % 1_000_000);

/** Photos of the corpus: above that, there are as many folders as it takes. */
const CORPUS = 250;

const HOSTS = 3;

/** An image takes so long, so that something happens to most hosts while they have some. */
const SLOW_PHOTOS_MS = 150;

/** Milliseconds between two faults. */
const FAULT_MS = 2000;

/** A host that stands still is lost after ten seconds: half of them are. */
const SUSPENDED_MS = 20_000;

// Faults take most of the time.
vi.setConfig({ testTimeout: 120_000 + 500 * PHOTOS });

testWithRedis(
  `chaos: ${PHOTOS} photos, three hosts that are killed and suspended, a server that is killed: the output is that of an undisturbed run`,
  async () => {
    console.log(`chaos of the queue: CHAOS_QUEUE_SEED=${SEED}`);
    const random = mulberry32(SEED);
    const redis = await startRedis();
    const { folder, plain } = await queuePhotos(30, {
      add: (photos) => {
        for (let first = 30; first < PHOTOS; first += CORPUS)
          writeLargePhotos(path.join(photos, String(first)), Math.min(CORPUS, PHOTOS - first));
      },
    });
    const env = { ...DEADLY, SLOW_PHOTOS_MS: String(SLOW_PHOTOS_MS) };
    const hosts: Started[] = [];
    const addHost = async () => {
      const host = await startWorker(redis, { cwd: folder, env });
      hosts.push(host);
    };
    for (let host = 0; host < HOSTS; host += 1) await addHost();
    const run = startQueueRun(redis, { cwd: folder, args: ['-v'] });
    const over = new AbortController();
    const ended = run.finished.finally(() => over.abort());
    const faults = { killed: 0, suspended: 0, servers: 0 };
    const suspended: Promise<void>[] = [];
    while (!over.signal.aborted) {
      await sleep(FAULT_MS, undefined, { signal: over.signal }).catch(() => {});
      if (over.signal.aborted) break;
      const index = Math.floor(random() * hosts.length);
      const [host] = hosts.slice(index, index + 1);
      const kind = random();
      if (kind < 0.2) {
        faults.servers += 1;
        await redis.kill();
        await sleep(1000 * random());
        await redis.start();
      } else if (kind < 0.6) {
        faults.killed += 1;
        hosts.splice(index, 1);
        host?.child.kill('SIGKILL');
        await addHost();
      } else {
        faults.suspended += 1;
        host?.child.kill('SIGSTOP');
        const ms = SUSPENDED_MS * random();
        const resume = () => void host?.child.kill('SIGCONT');
        suspended.push(sleep(ms, undefined, { signal: over.signal }).then(resume, resume));
      }
    }
    const { code, stderr } = await ended;
    await Promise.all(suspended);
    console.log(`chaos of the queue: ${JSON.stringify(faults)}`);
    expect(code).toBe(1);
    expectSameOutput(path.join(folder, 'queue'), plain);
    expect(linesWith(stderr, 'failed photos')).toBe(1);
    for (const host of hosts) await stopWorker(host);
    expect(await redis.keys()).toEqual([]);
    await until(() => processesLeft().length === 0);
  },
);
