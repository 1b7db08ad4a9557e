// One program on one row, timed as whole processes; and several of them in rotation.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { png } from '../../src/image/encoders/png.js';
import type { Box } from '../../src/options/variant.js';
import type { Job, Start } from './lanes.js';
import type { Photos } from './photos.js';
import { type Program, thumbs } from './programs.js';

/** What a program did in the counted runs. */
export interface Measured {
  readonly program: Program;
  /** Of each run, in the order of rounds. */
  readonly seconds: readonly number[];
  /** PNGs that fit into the box; of the run that made the fewest. */
  readonly thumbnails: number;
  /** Of those. */
  readonly bytes: number;
}

/** How a process ended that did not end well. */
interface Complaint {
  /** Null: by a signal. */
  readonly code: number | null;
  readonly words: string;
}

interface Ran {
  readonly seconds: number;
  readonly thumbnails: number;
  readonly bytes: number;
}

/** Enough for the last words of a program that failed. */
const WORDS = 300;

/** Runs each program once to fill the page cache, then `runs` rounds of all of them, each round beginning with another. */
export async function inRotation(
  programs: readonly Program[],
  runs: number,
  { photos, box, scratch, title }: { photos: Photos; box: Box; scratch: string; title: string },
): Promise<Measured[]> {
  const ran = new Map<Program, Ran[]>(programs.map((program) => [program, []]));
  for (let round = 0; round <= runs; round += 1) {
    const first = round % programs.length;
    for (const program of [...programs.slice(first), ...programs.slice(0, first)]) {
      const result = await runOnce(program, photos, box, scratch);
      const { seconds, thumbnails } = result;
      const turn = round === 0 ? 'warm-up' : `round ${round} of ${runs}`;
      console.error(`${title}, ${turn}: ${program.name}, ${seconds.toFixed(2)} s, ${thumbnails} thumbnails`);
      if (round > 0) ran.get(program)?.push(result);
    }
  }
  return [...ran].map(([program, results]) => {
    const fewest = results.reduce((a, b) => (b.thumbnails < a.thumbnails ? b : a));
    const { thumbnails, bytes } = fewest;
    return { program, seconds: results.map(({ seconds }) => seconds), thumbnails, bytes };
  });
}

/** A run into a fresh folder, which is made and removed outside of the time. */
async function runOnce(program: Program, photos: Photos, box: Box, scratch: string): Promise<Ran> {
  const out = fs.mkdtempSync(path.join(scratch, 'out-'));
  const job: Job = { photos, box, out };
  const lanes = program.lanes(job);
  const startedAt = performance.now();
  const complaints = (await Promise.all(lanes.map((lane) => runLane(lane, photos.links)))).flat();
  const seconds = (performance.now() - startedAt) / 1000;
  for (const { code, words } of complaints) {
    // With 1 it has come to its end, and some photos could not be done.
    if (program === thumbs && code !== 1) throw new Error(`thumbs ${words}`);
    console.error(`${program.name} ${words}`);
  }
  const made = thumbnailsIn(out, box);
  fs.rmSync(out, { recursive: true });
  return { seconds, ...made };
}

/** Returns what went wrong: a program that cannot do some photos is timed all the same. */
async function runLane(lane: readonly Start[], cwd: string): Promise<Complaint[]> {
  const complaints: Complaint[] = [];
  for (const start of lane) {
    const complaint = await runProcess(start, cwd);
    if (complaint !== undefined) complaints.push(complaint);
  }
  return complaints;
}

function runProcess({ program, args, env }: Start, cwd: string): Promise<Complaint | undefined> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-WORDS);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const end = signal === null ? `exit code ${code}` : signal;
      const said = `ended with ${end}: ${words.trim().replace(/\s+/g, ' ')}`;
      resolve(code === 0 ? undefined : { code, words: said });
    });
  });
}

/** What is no PNG, or does not fit into the box, is no thumbnail. */
function thumbnailsIn(out: string, box: Box): { thumbnails: number; bytes: number } {
  let [thumbnails, bytes] = [0, 0];
  for (const name of fs.readdirSync(out)) {
    if (!name.endsWith('.png')) continue;
    const file = fs.readFileSync(path.join(out, name));
    const size = png.readSize(file);
    if (size === undefined || size.width > box.width || size.height > box.height) continue;
    thumbnails += 1;
    bytes += file.length;
  }
  return { thumbnails, bytes };
}
