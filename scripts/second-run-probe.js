// What bench-second-run.ts measures in a process of its own, on the built program. Prints one line of JSON.
//   node scripts/second-run-probe.js run <photos> <out>            a whole run, as the library does it
//   node scripts/second-run-probe.js make <file> <records>         a manifest as a run over so many photos would leave it
//   node scripts/second-run-probe.js manifest <file> <records>     read, compare and rewrite it; there are no photos
import childProcess from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { replaceFile } from '../dist/files/replace-file.js';
import { ManifestStore } from '../dist/manifest/store.js';
import { Planner } from '../dist/producer/planner.js';
import { createThumbnails } from '../dist/run/create-thumbnails.js';

// As the command does it.
setFlagsFromString('--semi-space-growth-factor=1');

/** Photos in one folder. */
const IN_FOLDER = 1000;

/** The name of photo `index`; names sort as the indices do. */
function syntheticSource(index) {
  const folder = String(Math.floor(index / IN_FOLDER)).padStart(4, '0');
  return `photos/${folder}/IMG_${String(index % IN_FOLDER).padStart(4, '0')}.jpg`;
}

/** What a look at the photo would tell. */
function syntheticFacts(index) {
  const sourceMtimeMs = 1_763_676_000_000 + index;
  return { sourceBytes: 2_000_000 + index, sourceMtimeMs, sourceMtimeNs: `${sourceMtimeMs}123456` };
}

/** The lines of the manifest, each with its newline. */
function* syntheticManifest(records) {
  yield `${JSON.stringify({ manifest: 'thumbs', version: 1, options: 'synthetic' })}\n`;
  for (let index = 0; index < records; index += 1) {
    const digest = createHash('sha256').update(String(index)).digest('hex');
    const record = {
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

async function run(photos, out) {
  let forks = 0;
  const { fork } = childProcess;
  childProcess.fork = (...args) => {
    forks += 1;
    return fork(...args);
  };
  syncBuiltinESMExports();
  for await (const event of createThumbnails([photos], { out })) {
    if (event.type !== 'summary') continue;
    const { seconds, unchanged } = event;
    return { seconds, unchanged, forks };
  }
}

function manifest(file, records) {
  const startedAt = performance.now();
  const store = ManifestStore.open(file, 'synthetic');
  const read = performance.now();
  const folder = path.dirname(file);
  const planner = new Planner(store.records, {
    manifest: file,
    out: folder,
    digest: 'synthetic',
    limits: {},
  });
  const verdicts = {};
  for (let index = 0; index < records; index += 1) {
    const source = syntheticSource(index);
    const { why = 'unchanged' } = planner.decide(path.join(folder, source), syntheticFacts(index));
    verdicts[why] = (verdicts[why] ?? 0) + 1;
    store.keep(source);
  }
  const compared = performance.now();
  // One that comes first, so that the whole file is written.
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
    verdicts,
  };
}

function make(file, records) {
  replaceFile(file, syntheticManifest(records));
  return { bytes: fs.statSync(file).size };
}

const modes = { run, make, manifest };
const [mode, first, second] = process.argv.slice(2);
console.log(JSON.stringify(await modes[mode](first, mode === 'run' ? second : Number(second))));
