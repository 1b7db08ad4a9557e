// Times programs on one row: whole processes, in rotation.

import type { Yardstick } from '../../../src/bench/yardstick.js';
import { statistics } from '../measuring.js';
import { fillPageCache, type Photos } from './photos.js';
import type { Program } from './programs/program.js';
import { type RunOptions, type RunResult, runOnce } from './run-once.js';

/** The counted runs of one program. */
export interface Measurement {
  readonly program: Program;
  /** By round. */
  readonly seconds: readonly number[];
  /** Thumbnails of the run that made the fewest. */
  readonly thumbnails: number;
  /** Size of those thumbnails. */
  readonly bytes: number;
}

/** A peer that is not in the table. */
export interface SlowPeer {
  readonly program: Program;
  /** Its time relative to that of `thumbs`, of its warm-up; undefined if it was ended before it was done. */
  readonly ratio?: number;
}

export interface RowMeasurements {
  /** Of the table; `thumbs` is the first. */
  readonly measurements: readonly Measurement[];
  /** Slower than {@link SLOW} times `thumbs`, and not the fastest of their kind. */
  readonly slow: readonly SlowPeer[];
  /** Peers that made too few thumbnails, or cannot read the format. */
  readonly unable: readonly Program[];
}

export interface RotationOptions extends RunOptions {
  readonly runs: number;
  /** Names the row in progress messages. */
  readonly label: string;
  /** Sampled in each round. */
  readonly yardstick: Yardstick;
}

/** A peer that takes more than this times as long as `thumbs` in its warm-ups is listed and not measured. */
export const SLOW = 2;
/** A peer that takes more than this times as long has one warm-up. */
const MUCH_SLOWER = 3;
/** An added peer is ended after this times as long as `thumbs`. */
export const MAX_RATIO = 6;
/** Within this factor of the fastest a peer may be the fastest one, and is measured however slow it is. */
const NEARLY_FASTEST = 1.2;
/** A peer with fewer than this share of the thumbnails of `thumbs` skips work. */
const MIN_SHARE = 0.9;
const YARDSTICK_SAMPLES = 3;

interface WarmUp extends RunResult {
  readonly program: Program;
}

/**
 * Runs each program as a warm-up, then those that are not slow in `runs` rounds. Each round starts with another program.
 * @param programs `thumbs` is the first.
 */
export async function measureInRotation(
  programs: readonly Program[],
  options: RotationOptions,
): Promise<RowMeasurements> {
  const [thumbs, ...peers] = programs;
  if (thumbs === undefined) throw new Error('Expected programs, got none');
  const readable = peers.filter((peer) => canRead(peer, options.photos));
  fillPageCache(options.photos);
  const own = await warmUp(thumbs, options);
  const warmUps: WarmUp[] = [];
  for (const peer of readable) warmUps.push(await warmUp(peer, options, own));
  const able = warmUps.filter(
    ({ thumbnails, isEnded }) => isEnded || thumbnails >= MIN_SHARE * own.thumbnails,
  );
  const slow = able.filter((each) => isSlow(each, own, able));
  const measured = [thumbs, ...able.filter((each) => !slow.includes(each)).map(({ program }) => program)];
  return {
    measurements: await measureRounds(measured, options),
    slow: slow.map(({ program, seconds, isEnded }) =>
      isEnded ? { program } : { program, ratio: seconds / own.seconds },
    ),
    unable: peers.filter((peer) => !able.some(({ program }) => program === peer)),
  };
}

function canRead({ reads }: Program, { names }: Photos): boolean {
  return reads === undefined || names.every((name) => reads.some((extension) => name.endsWith(extension)));
}

/** The better of two runs where the first is hardly too slow: it may have read the program's own files from the disk. */
async function warmUp(program: Program, options: RotationOptions, own?: RunResult): Promise<WarmUp> {
  const limit = own === undefined || program.isAdded !== true ? undefined : MAX_RATIO * own.seconds;
  const turn = `${options.label}, warm-up`;
  const first = await run(program, turn, options, limit);
  const ratio = own === undefined ? undefined : first.seconds / own.seconds;
  const isCertain = ratio !== undefined && (ratio <= SLOW || ratio > MUCH_SLOWER);
  if (isCertain) return { program, ...first };
  const second = await run(program, turn, options, limit);
  return { program, ...(second.seconds < first.seconds ? second : first) };
}

/** Whether a peer is left out of the table. The fastest peer that targets are for, and the fastest of all, never are. */
function isSlow({ program, seconds, isEnded }: WarmUp, own: RunResult, peers: readonly WarmUp[]): boolean {
  if (isEnded) return true;
  const others = program.isAdded ? peers : peers.filter((peer) => peer.program.isAdded !== true);
  const fastest = Math.min(...others.map((peer) => peer.seconds));
  return seconds > SLOW * own.seconds && seconds > NEARLY_FASTEST * fastest;
}

async function measureRounds(programs: readonly Program[], options: RotationOptions): Promise<Measurement[]> {
  const results = new Map<Program, RunResult[]>(programs.map((program) => [program, []]));
  for (let round = 1; round <= options.runs; round += 1) {
    await options.yardstick.sample(YARDSTICK_SAMPLES);
    const first = round % programs.length;
    for (const program of [...programs.slice(first), ...programs.slice(0, first)]) {
      const turn = `${options.label}, round ${round} of ${options.runs}`;
      results.get(program)?.push(await run(program, turn, options));
    }
  }
  return [...results].map(([program, counted]) => {
    const { thumbnails, bytes } = counted.reduce((a, b) => (b.thumbnails < a.thumbnails ? b : a));
    return { program, seconds: counted.map(({ seconds }) => seconds), thumbnails, bytes };
  });
}

async function run(program: Program, turn: string, options: RunOptions, limit?: number): Promise<RunResult> {
  const result = await runOnce(program, options, limit);
  const { seconds, thumbnails, isEnded } = result;
  const end = isEnded ? ', then ended' : '';
  console.error(`${turn}: ${program.name}, ${seconds.toFixed(2)} s, ${thumbnails} thumbnails${end}`);
  return result;
}

/** The measurement with the smallest median. */
export function fastestOf(measurements: readonly Measurement[]): Measurement | undefined {
  return measurements.toSorted((a, b) => statistics(a.seconds).median - statistics(b.seconds).median)[0];
}
