// The speed of the machine itself, beside the figures of a bench: with it tables of different machines, or of different days, can be
// compared.

import { spawn } from 'node:child_process';
import { median } from './median.js';

/** A JPEG that libjpeg-turbo decodes. */
export interface YardstickPhoto {
  /** Absolute. */
  readonly file: string;
  /** Pixels. */
  readonly pixels: number;
  /** What it is, in the report: `the largest JPEG of the corpus` */
  readonly title: string;
}

/** Seconds of whole processes. */
export interface YardstickFigures {
  /** `node -e 0`. */
  readonly node: readonly number[];
  /** libjpeg-turbo's `djpeg -scale 1/8`; absent without a photo. */
  readonly djpeg?: {
    readonly photo: YardstickPhoto;
    /** `libjpeg-turbo version 2.1.5 (build 20230203)`; undefined if it is not installed. */
    readonly version: string | undefined;
    /** None if it is not installed, or has failed. */
    readonly seconds: readonly number[];
  };
}

/** Samples the yardstick: a few samples beside each round of a bench are affected by the same slow minutes as the bench. */
export class Yardstick {
  readonly #node: number[] = [];
  readonly #seconds: number[] = [];
  readonly #photo: YardstickPhoto | undefined;
  readonly #version: string | undefined;

  private constructor(photo: YardstickPhoto | undefined, version: string | undefined) {
    this.#photo = photo;
    this.#version = version;
  }

  /** @param photo Absent: only `node -e 0` is sampled. */
  static async of(photo?: YardstickPhoto): Promise<Yardstick> {
    return new Yardstick(photo, photo === undefined ? undefined : await djpegVersion());
  }

  /** One process of each, `count` times. An aborted sample is not counted. */
  async sample(count: number, signal?: AbortSignal): Promise<void> {
    for (let sample = 0; sample < count; sample += 1) {
      push(this.#node, await secondsOf(process.execPath, ['-e', '0'], signal));
      if (this.#photo === undefined || this.#version === undefined) continue;
      push(this.#seconds, await secondsOf('djpeg', ['-scale', '1/8', this.#photo.file], signal));
    }
  }

  get figures(): YardstickFigures {
    const node = [...this.#node];
    if (this.#photo === undefined) return { node };
    return { node, djpeg: { photo: this.#photo, version: this.#version, seconds: [...this.#seconds] } };
  }
}

/** A line for the head of a table: `- Yardstick: ...` */
export function yardstickLine({ node, djpeg }: YardstickFigures): string {
  return `- Yardstick: \`node -e 0\` ${formatSeconds(node)}; ${djpegText(djpeg)}; median (min to max)`;
}

function djpegText(djpeg: YardstickFigures['djpeg']): string {
  if (djpeg === undefined) return 'no JPEG for `djpeg`';
  const { photo, version, seconds } = djpeg;
  if (version === undefined) return '`djpeg` is not installed';
  const of = `${photo.title} (${(photo.pixels / 1e6).toFixed(1)} megapixels)`;
  if (seconds.length === 0) return `\`djpeg\` has failed on ${of}`;
  return `\`djpeg -scale 1/8\` of ${of} ${formatSeconds(seconds)}, ${version}`;
}

/** `0.060 s (0.058 to 0.064, 3 runs)` */
function formatSeconds(seconds: readonly number[]): string {
  const [middle, min, max] = [median(seconds), Math.min(...seconds), Math.max(...seconds)];
  const runs = `${seconds.length} run${seconds.length === 1 ? '' : 's'}`;
  return `${middle.toFixed(3)} s (${min.toFixed(3)} to ${max.toFixed(3)}, ${runs})`;
}

function push(values: number[], value: number | undefined): void {
  if (value !== undefined) values.push(value);
}

/** Undefined when the process does not start, fails, or is ended by the signal. */
function secondsOf(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<number | undefined> {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: 'ignore', ...(signal && { signal }) });
  return new Promise((resolve) => {
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? (performance.now() - startedAt) / 1000 : undefined));
  });
}

/** The first line that `djpeg -version` writes to stderr. */
function djpegVersion(): Promise<string | undefined> {
  const child = spawn('djpeg', ['-version'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(text.split('\n')[0]?.trim() || 'of an unknown version'));
  });
}
