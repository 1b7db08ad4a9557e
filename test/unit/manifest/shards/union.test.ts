import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ManifestHeader } from '../../../../src/manifest/record.js';
import { headerLine, headerOf } from '../../../../src/manifest/rewriting.js';
import { isOfShard } from '../../../../src/manifest/shards/division.js';
import { type ShardManifest, unionOf } from '../../../../src/manifest/shards/union.js';
import { recordedName, sortNames } from '../../../../src/manifest/source-names.js';
import { failedRecord } from '../../../support/manifests.js';
import { temporaryFolder } from '../../../support/photos.js';

/** The manifests of `of` shards of these sources. */
function divided(sources: readonly string[], of: number): ShardManifest[] {
  const folder = temporaryFolder();
  const header: ManifestHeader = headerOf({ variants: {}, decoders: {}, failures: '', versions: {} });
  return Array.from({ length: of }, (_, index) => {
    const shard = { index: index + 1, of };
    const own = sortNames(sources.filter((source) => isOfShard(source, shard)));
    const records = own.map((source) => ({ ...failedRecord(source), ...recordedName(source) }));
    const file = path.join(folder, `${shard.index}.jsonl`);
    const lines = [headerLine(header), ...records.map((record) => JSON.stringify(record))];
    fs.writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    return { file, header, shard };
  });
}

const sources = Array.from({ length: 500 }, (_, photo) => {
  const folder = ['a', 'ä', 'caf\udce9', 'caf\ufffd', '\u{1f600}', '\uff21'][photo % 6];
  return `${folder}/${'x'.repeat((photo * 37) % 300)}${photo}.jpg`;
});

for (const of of [1, 2, 7, 700]) {
  test(`the records of ${of} shards come sorted as one manifest has them, whatever is read at once`, () => {
    const manifests = divided(sources, of);
    const sorted = sortNames([...sources]);
    for (const piece of [1, 64, 100_000])
      expect([...unionOf(manifests, piece)].map(({ name }) => name)).toEqual(sorted);
    const text = [...unionOf(manifests)].map((line) => line.text).join('');
    const lines = manifests.flatMap(({ file }) => fs.readFileSync(file, 'utf8').split('\n').slice(1, -1));
    expect(text.split('\n').slice(0, -1).sort()).toEqual(lines.sort());
  });
}
