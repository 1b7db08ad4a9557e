// One run in this process with so many small photos in a batch; prints its figures as JSON.
// Arguments: <photos> <out> <url> <port> <photos in a batch>

import { Redis } from 'ioredis';
import { resolveOptions } from '../../../src/options/resolve.js';
import { queuePool } from '../../../src/pool/queue/queue-pool.js';
import { RUNS_KEY } from '../../../src/pool/queue/server/keys.js';
import { run } from '../../../src/run/create-thumbnails.js';

/** What `bench:hosts` reads. */
export interface BatchedRun {
  /** From the first finished photo to the last. */
  readonly photosPerSecond: number;
  /** Milliseconds of this process's time for a thousand photos. */
  readonly mainMs: number;
  /** The same of the queue server. */
  readonly serverMs: number;
  /** The most that the server had at any time, above what an empty one has, bytes. */
  readonly serverBytes: number;
}

/** Milliseconds between two looks at the server. */
const SAMPLE_MS = 20;

const [photos = '', out = '', url = '', port = '', batchPhotos = ''] = process.argv.slice(2);
const redis = new Redis(Number(port), '127.0.0.1');
const field = (info: string, name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
const emptyBytes = field(await redis.info('memory'), 'used_memory');
const cpuOf = (info: string) => field(info, 'used_cpu_user') + field(info, 'used_cpu_sys');
const cpuBefore = cpuOf(await redis.info('cpu'));
let serverBytes = 0;
const sampling = setInterval(async () => {
  serverBytes = Math.max(serverBytes, field(await redis.info('memory'), 'used_memory') - emptyBytes);
}, SAMPLE_MS);

const options = resolveOptions([photos], { out, workers: 0, queue: url });
const pool = { url, shown: url, timeoutMs: 60_000, batchPhotos: Number(batchPhotos) };
let [firstAt, lastAt, finished] = [0, 0, 0];
for await (const event of run(options, (setup) => queuePool(pool, setup))) {
  if (event.type !== 'done') continue;
  firstAt ||= performance.now();
  lastAt = performance.now();
  finished += 1;
}
clearInterval(sampling);
const { user, system } = process.cpuUsage();
const cpuAfter = cpuOf(await redis.info('cpu'));
if ((await redis.exists(RUNS_KEY)) > 0) throw new Error('the run has left keys');
redis.disconnect();
const figures: BatchedRun = {
  photosPerSecond: finished / ((lastAt - firstAt) / 1000),
  mainMs: (user + system) / finished,
  serverMs: ((cpuAfter - cpuBefore) * 1e6) / finished,
  serverBytes,
};
console.log(JSON.stringify(figures));
