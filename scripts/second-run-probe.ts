// What bench-second-run.ts measures in a process of its own. Prints one line of JSON. Arguments:
//   run <photos> <out>            a whole run by the library
//   make <file> <records>         writes a manifest as a run over so many photos would leave it
//   manifest <file> <records>     reads it, compares every photo with it and rewrites it; there are no photos
import childProcess from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { replaceFile } from '../src/files/replace-file.js';
import type { SourceFacts } from '../src/files/source.js';
import type { ManifestRecord } from '../src/manifest/record.js';
import { ManifestStore } from '../src/manifest/store.js';
import { Planner } from '../src/producer/planner.js';
import { createThumbnails } from '../src/run/create-thumbnails.js';

// As the command does.
setFlagsFromString('--semi-space-growth-factor=1');

/** Photos in one folder. */
const IN_FOLDER = 1000;

/** The name of photo `index`; names sort as the indices do. */
function syntheticSource(index: number): string {
  const folder = String(Math.floor(index / IN_FOLDER)).padStart(4, '0');
  return `photos/${folder}/IMG_${String(index % IN_FOLDER).padStart(4, '0')}.jpg`;
}

/** What `stat` would return for the photo. */
function syntheticFacts(index: number): SourceFacts {
  const sourceMtimeMs = 1_763_676_000_000 + index;
  return { sourceBytes: 2_000_000 + index, sourceMtimeMs, sourceMtimeNs: `${sourceMtimeMs}123456` };
}

/** The lines of the manifest, each with its newline. */
function* syntheticManifest(records: number): Generator<string> {
  yield `${JSON.stringify({ manifest: 'thumbs', version: 1, options: 'synthetic' })}\n`;
  for (let index = 0; index < records; index += 1) {
    const digest = createHash('sha256').update(String(index)).digest('hex');
    const record: ManifestRecord = {
      source: syntheticSource(index),
      status: 'done',
      thumbnails: [{ file: `${digest}.png`, width: 200, height: 133, bytes: 50_000 + (index % 10_000) }],
      sourceFormat: 'jpeg',
      sourceWidth: 3872,
      sourceHeight: 2592,
      ...syntheticFacts(index),
      sourceXxh128: digest.slice(0, 32),
    };
    yield `${JSON.stringify(record)}\n`;
  }
}

async function run(photos: string, out: string) {
  let forks = 0;
  const { fork } = childProcess;
  childProcess.fork = ((...args: Parameters<typeof fork>) => {
    forks += 1;
    return fork(...args);
  }) as typeof fork;
  syncBuiltinESMExports();
  for await (const event of createThumbnails([photos], { out })) {
    if (event.type !== 'summary') continue;
    const { seconds, unchanged } = event;
    return { seconds, unchanged, forks };
  }
  throw new Error('Expected a run to end with its summary');
}

function manifest(file: string, records: number) {
  const startedAt = performance.now();
  const store = ManifestStore.open(file, 'synthetic');
  const read = performance.now();
  const folder = path.dirname(file);
  const unlimited = Number.POSITIVE_INFINITY;
  const planner = new Planner(store.records, {
    manifest: file,
    out: folder,
    digest: 'synthetic',
    force: false,
    retryFailed: false,
    limits: {
      maxPixels: unlimited,
      maxBytes: unlimited,
      timeoutMs: unlimited,
      maxMemoryBytes: unlimited,
      memoryShareBytes: unlimited,
    },
  });
  const plans: Record<string, number> = {};
  for (let index = 0; index < records; index += 1) {
    const source = syntheticSource(index);
    const item = planner.planFor(path.join(folder, source), syntheticFacts(index));
    const plan = item.type === 'job' ? item.why : 'unchanged';
    plans[plan] = (plans[plan] ?? 0) + 1;
    store.keep(source);
  }
  const compared = performance.now();
  // A record that sorts first, so that the whole file is written.
  store.append({
    source: '!',
    status: 'failed',
    error: { code: 'CORRUPT', message: '!: the file is empty' },
  });
  store.finish(() => false);
  const rewritten = performance.now();
  store.close();
  const peak = Number(/VmHWM:\s*(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  return {
    read: (read - startedAt) / 1000,
    compare: (compared - read) / 1000,
    rewrite: (rewritten - compared) / 1000,
    peak,
    plans,
  };
}

function make(file: string, records: number) {
  replaceFile(file, syntheticManifest(records));
  return { bytes: fs.statSync(file).size };
}

const [mode, first = '', second = ''] = process.argv.slice(2);
if (mode === 'run') console.log(JSON.stringify(await run(first, second)));
else if (mode === 'make') console.log(JSON.stringify(make(first, Number(second))));
else console.log(JSON.stringify(manifest(first, Number(second))));
