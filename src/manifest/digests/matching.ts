// Which thumbnails of a record are those that a run wants.

import {
  type DoneRecord,
  type FailedRecord,
  type ManifestRecord,
  madeOf,
  type ThumbnailEntry,
} from '../record.js';
import {
  type Digests,
  type HeaderDigests,
  type Made,
  type MadeVariant,
  ownValue,
  type Standing,
  UNKNOWN_DECODER,
} from './digests.js';

/** A thumbnail as it was found, with everything that it was made by. */
export type KeptEntry = ThumbnailEntry & Made;

/** What a record has of what a run wants. */
export interface Match {
  /** For each wanted variant, in their order: its thumbnail, under the name that the run has for it; undefined where there is none. */
  readonly entries: ReadonlyArray<KeptEntry | undefined>;
  /** `current` if there is any; `outdated` if there would be but for the versions. */
  readonly standing: Standing;
}

/** @param header Of the manifest that has the record. */
export function matchRecord(record: DoneRecord, header: HeaderDigests, digests: Digests): Match {
  const { sourceFormat, thumbnails } = record;
  const found = thumbnails.map((entry) => {
    const { digest, decoder } = madeUnder(entry, record, header, digests);
    return { ...entry, digest, decoder, standing: digests.standing(sourceFormat, decoder) };
  });
  let isOutdated = false;
  const entries = digests.wanted.map((variant) => {
    const same = found.filter(({ digest }) => digest === digests.ofVariant(variant));
    const current = same.filter(({ standing }) => standing === 'current');
    isOutdated ||= same.some(({ standing }) => standing === 'outdated');
    const entry = current.find((each) => each.variant === variant) ?? current[0];
    if (entry === undefined) return undefined;
    const { standing: _, ...kept } = entry;
    return { ...kept, variant };
  });
  const hasAny = entries.some((entry) => entry !== undefined);
  return { entries, standing: hasAny ? 'current' : isOutdated ? 'outdated' : 'other' };
}

/**
 * Whether a record has the wanted variants alone, in their order, all made by the header's digests, and these are current. It is what
 * {@link matchRecord} finds, in a fraction of the time.
 */
export function hasAllWanted(
  { sourceFormat, thumbnails }: DoneRecord,
  header: HeaderDigests,
  digests: Digests,
): boolean {
  const { wanted } = digests;
  return (
    thumbnails.length === wanted.length &&
    thumbnails.every(
      ({ variant, digest, decoder }, index) =>
        variant === wanted[index] &&
        digest === undefined &&
        decoder === undefined &&
        ownValue(header.variants, variant) === digests.ofVariant(variant),
    ) &&
    digests.standing(sourceFormat, ownValue(header.decoders, sourceFormat) ?? UNKNOWN_DECODER) === 'current'
  );
}

/** What an entry was made by, of version 1, too, and the variant's name. */
function madeUnder(
  entry: ThumbnailEntry,
  { sourceFormat }: DoneRecord,
  header: HeaderDigests,
  digests: Digests,
): MadeVariant {
  const made = { variant: entry.variant, ...madeOf(entry, sourceFormat, header) };
  if (made.decoder !== UNKNOWN_DECODER) return made;
  return digests.run.ofVersion1(made.digest, sourceFormat) ?? made;
}

/** The digest of what a photo failed under. */
export function failureDigest({ digest }: FailedRecord, header: HeaderDigests, digests?: Digests): string {
  const found = digest ?? header.failures;
  return digests?.run.failureOfVersion1(found) ?? found;
}

/** How a record compares with what a run wants. */
export function standingOf(record: ManifestRecord, header: HeaderDigests, digests: Digests): Standing {
  return record.status === 'done'
    ? matchRecord(record, header, digests).standing
    : digests.standingOfFailure(failureDigest(record, header, digests));
}

/**
 * A record with those digests alone that are not the header's.
 * @param made What a thumbnail of this variant is made by that has no digest of its own.
 */
export function compactRecord(
  record: ManifestRecord,
  header: HeaderDigests,
  made: (variant: string, format: string) => Made,
): ManifestRecord {
  if (record.status === 'failed') {
    const { digest, ...rest } = record;
    return digest === undefined || digest === header.failures ? rest : { ...rest, digest };
  }
  const { sourceFormat } = record;
  const thumbnails = record.thumbnails.map(({ digest, decoder, ...entry }): ThumbnailEntry => {
    const by =
      digest === undefined
        ? made(entry.variant, sourceFormat)
        : { digest, decoder: decoder ?? UNKNOWN_DECODER };
    const isOfHeader = by.digest === ownValue(header.variants, entry.variant);
    const isHeadersDecoder = by.decoder === ownValue(header.decoders, sourceFormat);
    return {
      ...entry,
      ...(isOfHeader ? {} : { digest: by.digest }),
      ...(isHeadersDecoder ? {} : { decoder: by.decoder }),
    };
  });
  return { ...record, thumbnails };
}

/** A record of another header, under the names and digests of this one. */
export function recordUnder(
  record: ManifestRecord,
  {
    from,
    to,
    digests,
  }: { readonly from: HeaderDigests; readonly to: HeaderDigests; readonly digests: Digests },
): ManifestRecord {
  if (record.status === 'failed')
    return compactRecord({ ...record, digest: failureDigest(record, from, digests) }, to, noneMade);
  const thumbnails = record.thumbnails.map(
    (entry): KeptEntry => ({ ...entry, ...madeUnder(entry, record, from, digests) }),
  );
  return compactRecord({ ...record, thumbnails }, to, noneMade);
}

function noneMade(): Made {
  return { digest: '', decoder: UNKNOWN_DECODER };
}
