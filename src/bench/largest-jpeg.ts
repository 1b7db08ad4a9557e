// The photo of a bench's yardstick, found in the events of a run.

import type { DoneEvent } from '../run/events.js';
import type { YardstickPhoto } from './yardstick.js';

/** What stands for a byte of a name that is not UTF-8: such an event does not have the path. */
const SHOWN_BYTE = '\ufffd';

/** Of the photos that a run has made thumbnails of, the JPEG with the most pixels; of several the one with the smallest path. */
export class LargestJpeg {
  #photo: YardstickPhoto | undefined;

  /** @param line One event, as the command prints it with `--json`. */
  add(line: string): void {
    // Spares most lines the parsing: records of a million photos are a gigabyte.
    if (!line.startsWith('{"type":"done"') || !line.includes('"sourceFormat":"jpeg"')) return;
    const { path, record } = JSON.parse(line) as DoneEvent;
    if (path.includes(SHOWN_BYTE)) return;
    const pixels = record.sourceWidth * record.sourceHeight;
    if (this.#photo !== undefined && !isBefore({ pixels, file: path }, this.#photo)) return;
    this.#photo = { file: path, pixels, title: 'the largest JPEG of the corpus' };
  }

  /** Undefined when there is none. */
  get photo(): YardstickPhoto | undefined {
    return this.#photo;
  }
}

type Candidate = Pick<YardstickPhoto, 'pixels' | 'file'>;

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.pixels === b.pixels ? a.file < b.file : a.pixels > b.pixels;
}
