// A manifest with one byte changed: what the program relies upon is made again or refused, never taken from it.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sourceFacts } from '../../../src/files/source.js';
import type { ManifestRecord } from '../../../src/manifest/record.js';
import type { ManifestStore } from '../../../src/manifest/store.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import { Planner } from '../../../src/producer/planner/planner.js';
import { digestsOf } from '../../../src/run/digests/run-digests.js';
import { plannerOptions } from '../../../src/run/planning.js';
import { runFolder } from '../../support/in-process/run.js';
import { openStore } from '../../support/manifests.js';
import { recordsIn } from '../../support/output.js';
import { damagedImages } from '../../support/paths.js';
import { mutate, photoFolder } from '../../support/photos.js';

/** A photo and a damaged one after a run: the manifest has a header, a failed record and a done one. */
async function finishedRun() {
  const { folder, out } = photoFolder(1);
  fs.copyFileSync(path.join(damagedImages, 'truncated.jpg'), path.join(folder, 'photos/broken.jpg'));
  await runFolder(folder);
  const manifest = path.join(out, 'manifest.jsonl');
  return { folder, out, manifest, intact: fs.readFileSync(manifest) };
}

/** What a run relies upon of a record; the rest only describes the photo. */
function reliedUpon(record: ManifestRecord): unknown {
  const { source, status, sourceBytes, sourceMtimeMs, sourceMtimeNs } = record;
  const result =
    record.status === 'failed'
      ? record.error.code
      : record.thumbnails.map(({ file, bytes }) => [file, bytes]);
  return { source, status, sourceBytes, sourceMtimeMs, sourceMtimeNs, result };
}

test('with any byte of a record changed, the manifest is refused, or the planner relies on nothing that has changed', async () => {
  const { folder, out, manifest, intact } = await finishedRun();
  const photos = fs.readdirSync(path.join(folder, 'photos')).map((name) => {
    const file = path.join(folder, 'photos', name);
    return { file, facts: sourceFacts(fs.statSync(file, { bigint: true })) };
  });
  const options = resolveOptions([path.join(folder, 'photos')], { out });
  const digests = digestsOf(options);
  const expected = new Map(recordsIn(out).map((record) => [record.source, reliedUpon(record)]));
  const seen = { refused: 0, planned: 0, unnoticed: 0 };
  for (let at = intact.indexOf('\n') + 1; at < intact.length; at += 1) {
    const damaged = Buffer.from(intact);
    damaged[at] = intact.readUInt8(at) ^ 1;
    fs.writeFileSync(manifest, damaged);
    let store: ManifestStore;
    try {
      store = openStore(manifest, digests);
    } catch (error) {
      const message = expect.stringMatching(/line [23] is not a record/);
      expect(error).toMatchObject({ code: 'MANIFEST', message });
      expect(fs.readFileSync(manifest).equals(damaged)).toBe(true);
      seen.refused += 1;
      continue;
    }
    const planner = new Planner(store.records, plannerOptions(options, digests));
    const plans = photos.map(({ file, facts }) => planner.planFor(file, facts, true));
    store.close();
    for (const plan of plans) {
      if (plan.type === 'unchanged')
        expect(reliedUpon(plan.record)).toEqual(expected.get(plan.record.source));
    }
    if (plans.some(({ type }) => type === 'job')) seen.planned += 1;
    else seen.unnoticed += 1;
  }
  expect(seen.refused).toBeGreaterThan(150);
  expect(seen.planned).toBeGreaterThan(150);
  expect(seen.unnoticed).toBeGreaterThan(50);
});

/** Where the byte is, as the group of a pattern, and what becomes of the manifest. */
const fields: ReadonlyArray<
  readonly [where: string, byte: RegExp, end: 'restored' | 'refused' | 'left as it is']
> = [
  ['a key', /"(s)ource":"[^"]*photo-1/, 'refused'],
  ['the name of a source', /"source":"[^"]*p(h)oto-1/, 'restored'],
  ['a status', /"status":"(d)one"/, 'refused'],
  ['the SHA-256 of a thumbnail', /"file":"[a-f]*(\d)/, 'restored'],
  ['the extension of a thumbnail', /"file":"[0-9a-f]{64}\.p(n)g"/, 'refused'],
  ['the width of a thumbnail', /"width":\d*(\d)/, 'left as it is'],
  ['the bytes of a thumbnail', /"bytes":\d*(\d)/, 'restored'],
  ['the bytes of a source', /photo-1.*"sourceBytes":\d*(\d)/, 'restored'],
  ['the bytes of a source that failed', /"sourceBytes":\d*(\d).*photo-1/s, 'restored'],
  ['the nanoseconds of a source', /photo-1.*"sourceMtimeNs":"\d*(\d)"/, 'restored'],
  ['the code of a failure', /"code":"C(O)RRUPT"/, 'restored'],
  ['the message of a failure', /"message":"[^"]*(d)amaged/, 'left as it is'],
  ['the end of a line', /}(\n){"source":"[^"]*photo-1/, 'refused'],
];

for (const [where, byte, end] of fields) {
  test(`a manifest with a byte changed in ${where} is ${end} by a run`, async () => {
    const { folder, out, manifest, intact } = await finishedRun();
    const expected = recordsIn(out).map(reliedUpon);
    const match = new RegExp(byte, `${byte.flags}d`).exec(intact.toString());
    mutate(manifest, match?.indices?.[1]?.[0] ?? Number.NaN);
    const damaged = fs.readFileSync(manifest);
    expect(damaged).not.toEqual(intact);
    if (end === 'refused') {
      await expect(runFolder(folder)).rejects.toMatchObject({ code: 'MANIFEST' });
      expect(fs.readFileSync(manifest)).toEqual(damaged);
      return;
    }
    await runFolder(folder);
    expect(fs.readFileSync(manifest)).toEqual(end === 'restored' ? intact : damaged);
    expect(recordsIn(out).map(reliedUpon)).toEqual(expected);
  });
}
