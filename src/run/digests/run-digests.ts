// The digests of a run: of its variants, and of its decoders under its options.

import { decoders, type SourceFormat } from '../../image/decoders/index.js';
import { type RendererVersion, rendererVersion } from '../../image/renderer-version.js';
import { Digests, digestOf, digestOfHalves, type Versions } from '../../manifest/digests/digests.js';
import { VERSION_1_VERSIONS } from '../../manifest/digests/version-1.js';
import type { ResolvedOptions } from '../../options/options.js';
import { digestParts } from '../../options/variant.js';
import type { MadeBy } from '../../pool/job-pool.js';
import { Version1Digests } from './version-1-digests.js';

/** What the run wants, and what it would make it by. */
export function digestsOf({
  variants,
  decoding,
  keepVersions,
}: Pick<ResolvedOptions, 'variants' | 'decoding' | 'keepVersions'>): Digests {
  const renderer = rendererVersion();
  const formats = Object.keys(decoders) as SourceFormat[];
  const lacksPackage = (format: SourceFormat) => decoders[format].lacks?.(decoding)?.kind === 'package';
  const versions = namedVersions(renderer);
  const ofDecoder = (format: SourceFormat, by: Versions) =>
    digestOfHalves(decoders[format].heeds?.(decoding) ?? {}, versionsFor(format, by));
  // What fails by its full picture may have a thumbnail by a smaller one, and the other way round: it is tried again.
  const { embedded, jpegReader } = decoding;
  const ofVariants = variants.map((variant) => [variant.name, digestOf(digestParts(variant))] as const);
  const failed = { variants: ofVariants.map(([, digest]) => digest).sort(), embedded, jpegReader };
  const earlier = new Version1Digests(variants, decoding, [renderer, version1Renderer]);
  /** Most records of a manifest have the same digest. */
  const ofVersion1 = new Map<string, ReturnType<typeof madeInVersion1>>();
  const madeInVersion1 = (digest: string, format: SourceFormat) => {
    // A record may say anything.
    const found = Object.hasOwn(decoders, format) ? earlier.find(digest, format) : undefined;
    if (found === undefined) return 'unknown';
    const { variant, isCurrent } = found;
    const decoder = ofDecoder(format, isCurrent ? versions : VERSION_1_VERSIONS);
    return { variant: variant.name, digest: digestOf(digestParts(variant)), decoder };
  };
  return new Digests({
    wanted: variants.map(({ name }) => name),
    variants: Object.fromEntries(ofVariants),
    decoders: Object.fromEntries(formats.map((format) => [format, ofDecoder(format, versions)])),
    failures: digestOfHalves(failed, { ...renderer }),
    versions,
    unreadable: new Set(formats.filter(lacksPackage)),
    keepVersions,
    ofVersion1: (digest, format) => {
      const key = `${format} ${digest}`;
      const known = ofVersion1.get(key) ?? madeInVersion1(digest, format);
      ofVersion1.set(key, known);
      return known === 'unknown' ? undefined : known;
    },
    failureOfVersion1: (digest) => {
      const isCurrent = earlier.findFailure(digest);
      return isCurrent === undefined
        ? undefined
        : digestOfHalves(failed, { ...(isCurrent ? renderer : version1Renderer) });
    },
  });
}

/** What decides the bytes of a run's thumbnails, for consumers on other hosts to compare with their own. */
export function madeBy({ run: { variants, decoders, failures, versions } }: Digests): MadeBy {
  return { digest: digestOf({ variants, decoders, failures }), versions };
}

/** The renderer's versions, and those that decoders have of their own as `heic libheif-js`. */
function namedVersions(renderer: RendererVersion): Versions {
  const own = Object.entries(decoders).flatMap(([format, decoder]) =>
    Object.entries(decoder.versions?.() ?? {}).map(
      ([name, version]) => [`${format} ${name}`, version] as const,
    ),
  );
  const found = [...Object.entries(renderer), ...own];
  return Object.fromEntries(
    found.filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

/** Those versions that decide the pixels of a format. */
function versionsFor(format: SourceFormat, versions: Versions): Versions {
  const isOwn = (name: string) => !name.includes(' ') || name.startsWith(`${format} `);
  return Object.fromEntries(Object.entries(versions).filter(([name]) => isOwn(name)));
}

const version1Renderer: RendererVersion = {
  thumbs: Number(VERSION_1_VERSIONS.thumbs),
  sharp: String(VERSION_1_VERSIONS.sharp),
  libvips: String(VERSION_1_VERSIONS.libvips),
};
