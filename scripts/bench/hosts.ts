// Measures runs with a queue server and worker hosts, and prints Markdown. Linux: taskset(1), and Debian's redis-server.
// Run: npm run bench:hosts
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { BatchedRun } from './hosts/batched-run.js';
import { type Host, outputIn, startHost, timeRun } from './hosts/processes.js';
import { startDelayingProxy, startRedis } from './hosts/queue-server.js';
import { keptFolder } from './kept-folder.js';
import {
  alternate,
  bundledScript,
  formatStatistics,
  machineLines,
  makeCorpus,
  statistics,
} from './measuring.js';
import { besideYardstick } from './yardstick.js';

const RUNS = Number(process.env.RUNS ?? 7);
const PHOTOS = 188;
const TINY = 20_000;
const BATCHES = [1, 8, 32, 128];
const BATCH_RUNS = 3;
/** Milliseconds in each direction. */
const DELAY_MS = 25;
/** How often each photo is in the longer corpus, where starts and ends count less. */
const COPIES = 8;

/** `TINY` different PNGs of 24 x 16 pixels. */
async function makeTiny(folder: string): Promise<void> {
  sharp.concurrency(1);
  for (let index = 0; index < TINY; index += 1) {
    const pixels = Buffer.alloc(24 * 16 * 3, index & 0xff);
    pixels.writeUInt32BE(index, 0);
    const png = await sharp(pixels, { raw: { width: 24, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    const inner = path.join(folder, `${index % 200}`);
    fs.mkdirSync(inner, { recursive: true });
    fs.writeFileSync(path.join(inner, `IMG_${index}.png`), png);
  }
}

/** `COPIES` links to each photo. */
function makeLonger(folder: string, photos: string): void {
  for (let copy = 0; copy < COPIES; copy += 1) {
    const inner = path.join(folder, `${copy}`);
    fs.mkdirSync(inner);
    for (const name of fs.readdirSync(photos)) fs.linkSync(path.join(photos, name), path.join(inner, name));
  }
}

const camera = await keptFolder('camera-188', (folder) => makeCorpus(folder, `${PHOTOS}`));
const longer = await keptFolder(`camera-${COPIES * PHOTOS}`, (folder) => makeLonger(folder, camera));
const tiny = await keptFolder('tiny-20000', makeTiny);
/** Outputs lie beside the photos: hosts are allowed that folder. */
const allow = path.dirname(camera);
const out = outputIn(allow);
const redis = await startRedis();

async function withHosts<T>(url: string, cores: readonly number[], measure: () => Promise<T>): Promise<T> {
  const hosts: Host[] = [];
  try {
    for (const core of cores) hosts.push(await startHost({ url, consumers: 1, core, allow }));
    return await measure();
  } finally {
    for (const host of hosts) await host.stop();
  }
}

const runWith = async (photos: string, url: string) =>
  (await timeRun([photos], out, ['-w', '0', '--queue', url])).seconds;

const corpora = [
  { photos: camera, count: PHOTOS, runs: RUNS },
  { photos: longer, count: COPIES * PHOTOS, runs: Math.ceil(RUNS / 2) },
];

/** Two plain runs at once, each of half of the photos and on a core of its own, against one run of all: what these cores can give at most. */
async function independentRuns(photos: string): Promise<number> {
  const names = filesIn(photos);
  const halves = [names.filter((_, index) => index % 2 === 0), names.filter((_, index) => index % 2 === 1)];
  const runs = halves.map((half, core) => timeRun(half, `${out}-${core}`, ['-w', '1'], core));
  return Math.max(...(await Promise.all(runs)).map(({ seconds }) => seconds));
}

function filesIn(folder: string): string[] {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

async function measureHosts(): Promise<string> {
  const rows: string[] = [];
  for (const { photos, count, runs } of corpora) {
    const onOne = () => withHosts(redis.url, [0], () => runWith(photos, redis.url));
    const onTwo = () => withHosts(redis.url, [0, 1], () => runWith(photos, redis.url));
    const hosts = await alternate(runs, onOne, onTwo);
    const alone = async () => (await timeRun(filesIn(photos), out, ['-w', '1'], 0)).seconds;
    const plain = await alternate(runs, alone, () => independentRuns(photos));
    rows.push(
      `| ${count} | one host with one consumer; two hosts with one each | ${formatStatistics(hosts.a, 2)} | ${formatStatistics(hosts.b, 2)} | ${formatStatistics(hosts.ratio, 2)} | 1.9 |`,
      `| ${count} | without a queue: one run; two runs that know nothing of each other, of half of the photos each | ${formatStatistics(plain.a, 2)} | ${formatStatistics(plain.b, 2)} | ${formatStatistics(plain.ratio, 2)} | |`,
    );
  }
  return `| photos of 10 megapixels | whole commands | on one core, s | on two, s | ratio | aim |
|--:|---|--:|--:|--:|--:|
${rows.join('\n')}`;
}

async function measureAgainstFork(photos: string, aim: number, title: string): Promise<string> {
  const withQueue = async () => (await timeRun([photos], out, ['-w', '2', '--queue', redis.url])).seconds;
  const plain = async () => (await timeRun([photos], out, ['-w', '2'])).seconds;
  const { a, b, ratio } = await alternate(RUNS, withQueue, plain);
  return `| ${title} | ${formatStatistics(a, 2)} | ${formatStatistics(b, 2)} | ${formatStatistics(ratio, 3)} | ${aim} |`;
}

async function measureDelay(): Promise<string> {
  // Both through a proxy, which takes a part of the same two cores.
  const [farServer, nearServer] = [
    await startDelayingProxy(redis.port, DELAY_MS),
    await startDelayingProxy(redis.port, 0),
  ];
  try {
    const rows: string[] = [];
    for (const { photos, count, runs } of corpora) {
      const over = (url: string) => () => withHosts(url, [0, 1], () => runWith(photos, url));
      const { a, b, ratio } = await alternate(runs, over(farServer.url), over(nearServer.url));
      rows.push(
        `| ${2 * DELAY_MS} ms for a question and its answer on every link, against none; two hosts with one consumer each, ${count} photos | ${formatStatistics(a, 2)} | ${formatStatistics(b, 2)} | ${formatStatistics(ratio, 3)} | 1.05 |`,
      );
    }
    return rows.join('\n');
  } finally {
    await farServer.stop();
    await nearServer.stop();
  }
}

async function measureCeiling(): Promise<string> {
  const [script, runScript] = [
    await bundledScript('hosts/simulated-host'),
    await bundledScript('hosts/batched-run'),
  ];
  const host = await startHost({ url: redis.url, consumers: 8, allow, script });
  try {
    const rows = BATCHES.map((batch) => {
      const runs = Array.from({ length: BATCH_RUNS }, (): BatchedRun => {
        fs.rmSync(out, { recursive: true, force: true });
        const args = [runScript, tiny, out, redis.url, `${redis.port}`, `${batch}`];
        return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
      });
      const median = (figure: (run: BatchedRun) => number) => statistics(runs.map(figure)).median;
      const peak = Math.max(...runs.map(({ serverBytes }) => serverBytes));
      const rate = formatStatistics(statistics(runs.map(({ photosPerSecond }) => photosPerSecond)), 0);
      return `| ${batch} | ${rate} | ${median(({ mainMs }) => mainMs).toFixed(0)} | ${median(({ serverMs }) => serverMs).toFixed(0)} | ${(peak / 1e6).toFixed(2)} |`;
    });
    return `| small photos in a batch | photos/s: median (min to max) of ${BATCH_RUNS} | main process, ms for 1000 photos | queue server, ms for 1000 photos | most that the server had, MB |
|--:|--:|--:|--:|--:|
${rows.join('\n')}`;
  } finally {
    await host.stop();
  }
}

try {
  console.log(machineLines());
  console.log(`- redis-server on loopback, hosts pinned to a core each (taskset), main process not pinned
- ${RUNS} counted pairs of whole commands, alternating, after a warm-up of each; median (min to max)
- ${TINY} PNGs of 24 x 16 pixels in 200 folders; ${PHOTOS} JPEGs of 10 megapixels\n`);
  console.log(`${await besideYardstick(measureHosts)}\n`);
  console.log(`| what | s | against, s | ratio | aim |
|---|--:|--:|--:|--:|
${await measureAgainstFork(camera, 1.05, `two consumers, ${PHOTOS} photos of 10 megapixels: over the queue on one machine, against forked`)}
${await measureAgainstFork(tiny, 1.3, `the same, ${TINY} tiny images`)}
${await measureDelay()}\n`);
  console.log(
    `A host that decodes nothing, with 8 consumers, and ${TINY} tiny images:\n\n${await measureCeiling()}`,
  );
} finally {
  await redis.stop();
  for (const folder of [out, `${out}-0`, `${out}-1`]) fs.rmSync(folder, { recursive: true, force: true });
}
