// Reads a RAW file in parts as a consumer does, counts, and compares with reading it whole.

import { isImageError } from '../../../../src/errors.js';
import { type FileParts, KeptParts } from '../../../../src/image/decoders/raw/parts.js';
import {
  type LocatedPreview,
  locatePreviews,
  previewOf,
  type RawPreview,
  toPreview,
} from '../../../../src/image/decoders/raw/preview.js';
import type { Variant } from '../../../../src/options/variant.js';
import { insideBox, requestFor } from '../../variants.js';

export const variant: Variant = insideBox(200);

/** What came of it. */
export interface PartialReading {
  /** Or the code of the refusal. */
  readonly outcome: string;
  /** Reads of the file, and bytes, without the preview itself. */
  readonly reads: number;
  readonly bytesRead: number;
  readonly preview: RawPreview | undefined;
}

/** @throws {Error} for a read outside the file, for any error but a refusal, and when reading the whole file gives another preview. */
export async function readingOf(bytes: Buffer): Promise<PartialReading> {
  let reads = 0;
  let bytesRead = 0;
  const read = async (offset: number, length: number) => {
    if (offset < 0 || length <= 0 || offset + length > bytes.length)
      throw new RangeError(`Expected a part of ${bytes.length} bytes, got ${length} from ${offset}`);
    reads += 1;
    bytesRead += length;
    return bytes.subarray(offset, offset + length);
  };
  const inParts = await outcomeOf(async () => {
    const located = await locatedIn(new KeptParts({ size: bytes.length, read }), variant);
    const { offset, length } = located.preview.part;
    if (offset + length > bytes.length) throw new RangeError('Expected a preview within the file');
    return toPreview(located, bytes.subarray(offset, offset + length));
  });
  const whole = await outcomeOf(async () => previewOf(bytes, requestFor(variant)));
  if (textOf(inParts) !== textOf(whole))
    throw new Error('Expected the same preview from parts and from the whole');
  const outcome = typeof inParts === 'string' ? inParts : 'preview';
  return { outcome, reads, bytesRead, preview: typeof inParts === 'string' ? undefined : inParts };
}

/** Where the preview lies that this variant alone is made of. */
export async function locatedIn(file: FileParts, wanted: Variant): Promise<LocatedPreview> {
  const [found, ...others] = await locatePreviews(file, [wanted]);
  if (found === undefined || others.length > 0) throw new RangeError('Expected one preview for one variant');
  return found.located;
}

async function outcomeOf(find: () => Promise<RawPreview>): Promise<RawPreview | string> {
  try {
    return await find();
  } catch (error) {
    if (isImageError(error)) return error.code;
    throw error;
  }
}

function textOf(outcome: RawPreview | string): string {
  if (typeof outcome === 'string') return outcome;
  return JSON.stringify({ ...outcome, jpeg: outcome.jpeg.toString('latin1') });
}
