// What bench-second-run.ts measures in a process of its own, on the built program. Prints one line of JSON.
//   node scripts/second-run-probe.js run <photos> <out>            a whole run, as the library does it
//   node scripts/second-run-probe.js manifest <file> <records>     read, compare and rewrite a synthetic manifest
import { createHook } from 'node:async_hooks';
import fs from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { ManifestStore } from '../dist/manifest/store.js';
import { createThumbnails } from '../dist/pipeline/pipeline.js';
import { Planner } from '../dist/pipeline/planner.js';
import { syntheticFacts, syntheticSource } from './synthetic-manifest.js';

// As the command does it.
setFlagsFromString('--semi-space-growth-factor=1');

async function run(photos, out) {
  let forks = 0;
  createHook({
    init: (_, type) => {
      if (type === 'PROCESSWRAP') forks += 1;
    },
  }).enable();
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

const [mode, first, second] = process.argv.slice(2);
console.log(JSON.stringify(mode === 'run' ? await run(first, second) : manifest(first, Number(second))));
