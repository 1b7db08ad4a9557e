// The samples of a picture that libheif has decoded, as they are coded.

import { DecoderFailure } from '../../sharp-image.js';
import type { Session } from './session.js';
import { AS_STORED, CHANNEL, CHROMA, COLOURSPACE, NCLX, OPTIONS } from './structs.js';

/** The numbers of an `nclx` colour profile (ISO/IEC 23091-2). */
export interface Nclx {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  readonly isFullRange: boolean;
}

/** The samples of one channel. They lie in libheif's memory, so they are valid until its next call. */
export interface Channel {
  readonly samples: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Samples from one row to the next. */
  readonly stride: number;
  /** Of a sample; from 9 on, a sample is two bytes. */
  readonly bits: number;
}

/** Decoded samples, as the picture is coded. */
export interface Decoded {
  readonly colourspace: 'YCbCr' | 'RGB' | 'grey';
  /** Y or R; Cb or G, and Cr or B, unless it is grey; alpha at the end, if there is any. */
  readonly channels: readonly Channel[];
  readonly hasAlpha: boolean;
  /** Pixels for each sample of Cb and Cr, in both directions: 1 or 2. */
  readonly chromaStep: readonly [x: number, y: number];
  readonly nclx: Nclx | undefined;
}

/**
 * Calls `use` with the samples of the first picture of a sequence's track, after all transformations.
 * @throws {HeifError}
 */
export function withFirstOf<T>(session: Session, track: number, use: (decoded: Decoded) => T): T {
  const { calls, scratch } = session;
  return withDecoded(session, false, use, (options) => {
    session.check(calls.heif_track_decode_next_image, track, scratch, AS_STORED, AS_STORED, options);
  });
}

/**
 * Calls `use` with the samples that `decode` has libheif write to the scratch memory; they are freed then.
 * @param decode Gets the address of the decoding options.
 * @throws what both throw.
 */
export function withDecoded<T>(
  session: Session,
  isUntransformed: boolean,
  use: (decoded: Decoded) => T,
  decode: (options: number) => void,
): T {
  const { calls, scratch } = session;
  const options = calls.heif_decoding_options_alloc();
  const view = session.view();
  view.setUint8(options + OPTIONS.ignoreTransformations, isUntransformed ? 1 : 0);
  view.setUint8(options + OPTIONS.strict, 1);
  // Or libheif converts samples to BT.601 in full range, and loses the primaries.
  view.setUint8(options + OPTIONS.keepsColours, 1);
  try {
    decode(options);
  } finally {
    calls.heif_decoding_options_free(options);
  }
  const image = session.u32(scratch);
  try {
    return use(decodedOf(session, image));
  } finally {
    calls.heif_image_release(image);
  }
}

/** @throws {DecoderFailure} */
function decodedOf(session: Session, image: number): Decoded {
  const { calls } = session;
  const colourspace = colourspaceOf(calls.heif_image_get_colorspace(image));
  const chroma = calls.heif_image_get_chroma_format(image);
  const hasAlpha = calls.heif_image_has_channel(image, CHANNEL.alpha) !== 0;
  const colours = { YCbCr: [CHANNEL.Y, CHANNEL.Cb, CHANNEL.Cr], RGB: [CHANNEL.R, CHANNEL.G, CHANNEL.B] };
  const wanted = colourspace === 'grey' ? [CHANNEL.Y] : colours[colourspace];
  const nclx = nclxOf(session, image);
  const all = hasAlpha ? [...wanted, CHANNEL.alpha] : wanted;
  return {
    colourspace,
    // Last, because a call may move libheif's memory.
    channels: all.map((channel) => channelOf(session, image, channel)),
    hasAlpha,
    chromaStep: [chroma === CHROMA[420] || chroma === CHROMA[422] ? 2 : 1, chroma === CHROMA[420] ? 2 : 1],
    nclx,
  };
}

function colourspaceOf(value: number): Decoded['colourspace'] {
  if (value === COLOURSPACE.RGB) return 'RGB';
  if (value === COLOURSPACE.grey) return 'grey';
  if (value === COLOURSPACE.YCbCr) return 'YCbCr';
  throw new DecoderFailure([], new Error('its pixels are no colours'));
}

/** @throws {DecoderFailure} */
function channelOf(session: Session, image: number, channel: number): Channel {
  const { calls, scratch } = session;
  const at = calls.heif_image_get_plane_readonly(image, channel, scratch) >>> 0;
  const width = calls.heif_image_get_width(image, channel);
  const height = calls.heif_image_get_height(image, channel);
  const bits = calls.heif_image_get_bits_per_pixel_range(image, channel);
  const rowBytes = session.u32(scratch);
  if (at === 0 || width <= 0 || height <= 0 || bits < 1 || bits > 16)
    throw new DecoderFailure([], new Error('a channel is missing'));
  const { buffer } = session.view();
  const samples =
    bits > 8
      ? new Uint16Array(buffer, at, (rowBytes / 2) * height)
      : new Uint8Array(buffer, at, rowBytes * height);
  return { samples, width, height, stride: bits > 8 ? rowBytes / 2 : rowBytes, bits };
}

function nclxOf(session: Session, image: number): Nclx | undefined {
  const { calls, scratch } = session;
  calls.heif_image_get_nclx_color_profile(scratch, image, scratch + 16);
  if (session.i32(scratch) !== 0) return undefined;
  const at = session.u32(scratch + 16);
  const nclx = {
    primaries: session.u32(at + NCLX.primaries),
    transfer: session.u32(at + NCLX.transfer),
    matrix: session.u32(at + NCLX.matrix),
    isFullRange: session.u8(at + NCLX.isFullRange) !== 0,
  };
  calls.heif_nclx_color_profile_free(at);
  return nclx;
}
