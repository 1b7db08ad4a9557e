// Compares whole runs of `thumbs` with other programs on one machine, and prints Markdown.
// Run: npm run bench:peers [-- [folder of photos] [--rows a,c] [--peers vipsthumbnail,Pillow] [--runs 5] [--size 200x200]]
//   Without a folder: measures the rows of peers/rows.ts. Their images are made once, in ./corpus-peers.
//   With a folder: measures one row, with the photos of that folder. --size applies to this row only.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { variantOf } from '../variant-of.js';
import { machineLines } from './measuring.js';
import { type PeakMemory, peakMemory } from './peers/peak-memory.js';
import { commonShrink, listPhotos, type Photos } from './peers/photos.js';
import { detectPeers } from './peers/programs/index.js';
import { PROCESSES, type Program } from './peers/programs/program.js';
import { thumbs } from './peers/programs/thumbs.js';
import { singleVipsthumbnail } from './peers/programs/vips.js';
import { programLines, type Result, rowSection, targetTable } from './peers/report.js';
import { measureInRotation } from './peers/rotation.js';
import { type Row, rows } from './peers/rows.js';
import { corpusYardstick } from './yardstick.js';

/** Memory is measured in this row only. */
const MEMORY_ROW = 'a';
const MEMORY_RUNS = 3;

function usage(reason: string): never {
  console.error(`bench:peers: ${reason}`);
  process.exit(2);
}

function parseCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rows: { type: 'string' },
        peers: { type: 'string' },
        runs: { type: 'string', default: '5' },
        size: { type: 'string', default: '200x200' },
      },
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function readArguments(): { selected: readonly Row[]; runs: number; names: readonly string[] | undefined } {
  const { values, positionals } = parseCommandLine();
  const names = values.peers?.split(',');
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1)
    usage(`Expected --runs to be a positive integer, got \`${values.runs}\``);
  const [folder] = positionals;
  if (positionals.length > 1) usage(`Expected at most one folder, got ${positionals.length}`);
  if (folder !== undefined && values.rows !== undefined) usage('Expected a folder or --rows, got both');
  if (folder !== undefined) return { selected: [folderRow(folder, values.size)], runs, names };
  const ids = values.rows?.split(',') ?? rows.map(({ id }) => id);
  const selected = rows.filter(({ id }) => ids.includes(id));
  if (selected.length !== ids.length)
    usage(`Expected --rows to list some of ${rows.map(({ id }) => id)}, got \`${values.rows}\``);
  return { selected, runs, names };
}

/** A row with the caller's own photos. */
function folderRow(folder: string, size: string): Row {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    usage(`Expected a folder, got \`${folder}\``);
  try {
    return {
      id: 'own',
      title: `photos of ${folder}`,
      variant: variantOf(size),
      photos: async () => path.resolve(folder),
    };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

/** The programs of a row, `thumbs` first. */
function programsOf(row: Row, peers: readonly Program[]): Program[] {
  if (row.coldStart !== true) return [thumbs, ...peers];
  return [thumbs, ...peers.filter(({ name }) => name === 'vipsthumbnail').map(singleVipsthumbnail)];
}

async function measureMemory(photos: Photos, { variant }: Row, scratch: string): Promise<PeakMemory[]> {
  const peaks: PeakMemory[] = [];
  for (let run = 1; run <= MEMORY_RUNS; run += 1) {
    const out = fs.mkdtempSync(path.join(scratch, 'memory-'));
    peaks.push(await peakMemory({ photos, variant, out }));
    fs.rmSync(out, { recursive: true });
  }
  return peaks;
}

const { selected, runs, names } = readArguments();
const detected = detectPeers();
const { missing } = detected;
const installed = detected.installed.filter(({ name }) => names?.includes(name) !== false);
if (names !== undefined && installed.length !== names.length)
  usage(`Expected --peers to list some of ${detected.installed.map(({ name }) => name).join(', ')}`);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-peers-'));
try {
  const lines = [machineLines(), ...programLines([thumbs, ...installed], missing)];
  if (names !== undefined) lines.push(`- Only these peers were measured: ${names.join(', ')}`);
  console.log(`${lines.join('\n')}
- ${PROCESSES} workers or processes each, PNG thumbnails into an empty folder; times of whole processes, page cache warm
- ${runs} counted run${runs === 1 ? '' : 's'} of each, in rotation, after a warm-up of each; peers that are slow there are only listed
- Targets are for the peers of the first comparison; those that were added later are marked so
- \`thumbs\` and the Pillow pipeline name a thumbnail by its content, so photos with equal pixels share one file
`);
  const results: Result[] = [];
  for (const row of selected) {
    const { id, variant } = row;
    const photos = listPhotos(await row.photos(), path.join(scratch, `links-${id}`));
    const programs = programsOf(row, installed);
    const label = `row ${id}`;
    const [yardstick, shrink] = [await corpusYardstick(), await commonShrink(photos, variant)];
    const second = row.second && { variant: row.second, shrink: await commonShrink(photos, row.second) };
    const measured = await measureInRotation(programs, {
      photos,
      variant,
      shrink,
      second,
      scratch,
      runs,
      label,
      yardstick,
    });
    const hasMemory = id === MEMORY_ROW && process.platform === 'linux';
    const result: Result = {
      row,
      photos,
      ...measured,
      yardstick: yardstick.figures,
      ...(hasMemory && { memory: await measureMemory(photos, row, scratch) }),
    };
    results.push(result);
    console.log(`${rowSection(result)}\n`);
  }
  console.log(`### \`thumbs\` and the fastest peer\n\n${targetTable(results)}`);
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}
