// What libvips' decoders say of images, sorted: what costs no pixels, and what they cannot read although nothing is damaged. Whatever
// is in neither table means lost pixels. test/fixtures/odd-images has an example of each.

import type { DecoderFailure, SharpImage } from './sharp-image.js';

/** A warning that costs no pixels. */
interface Harmless {
  /** One line of it. */
  readonly line: RegExp;
  /**
   * The part of a JPEG in which alone the warning is harmless: the header, before any data is decoded, or the beginning of the only
   * scan. Elsewhere it may mean damaged data. libjpeg words its first warning alone, so the number of warnings counts as well.
   */
  readonly in?: 'header' | 'scan';
}

/** Tags of a TIFF without which its pixels, their colours and their orientation are the same. */
const DESCRIPTIVE_TAGS = [
  ...['DocumentName', 'ImageDescription', 'Make', 'Model', 'Software', 'DateTime', 'Artist', 'HostComputer'],
  ...['Copyright', 'PageName', 'PageNumber', 'XPosition', 'YPosition', 'XResolution', 'YResolution'],
  ...['ResolutionUnit', 'MinSampleValue', 'MaxSampleValue', 'SMinSampleValue', 'SMaxSampleValue'],
  ...['Threshholding', 'CellWidth', 'CellLength', 'FreeOffsets', 'FreeByteCounts', 'HalftoneHints'],
  ...['TargetPrinter', 'SubfileType', 'OldSubfileType', 'XMLPacket', 'RichTIFFIPTC'],
  ...['Photoshop', 'EXIFIFDOffset', 'GPSIFDOffset', 'InteroperabilityIFDOffset'],
].join('|');

const SAMPLE_COUNT =
  /^Sum of Photometric type-related color channels and ExtraSamples doesn't match SamplesPerPixel\./;

/** Whether a TIFF has other samples than its colours take: an alpha channel that it does not declare, or damaged tags. */
export function isOfSampleCount(line: string): boolean {
  return SAMPLE_COUNT.test(line);
}

/** In the wording of libjpeg, libtiff and libvips. */
export const harmless: readonly Harmless[] = [
  { line: /^Corrupt JPEG data: \d+ extraneous bytes before marker 0x[0-9a-f]{2}$/, in: 'header' },
  { line: /^Warning: unknown JFIF revision number \d+\.\d+$/, in: 'header' },
  { line: /^Invalid SOS parameters for sequential JPEG$/, in: 'scan' },
  { line: /^Invalid TIFF directory; tags are not sorted in ascending order$/ },
  {
    line: new RegExp(
      `^(?:Incorrect (?:count|value)|Incompatible type) for "(?:${DESCRIPTIVE_TAGS})"; tag ignored$`,
    ),
  },
  { line: new RegExp(`^IO error during reading of "(?:${DESCRIPTIVE_TAGS})"; tag ignored$`) },
  {
    line: /^Tag BitsPerSample entry count is \d+ , whereas it should be SamplesPerPixel=\d+\. Ignoring extra entries$/,
  },
  { line: /^ASCII value for tag "[^"]+" does not end in null byte\. Forcing it to be null$/ },
  { line: /^ASCII value for tag "[^"]+" contains null byte in value; value incorrectly truncated / },
  // Where libtiff then finds less data than the pixels take, it fails.
  { line: /^TIFF directory is missing required "StripByteCounts" field, calculating from imagelength$/ },
  { line: SAMPLE_COUNT },
  { line: /^assuming 8-bit palette$/ },
  { line: /^Old-style LZW codes, convert file$/ },
  { line: /^Auto-corrected former TIFF subsampling values / },
  {
    line: /^The JPEG strip\/tile is encoded with progressive mode, which is normally not legal for JPEG-in-TIFF\.$/,
  },
  {
    line: /^libtiff should be able to decode it, but it might cause compatibility issues with other readers$/,
  },
  // As without a profile.
  { line: /^corrupt profile$/ },
];

/** What libvips cannot read, and the reason in words. */
export const unsupported: ReadonlyArray<{
  readonly line: RegExp;
  readonly reason: (match: RegExpExecArray) => string;
}> = [
  { line: /^(.+ compression) support is not configured$/, reason: ([, name]) => `${name}` },
  {
    line: /^Compression scheme (\d+) \w+ decoding is not implemented$/,
    reason: ([, scheme]) => `compression scheme ${scheme}`,
  },
  { line: /^tiled separate planes not supported$/, reason: () => 'separate planes in tiles' },
  // Of a BigTIFF; tiff/lab.ts reads others. libvips 8.18 refuses its own representation of such an image.
  { line: /(?:^|: )bad labq format$/, reason: () => 'CIELAB colours in this form' },
  {
    line: /(?:^|: )samples_per_pixel not a whole number of bytes$/,
    reason: () => 'this number of bits a sample',
  },
  { line: /(?:^|: )unsupported tiff image type$/, reason: () => 'this type of samples' },
  { line: /^vips_colourspace: no known route from .+ to 'srgb'$/, reason: () => 'this colour space' },
  {
    line: /(?:^|: )Unsupported JPEG process: SOF type (0x[0-9a-f]{2})$/,
    reason: ([, type]) => `coding process ${type}`,
  },
  { line: /^Unsupported JPEG data precision (\d+)$/, reason: ([, bits]) => `${bits} bits a sample` },
];

/** What an image has that libvips cannot read; undefined when the failure has another cause. */
export function unsupportedFeature({ lines }: DecoderFailure): string | undefined {
  for (const { line: pattern, reason } of unsupported)
    for (const line of lines) {
      const match = pattern.exec(line);
      if (match !== null) return reason(match);
    }
  return undefined;
}

/** Whether a failure at the first warning may have been one at a harmless one. */
export function mayBeHarmless({ lines }: DecoderFailure): boolean {
  return lines.some((line) => entryOf(line) !== undefined);
}

/**
 * Whether all warnings of an image that was decoded in spite of them are harmless.
 * @param headerWarnings How many warnings libjpeg counted when it read the header alone.
 */
export function lostNoPixels({ warnings, warningCount }: SharpImage, headerWarnings: number): boolean {
  const entries = warnings.map(entryOf);
  if (entries.length === 0 || entries.includes(undefined)) return false;
  const isIn = (place: Harmless['in']) => entries.some((entry) => entry?.in === place);
  // The header gave no warning, so this one is about the data: libtiff reads the JPEGs within a TIFF.
  if (isIn('header') && headerWarnings === 0) return false;
  return warningCount === (headerWarnings === 0 && isIn('scan') ? 1 : headerWarnings);
}

function entryOf(line: string): Harmless | undefined {
  return harmless.find((entry) => entry.line.test(line));
}
