// Whether manifests are those of all shards of one run, complete and made alike; and if not, which are the others.

import fs from 'node:fs';
import { emptyManifestError, manifestAccessError, mergeError } from '../../errors.js';
import type { Versions } from '../../manifest/digests/digests.js';
import { openManifest, readHeader } from '../../manifest/reading.js';
import type { ManifestHeader, ShardHeader } from '../../manifest/record.js';
import { headerLine } from '../../manifest/rewriting.js';
import type { ShardManifest } from '../../manifest/shards/union.js';
import { shardName } from '../../options/shard.js';
import { printable } from '../../printable.js';

/** A manifest as it was given, whose header was read. */
interface Given extends ShardManifest {
  readonly shard: ShardHeader;
}

/** All shards of one run. */
export interface CompleteShards {
  /** By their numbers. */
  readonly manifests: readonly ShardManifest[];
  /** The header of the merged manifest. */
  readonly header: ManifestHeader;
  /** As {@link ShardHeader.from}. */
  readonly from: string | undefined;
}

/**
 * @param files Real paths; one that does not exist is a shard that is missing.
 * @throws {ThumbsError} `MANIFEST`: a file is no manifest of a shard, or one is missing, incomplete, or made otherwise: each is named.
 */
export function requireAllShards(files: readonly string[]): CompleteShards {
  const given = files.filter((file) => fs.existsSync(file)).map(readGiven);
  const [first] = given;
  if (first === undefined)
    throw manifestAccessError(files[0] ?? '', 'read', new Error('there is no such file'));
  const problems = [
    ...divisionProblems(given, first.shard.of),
    ...missingProblems(given, first.shard.of),
    ...incompleteProblems(given),
    ...differenceProblems(given),
  ];
  if (problems.length > 0) throw mergeError(problems.join('; '));
  const { shard, ...header } = first.header;
  return {
    manifests: given.toSorted((one, other) => one.shard.index - other.shard.index),
    header,
    from: shard?.from,
  };
}

function readGiven(file: string): Given {
  const descriptor = openManifest(file);
  try {
    const header = readHeader(file, descriptor)?.header;
    if (header === undefined) throw emptyManifestError(file);
    if (header.shard === undefined) throw mergeError(`${file} is not the manifest of a shard`);
    return { file, header, shard: header.shard };
  } finally {
    fs.closeSync(descriptor);
  }
}

function divisionProblems(given: readonly Given[], of: number): string[] {
  const others = given.filter(({ shard }) => shard.of !== of);
  const names = others.map(({ file, shard }) => `${file} is that of shard ${shardName(shard)}`);
  return others.length === 0 ? [] : [`the others divide the photos by ${of}, and ${listed(names)}`];
}

function missingProblems(given: readonly Given[], of: number): string[] {
  const count = new Map<number, number>();
  for (const { shard } of given)
    if (shard.of === of) count.set(shard.index, (count.get(shard.index) ?? 0) + 1);
  const all = Array.from({ length: of }, (_, index) => index + 1);
  const named = (isMeant: (times: number) => boolean) =>
    all.filter((index) => isMeant(count.get(index) ?? 0)).map((index) => shardName({ index, of }));
  return [
    ...sentence(
      named((times) => times > 1),
      'is given twice',
      'are given twice',
    ),
    ...sentence(
      named((times) => times === 0),
      'is missing',
      'are missing',
    ),
  ];
}

function incompleteProblems(given: readonly Given[]): string[] {
  const names = given.filter(({ shard }) => shard.complete !== true).map(({ shard }) => shardName(shard));
  const which = 'not complete: interrupted, or still running (the same command again completes it)';
  return sentence(names, `is ${which}`, `are ${which}`);
}

/** What differs between shards is said of those that are fewer. */
function differenceProblems(given: readonly Given[]): string[] {
  const digestsOf = ({ header }: Given) => headerLine({ ...header, shard: undefined });
  const most = mostFrequent(given, digestsOf);
  const others = given.filter((each) => digestsOf(each) !== digestsOf(most));
  const causes = [...groupBy(others, (each) => cause(each, most))];
  const options = mostFrequent(given, ({ shard }) => shard.options).shard.options;
  const from = mostFrequent(given, ({ shard }) => shard.from ?? '').shard.from;
  const run = (verb: string) => `${verb} run over other paths or with other options than the others`;
  const began = 'began with another merged manifest than the others, at an earlier time: run it again';
  return [
    ...causes.flatMap(([why, group]) => sentence(namesOf(group), `was ${why}`, `were ${why}`)),
    ...sentence(namesOf(given.filter(({ shard }) => shard.options !== options)), run('was'), run('were')),
    ...sentence(namesOf(given.filter(({ shard }) => shard.from !== from)), began, began),
  ];
}

function cause({ header }: Given, most: Given): string {
  const versions = versionDifferences(header.versions, most.header.versions);
  return versions === '' ? 'made with other options than the others' : `made with ${versions}`;
}

/** `sharp 0.35.5 instead of 0.36.0` */
function versionDifferences(versions: Versions, most: Versions): string {
  return [...new Set([...Object.keys(versions), ...Object.keys(most)])]
    .filter((name) => versions[name] !== most[name])
    .map((name) => `${name} ${versions[name] ?? 'missing'} instead of ${most[name] ?? 'none'}`)
    .join(', ');
}

function namesOf(given: readonly Given[]): string[] {
  return given.map(({ shard }) => shardName(shard));
}

function mostFrequent(given: readonly Given[], keyOf: (each: Given) => string): Given {
  const groups = [...groupBy(given, keyOf).values()].sort((one, other) => other.length - one.length);
  const most = groups[0]?.[0];
  if (most === undefined) throw new RangeError('Expected at least one manifest');
  return most;
}

function groupBy(given: readonly Given[], keyOf: (each: Given) => string): Map<string, Given[]> {
  const groups = new Map<string, Given[]>();
  for (const each of given) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return groups;
}

/** `shards 3/8 and 5/8 are missing`; nothing where there is no name. */
function sentence(names: readonly string[], one: string, several: string): string[] {
  if (names.length === 0) return [];
  return names.length === 1 ? [`shard ${names[0]} ${one}`] : [`shards ${listed(names)} ${several}`];
}

/** Names that a message has. */
const MOST_NAMED = 20;

/** `3/8, 4/8 and 5/8` */
function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const shown = more > 0 ? [...names.slice(0, MOST_NAMED), `${more} more`] : names;
  const [last = '', ...others] = shown.toReversed();
  return printable(others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`);
}
