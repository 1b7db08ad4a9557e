// The chart in every colour space that a photo may have, in each format that can hold it.

import sharp from 'sharp';
import { encodeJpeg } from '../jpeg/encoder.js';
import { stepsOf } from '../jpeg/forward-transform.js';
import { tiffFile, types } from '../tiff-files.js';
import { type Chart, pixelsOf, type Samples, sizeOf } from './chart.js';
import {
  adobeSegment,
  jpegWithProfile,
  pngFile,
  profileChunk,
  profileSegments,
  webpWithProfile,
} from './files.js';

/** Pixels of a patch: at 48 pixels' width the chart is 16 times smaller, which our own JPEG reader reads at an eighth. */
const SIDE = 128;

/** An image file by what it is: `PNG of 16 bits`. */
export type Files = Readonly<Record<string, Buffer>>;

const profileTag = (profile: Buffer) => ({ tag: 34675, type: types.UNDEFINED, values: profile });
const tagsOf = (profile: Buffer | undefined) => (profile === undefined ? [] : [profileTag(profile)]);
const chunksOf = (profile: Buffer | undefined) => (profile === undefined ? [] : [profileChunk(profile)]);

/** RGB in JPEG, PNG, TIFF and WebP. */
export async function rgbFiles(patches: readonly Samples[], profile?: Buffer): Promise<Files> {
  const chart: Chart = { patches, side: SIDE };
  const size = sizeOf(chart);
  const [deep, tags, chunks] = [[16, 16, 16], tagsOf(profile), chunksOf(profile)];
  const image = sharp(pixelsOf(chart, 8), { raw: { ...size, channels: 3 } });
  const jpeg = (progressive: boolean) =>
    image.clone().jpeg({ quality: 95, chromaSubsampling: '4:4:4', progressive }).toBuffer();
  const [baseline, progressive] = [await jpeg(false), await jpeg(true)];
  const webp = await image.clone().webp({ lossless: true, effort: 0 }).toBuffer();
  return {
    JPEG: profile === undefined ? baseline : jpegWithProfile(baseline, profile),
    'progressive JPEG': profile === undefined ? progressive : jpegWithProfile(progressive, profile),
    PNG: pngFile({ ...size, depth: 8, type: 'rgb', data: pixelsOf(chart, 8), chunks }),
    'PNG of 16 bits': pngFile({ ...size, depth: 16, type: 'rgb', data: pixelsOf(chart, 16, 'BE'), chunks }),
    TIFF: tiffFile({ ...size, photometric: 2, data: [pixelsOf(chart, 8)], tags }),
    'TIFF of 16 bits': tiffFile({ ...size, photometric: 2, bits: deep, data: [pixelsOf(chart, 16)], tags }),
    WebP: profile === undefined ? webp : webpWithProfile(webp, size, profile),
  };
}

/** Grey in JPEG, PNG and TIFF; of 16 bits also with an alpha channel that is opaque. */
export async function greyFiles(greys: readonly number[], profile?: Buffer): Promise<Files> {
  const chart: Chart = { patches: greys.map((grey) => [grey]), side: SIDE };
  const withAlpha: Chart = { patches: greys.map((grey) => [grey, 1]), side: SIDE };
  const size = sizeOf(chart);
  const [tags, chunks] = [tagsOf(profile), chunksOf(profile)];
  const image = sharp(pixelsOf(chart, 8), { raw: { ...size, channels: 1 } }).toColourspace('b-w');
  const jpeg = await image.jpeg({ quality: 95 }).toBuffer();
  const png = { ...size, chunks } as const;
  return {
    JPEG: profile === undefined ? jpeg : jpegWithProfile(jpeg, profile),
    PNG: pngFile({ ...png, depth: 8, type: 'grey', data: pixelsOf(chart, 8) }),
    'PNG of 16 bits': pngFile({ ...png, depth: 16, type: 'grey', data: pixelsOf(chart, 16, 'BE') }),
    'PNG with alpha': pngFile({ ...png, depth: 8, type: 'greyAlpha', data: pixelsOf(withAlpha, 8) }),
    'PNG of 16 bits with alpha': pngFile({
      ...png,
      depth: 16,
      type: 'greyAlpha',
      data: pixelsOf(withAlpha, 16, 'BE'),
    }),
    TIFF: tiffFile({ ...size, photometric: 1, bits: [8], data: [pixelsOf(chart, 8)], tags }),
    'TIFF of 16 bits': tiffFile({ ...size, photometric: 1, bits: [16], data: [pixelsOf(chart, 16)], tags }),
  };
}

/** Inks in TIFF, and in the JPEGs that Adobe's programs write: inverted, as they are or as YCCK. */
export function cmykFiles(inks: readonly Samples[], profile?: Buffer): Files {
  const chart: Chart = { patches: inks, side: SIDE };
  const size = sizeOf(chart);
  const tags = tagsOf(profile);
  const segments = profile === undefined ? [] : profileSegments(profile);
  const jpeg = (patches: readonly Samples[], transform: 0 | 2) => {
    const raw = { ...size, data: pixelsOf({ patches, side: SIDE }, 8) };
    const steps = [stepsOf(1, 0), stepsOf(1, 0)] as const;
    return encodeJpeg(raw, { steps, segments: [adobeSegment(transform), ...segments] });
  };
  const four = (bits: number) => [bits, bits, bits, bits];
  return {
    TIFF: tiffFile({ ...size, photometric: 5, bits: four(8), data: [pixelsOf(chart, 8)], tags }),
    'TIFF of 16 bits': tiffFile({
      ...size,
      photometric: 5,
      bits: four(16),
      data: [pixelsOf(chart, 16)],
      tags,
    }),
    JPEG: jpeg(
      inks.map((patch) => patch.map((ink) => 1 - ink)),
      0,
    ),
    'JPEG as YCCK': jpeg(inks.map(ycck), 2),
  };
}

/** Y, Cb and Cr (T.871, 7) of what three inverted inks leave of the light, inverted; and the inverted black. */
function ycck([cyan = 0, magenta = 0, yellow = 0, black = 0]: Samples): Samples {
  return [
    0.299 * cyan + 0.587 * magenta + 0.114 * yellow,
    128 / 255 - 0.168736 * cyan - 0.331264 * magenta + 0.5 * yellow,
    128 / 255 + 0.5 * cyan - 0.418688 * magenta - 0.081312 * yellow,
    1 - black,
  ];
}
