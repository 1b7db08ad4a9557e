// What second-run.ts measures in separate processes. Each mode prints one line of JSON.
//   run <photos> <out>            a run by the library
//   make <file> <records>         writes a manifest as a run over that many photos would leave it
//   manifest <file> <records>     reads the manifest, compares every photo with it and rewrites it, without any photo on disk
import childProcess from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { replaceFile } from '../../../src/files/replace-file.js';
import type { SourceFacts } from '../../../src/files/source.js';
import { thumbnailName } from '../../../src/files/thumbnails/thumbnail-name.js';
import { Digests } from '../../../src/manifest/digests/digests.js';
import { MANIFEST_VERSION, type ManifestRecord } from '../../../src/manifest/record.js';
import { ManifestStore } from '../../../src/manifest/store.js';
import { Planner } from '../../../src/producer/planner/planner.js';
import { createThumbnails } from '../../../src/run/create-thumbnails.js';
import { finish } from '../../../src/steps.js';
import { memoryField } from '../process-memory.js';

/** What `run` prints. */
export interface RunFigures {
  readonly seconds: number;
  readonly unchanged: number;
  /** Consumers forked. */
  readonly forks: number;
}

/** What `make` prints. */
export interface NewManifest {
  readonly bytes: number;
}

/** What `manifest` prints. */
export interface ManifestFigures {
  /** Seconds. */
  readonly read: number;
  /** Seconds. */
  readonly compare: number;
  /** Seconds. */
  readonly rewrite: number;
  /** Peak resident memory, bytes. */
  readonly peak: number;
}

// The command sets the same flag.
setFlagsFromString('--semi-space-growth-factor=1');

const PHOTOS_PER_FOLDER = 1000;

/** The name of photo `index`. Names sort in the order of the indices. */
function syntheticSource(index: number): string {
  const folder = String(Math.floor(index / PHOTOS_PER_FOLDER)).padStart(4, '0');
  return `photos/${folder}/IMG_${String(index % PHOTOS_PER_FOLDER).padStart(4, '0')}.jpg`;
}

/** What `stat` would return for photo `index`. */
function syntheticFacts(index: number): SourceFacts {
  const sourceMtimeMs = 1_763_676_000_000 + index;
  return { sourceBytes: 2_000_000 + index, sourceMtimeMs, sourceMtimeNs: `${sourceMtimeMs}123456` };
}

/** What the run of the manifest wants, and what all of it was made by. */
const digests = new Digests({
  variants: { '200x200': 'synthetic' },
  decoders: { jpeg: 'synthetic' },
  failures: 'synthetic',
  versions: {},
  unreadable: new Set(),
  keepVersions: false,
  ofVersion1: () => undefined,
  failureOfVersion1: () => undefined,
});

/** The lines of the manifest, each with its newline. */
function* syntheticManifest(records: number): Generator<string> {
  yield `${JSON.stringify({ manifest: 'thumbs', version: MANIFEST_VERSION, ...digests.header(undefined) })}\n`;
  for (let index = 0; index < records; index += 1) {
    const sha256 = createHash('sha256').update(String(index)).digest('hex');
    const file = thumbnailName(sha256, 'png');
    const record: ManifestRecord = {
      source: syntheticSource(index),
      status: 'done',
      thumbnails: [{ variant: '200x200', file, width: 200, height: 133, bytes: 50_000 + (index % 10_000) }],
      sourceFormat: 'jpeg',
      sourceWidth: 3872,
      sourceHeight: 2592,
      ...syntheticFacts(index),
      sourceXxh128: sha256.slice(0, 32),
    };
    yield `${JSON.stringify(record)}\n`;
  }
}

async function runLibrary(photos: string, out: string): Promise<RunFigures> {
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
  throw new Error('Expected the run to end with a summary event');
}

function makeManifest(file: string, records: number): NewManifest {
  replaceFile(file, syntheticManifest(records));
  return { bytes: fs.statSync(file).size };
}

function measureManifest(file: string, records: number): ManifestFigures {
  const startedAt = performance.now();
  const store = finish(ManifestStore.openInSteps(file, digests));
  const readAt = performance.now();
  const folder = path.dirname(file);
  const unlimited = Number.POSITIVE_INFINITY;
  const planner = new Planner(store.records, {
    manifest: file,
    out: folder,
    digests,
    placeholder: false,
    verdicts: 1,
    lacks: () => false,
    force: false,
    retryFailed: false,
    limits: {
      maxPixels: unlimited,
      maxBytes: unlimited,
      timeoutMs: unlimited,
      maxMemoryBytes: unlimited,
    },
  });
  for (let index = 0; index < records; index += 1) {
    const source = syntheticSource(index);
    const item = planner.planFor(path.join(folder, source), syntheticFacts(index), true);
    // The records match, but there are no thumbnails.
    if (item.type !== 'job' || item.why !== 'thumbnail')
      throw new Error(`Expected the thumbnail of ${source} to be missing, got ${JSON.stringify(item)}`);
    store.keep(source);
  }
  const comparedAt = performance.now();
  // This record sorts first, so the whole file is rewritten.
  store.append({
    source: '!',
    status: 'failed',
    error: { code: 'CORRUPT', message: '!: the file is empty' },
  });
  store.finish(() => false);
  const rewrittenAt = performance.now();
  store.close();
  return {
    read: (readAt - startedAt) / 1000,
    compare: (comparedAt - readAt) / 1000,
    rewrite: (rewrittenAt - comparedAt) / 1000,
    peak: memoryField(process.pid, 'status', 'VmHWM'),
  };
}

const [mode, first = '', second = ''] = process.argv.slice(2);
if (mode === 'run') console.log(JSON.stringify(await runLibrary(first, second)));
else if (mode === 'make') console.log(JSON.stringify(makeManifest(first, Number(second))));
else console.log(JSON.stringify(measureManifest(first, Number(second))));
