// Manifests of version 1, which knew one variant and had one digest for everything that decides pixels. They are read as if they were of
// version 2; the next run that opens one rewrites it.
//
//     {"manifest":"thumbs","version":1,"options":"<64 hex>"}
//     {"source":"../photos/a/IMG_1.jpg","status":"done","thumbnails":[{"file":"<64 hex>.png","width":200,...}],...}

import { type HeaderDigests, UNKNOWN_DECODER, type Versions } from './digests.js';

/** The name of a thumbnail of version 1 until a run finds out which of its variants it is. */
export const EARLIER_VARIANT = 'earlier';

/** The versions of the last release that wrote version 1: `thumbs` and those that `heic` and so on have of their own. */
export const VERSION_1_VERSIONS: Versions = {
  thumbs: 2,
  sharp: '0.35.5',
  libvips: '8.18.7',
  'png colours': 2,
  'webp scale': 2,
  'tiff colours': 2,
  'avif colours': 2,
  'heic reader': 1,
  'heic libheif-js': '1.23.2',
  'raw previews': 1,
};

/** What stands for the digests of a header of version 1, whose records all have digests of their own when they are read. */
export const VERSION_1_DIGESTS: HeaderDigests = {
  variants: {},
  decoders: {},
  failures: '',
  versions: VERSION_1_VERSIONS,
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * A record of version 1 as version 2 has it; anything else unchanged. `verify --repair` writes those that it marks as version 2 has them.
 * @param headerDigest The header's `options`.
 */
export function recordFromVersion1(value: unknown, headerDigest: string): unknown {
  if (!isFields(value)) return value;
  const { options = headerDigest, from, fromWidth, fromHeight, ...record } = value;
  if (record.status === 'failed') return { digest: options, ...record };
  if (!Array.isArray(record.thumbnails)) return value;
  const picture = from === undefined ? {} : { from, fromWidth, fromHeight };
  const thumbnails = record.thumbnails.map((entry: unknown) =>
    isFields(entry)
      ? {
          variant: EARLIER_VARIANT,
          ...entry,
          ...picture,
          digest: entry.digest ?? options,
          decoder: entry.decoder ?? UNKNOWN_DECODER,
        }
      : entry,
  );
  return { ...record, thumbnails };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
