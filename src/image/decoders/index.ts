// The list of decoders. Extensions, recognition, limits, allowed loaders and the sentence about unsupported files follow from it.

import { lackingError, unsupportedError } from '../../errors.js';
import type { DecodingOptions } from '../../options/options.js';
import type { Decoder, Lack } from './decoder.js';
import { heic } from './heic/index.js';
import { jpeg } from './jpeg/index.js';
import { avif, gif, png, tiff, webp } from './libvips/libvips.js';
import { raw } from './raw/index.js';
import { describeOther, readHead } from './recognition.js';
import { svg } from './svg/index.js';

/** By the name that records have in `sourceFormat`. (`isolatedDeclarations` needs the type of each value written out.) */
export const decoders = {
  jpeg: jpeg as Decoder,
  png: png as Decoder,
  webp: webp as Decoder,
  gif: gif as Decoder,
  // Before TIFF, whose structure most of them have.
  raw: raw as Decoder,
  tiff: tiff as Decoder,
  avif: avif as Decoder,
  heic: heic as Decoder,
  svg: svg as Decoder,
};

/** A format that thumbnails are made of. */
export type SourceFormat = keyof typeof decoders;

/** File extensions of photos, lower case, without the dot: those of the decoders that lack nothing. */
export function photoExtensions(decoding: DecodingOptions): readonly string[] {
  return Object.values(decoders).flatMap(({ extensions, lacks }) =>
    lacks?.(decoding) === undefined ? extensions : [],
  );
}

/** File extensions of cameras' RAW files, lower case, without the dot. */
export function rawExtensions(): readonly string[] {
  return Object.values(decoders).flatMap(({ extensions, isRaw }) => (isRaw === true ? extensions : []));
}

/** A format that cannot be read in this installation, or under these options. */
export interface LackingFormat {
  /** As in messages. */
  readonly name: string;
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
  readonly lack: Lack;
}

/** The formats of the decoders that lack something. */
export function lackingFormats(decoding: DecodingOptions): readonly LackingFormat[] {
  return Object.values(decoders).flatMap(({ name, extensions, lacks }) => {
    const lack = lacks?.(decoding);
    return lack === undefined ? [] : [{ name, extensions, lack }];
  });
}

/**
 * The format of an image and its decoder, by its first bytes.
 * @throws {ThumbsError} `UNSUPPORTED`, with what the file looks like, or with what its decoder lacks.
 */
export function recognize(
  bytes: Uint8Array,
  decoding: DecodingOptions,
): { format: SourceFormat; decoder: Decoder } {
  const head = readHead(bytes);
  const found = Object.entries(decoders).find(([, decoder]) => decoder.recognizes(head));
  if (found !== undefined) {
    const [format, decoder] = found;
    const lack = decoder.lacks?.(decoding);
    if (lack !== undefined) throw lackingError(decoder.name, lack);
    return { format: format as SourceFormat, decoder };
  }
  const names = Object.values(decoders).map(({ name }) => name);
  throw unsupportedError(names, describeOther(head));
}
