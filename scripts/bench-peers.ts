// Compares whole runs of `thumbs` with other programs on one machine, and prints it as Markdown.
// Run: npm run bench:peers [-- [folder of photos] [--rows a,c] [--runs 5] [--size 200x200]]
//   Without a folder the rows of scripts/peers/rows.ts are measured; their pictures are made once, in ./corpus-peers.
//   With a folder one row is, on the photos in it; --size is for that row.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { resolveOptions } from '../src/options/resolve.js';
import { machine } from './measuring.js';
import { type PeakMemory, peakMemory } from './peers/memory.js';
import { type Photos, photosOf } from './peers/photos.js';
import { findPeers, oneVipsthumbnail, PROCESSES, type Program, thumbs } from './peers/programs.js';
import { programLines, type Result, rowSection, targetTable } from './peers/report.js';
import { type Row, rows } from './peers/rows.js';
import { inRotation } from './peers/running.js';

/** The row in whose corpus memory is measured, and how often. */
const MEMORY_ROW = 'a';
const MEMORY_RUNS = 3;

function usage(reason: string): never {
  console.error(`bench-peers: ${reason}`);
  process.exit(2);
}

function parseCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rows: { type: 'string' },
        runs: { type: 'string', default: '5' },
        size: { type: 'string', default: '200x200' },
      },
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function readArguments(): { asked: readonly Row[]; runs: number } {
  const { values, positionals } = parseCommandLine();
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1)
    usage(`Expected --runs to be a positive integer, got \`${values.runs}\``);
  const [folder] = positionals;
  if (positionals.length > 1) usage(`Expected at most one folder, got ${positionals.length}`);
  if (folder !== undefined && values.rows !== undefined) usage('Expected a folder or --rows, got both');
  if (folder !== undefined) return { asked: [rowOf(folder, values.size)], runs };
  const ids = values.rows?.split(',') ?? rows.map(({ id }) => id);
  const asked = rows.filter(({ id }) => ids.includes(id));
  if (asked.length !== ids.length)
    usage(`Expected --rows of ${rows.map(({ id }) => id)}, got \`${values.rows}\``);
  return { asked, runs };
}

/** A row of the caller's own photos. */
function rowOf(folder: string, size: string): Row {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    usage(`Expected a folder, got \`${folder}\``);
  try {
    const { variant } = resolveOptions([folder], { size });
    return {
      id: 'own',
      title: `photos of ${folder}`,
      box: variant.box,
      photos: async () => path.resolve(folder),
    };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

/** Who runs in a row, `thumbs` first. */
function programsFor(row: Row, peers: readonly Program[]): Program[] {
  if (row.coldStart !== true) return [thumbs, ...peers];
  return [thumbs, ...peers.filter(({ name }) => name === 'vipsthumbnail').map(oneVipsthumbnail)];
}

async function memoryOf(photos: Photos, row: Row, scratch: string): Promise<PeakMemory[]> {
  const peaks: PeakMemory[] = [];
  for (let run = 1; run <= MEMORY_RUNS; run += 1) {
    const out = fs.mkdtempSync(path.join(scratch, 'memory-'));
    peaks.push(await peakMemory({ photos, box: row.box, out }));
    fs.rmSync(out, { recursive: true });
  }
  return peaks;
}

const { asked, runs } = readArguments();
const { found, missing } = findPeers();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-peers-'));
try {
  const lines = [machine(), ...programLines([thumbs, ...found], missing)];
  console.log(`${lines.join('\n')}
- Each with ${PROCESSES} workers or processes, to PNG, into an empty folder; whole processes, page cache warm
- ${runs} counted run${runs === 1 ? '' : 's'} of each, in rotation, after a warm-up of each
- \`thumbs\` and the Pillow pipeline name a thumbnail by its content: equal pixels are one file
`);
  const results: Result[] = [];
  for (const row of asked) {
    const photos = photosOf(await row.photos(), path.join(scratch, `links-${row.id}`));
    const title = `row ${row.id}`;
    const measured = await inRotation(programsFor(row, found), runs, {
      photos,
      box: row.box,
      scratch,
      title,
    });
    const watched = row.id === MEMORY_ROW && process.platform === 'linux';
    const result: Result = watched
      ? { row, photos, measured, memory: await memoryOf(photos, row, scratch) }
      : { row, photos, measured };
    results.push(result);
    console.log(`${rowSection(result)}\n`);
  }
  console.log(`### thumbs and the fastest peer\n\n${targetTable(results)}`);
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
