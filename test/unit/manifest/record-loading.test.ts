// An index reads most lines by one expression and any other by JSON.parse(): it makes no difference which.

import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { entries, openManifest } from '../../../src/manifest/reading.js';
import { contentOf, type ManifestRecord, type ThumbnailEntry } from '../../../src/manifest/record.js';
import { RecordIndex } from '../../../src/manifest/record-index.js';
import { nameOf } from '../../../src/manifest/source-names.js';
import { ManifestStore } from '../../../src/manifest/store.js';
import { jsonLine } from '../../../src/printable.js';
import { finishInTurns, type Steps } from '../../../src/steps.js';
import {
  failedRecord,
  manifestPath,
  THUMBNAIL,
  testDigests,
  VARIANT,
  writeRecords,
} from '../../support/manifests.js';

/** @param made Of its thumbnail. */
function done(source: string, changes: object = {}, made: Partial<ThumbnailEntry> = {}): ManifestRecord {
  return {
    source,
    status: 'done',
    thumbnails: [{ variant: VARIANT, file: THUMBNAIL, width: 200, height: 133, bytes: 50_000, ...made }],
    ...{ sourceFormat: 'jpeg', sourceWidth: 3872, sourceHeight: 2592, sourceBytes: 2_000_000 },
    ...{ sourceMtimeMs: 1_763_676_000_000, sourceMtimeNs: '1763676000000123456', sourceXxh128: 'one' },
    ...changes,
  };
}

const from = { from: 'embedded', fromWidth: 320, fromHeight: 240 } as const;

const usual = [
  done('a.jpg'),
  done('../photos/2024/a b.jpg', { takenAt: null }),
  done('../Fotos/Übersicht/日本.jpg', { takenAt: '2024-05-01T12:30:05+02:00' }),
  done('p/b.heic', { sourceFormat: 'heic' }, from),
  done('p/c.jpg', { takenAt: null, placeholder: 'aGFzaA==', redo: true }, from),
  done('p/d.cr2', { sourceXxh128: undefined, sourcePartialXxh128: 'two', redo: true }),
].map(jsonLine);

const entry = { file: THUMBNAIL, width: 1, height: 1, bytes: 1 };

const unusual = [
  failedRecord('x/a.jpg'),
  { ...failedRecord('x/b.jpg'), sourceBytes: 5, sourceXxh128: 'x', digest: 'other' },
  { ...done('x/\ufffd.jpg'), sourceNameBase64: Buffer.from('x/\xe9.jpg', 'latin1').toString('base64') },
  done('x/a"b\\c\u0001\u2028.jpg'),
  done('x/old.jpg', { sourceMtimeMs: -5 }),
  done('x/options.heic', { sourceFormat: 'heic' }, { ...from, digest: 'other' }),
  done('x/own.cr2', { sourceXxh128: undefined, sourcePartialXxh128: 'two' }, { digest: 'digest' }),
  done('x/versions.jpg', {}, { decoder: 'other' }),
  done('x/variant.jpg', {}, { variant: 'other' }),
  done('x/two.jpg', { thumbnails: [VARIANT, 'other'].map((variant) => ({ ...entry, variant })) }),
].map(jsonLine);

/** The manifest's index, with what it reads of it, in one value. */
function indexed(manifest: string): unknown {
  const index = RecordIndex.openExisting(manifest, { digests: testDigests(), dropDamaged: true });
  const sources = [...index.positions.sources()].map(([source, row]) => [source, index.positions.at(row)]);
  const { damagedLines, isSorted, end } = index;
  const sizes = [5, 2_000_000].map((bytes) => [...index.ofSize(bytes)].map(([{ source }]) => source).sort());
  index.close();
  return { sources: Object.fromEntries(sources), damagedLines, isSorted, end, sizes };
}

/** Whether {@link testDigests} would make a thumbnail of it, or its failure, in the same way. */
function isCurrent(record: ManifestRecord): boolean {
  if (record.status === 'failed') return (record.digest ?? 'digest') === 'digest';
  return record.thumbnails.some(({ variant, digest, decoder = 'decoder' }) => {
    const own = digest ?? (variant === VARIANT ? 'digest' : 'none');
    return own === 'digest' && decoder === 'decoder';
  });
}

/** The same by parsing and checking each line. */
function parsed(manifest: string): unknown {
  const descriptor = openManifest(manifest);
  const lines = [...entries(manifest, descriptor)];
  fs.closeSync(descriptor);
  const sources: Record<string, object> = {};
  const found = new Map<string, ManifestRecord>();
  for (const { record, offset, length } of lines) {
    if (record === undefined) continue;
    sources[nameOf(record)] = { offset, length };
    found.set(nameOf(record), record);
  }
  const last = lines.at(-1);
  const end =
    last === undefined ? fs.readFileSync(manifest).indexOf('\n') + 1 : last.offset + last.length + 1;
  const damagedLines = lines.flatMap(({ record, number }) => (record === undefined ? [number] : []));
  const names = lines.flatMap(({ record }) => (record === undefined ? [] : nameOf(record)));
  const isSorted =
    damagedLines.length === 0 &&
    fs.statSync(manifest).size === end &&
    names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name);
  const isFound = (record: ManifestRecord) =>
    isCurrent(record) && record.redo !== true && contentOf(record) !== undefined;
  const sizes = [5, 2_000_000].map((bytes) =>
    [...found.values()]
      .flatMap((record) => (record.sourceBytes === bytes && isFound(record) ? record.source : []))
      .sort(),
  );
  return { sources, damagedLines, isSorted, end, sizes };
}

function manifestOf(lines: readonly string[], end = '\n'): string {
  const manifest = manifestPath();
  writeRecords(manifest, []);
  fs.appendFileSync(manifest, lines.map((line) => line + end).join(''));
  return manifest;
}

test.each([
  ['usual', usual],
  ['unusual', unusual],
  ['sorted', [...usual, ...unusual].sort()],
  ['repeated', [...usual, ...unusual, ...usual]],
])('%s lines are read as their JSON says', (_, lines) => {
  for (const end of ['\n', '\r\n']) {
    const manifest = manifestOf(lines, end);
    expect(indexed(manifest)).toEqual(parsed(manifest));
  }
});

test('whatever is changed in a line, it is a record or damaged as its JSON says', () => {
  const changes: Array<[string | RegExp, string]> = [
    [/"width":200/, '"width":2.5'],
    [/"width":200/, '"width":2e2'],
    [/"width":200/, '"width":-200'],
    [/"width":200/, '"width":0200'],
    [/"width":200/, `"width":${'9'.repeat(400)}`],
    [/"width":200/, '"width":"200"'],
    [/"bytes":50000/, '"bytes":null'],
    [/abab/, 'ABAB'],
    [/\.png/, '.exe'],
    [/abab/, '../../'],
    [/,"sourceXxh128":"one"/, ''],
    [/,"sourceXxh128":"one"/, ',"sourceXxh128":"one","sourceXxh128":"two"'],
    [/\}$/, ',"status":"failed"}'],
    [/\}$/, ',"status":"failed","error":{"code":"CORRUPT","message":""}}'],
    [/\}$/, ',"source":5}'],
    [/\}$/, ',"redo":false}'],
    [/\}$/, ',"sourceBytes":5}'],
    [/"bytes":50000/, '"bytes":50000,"digest":"other"'],
    [/"bytes":50000/, '"bytes":50000,"decoder":"other"'],
    [/"variant":"200x200"/, '"variant":"other"'],
    [/"variant":"200x200"/, '"variant":"200X200"'],
    [/\}$/, ',"digest":"other"}'],
    [/\}$/, ',}'],
    [/\}$/, '}}'],
    [/\}$/, '} '],
    [/\}$/, ''],
    [/^/, ' '],
    [/,/g, ' , '],
    [/"source"/, '"sourc\\u0065"'],
    [/"source":"/, '"source":"\t'],
    [/"jpeg"/, '"jp\teg"'],
    [/"jpeg"/, '"jp\\q"'],
    [/"jpeg"/, '5'],
  ];
  for (const line of usual) {
    const changed = changes.map(([what, by]) => line.replace(what, by));
    const manifest = manifestOf([line, ...changed, line.replace('"source":"', '"source":"z')]);
    expect(indexed(manifest)).toEqual(parsed(manifest));
  }
});

test('a name that is not UTF-8 in the manifest is read as any other text is', () => {
  const manifest = manifestOf([]);
  const bytes = Buffer.from(`${usual[1]}\n`);
  bytes[bytes.indexOf('2024')] = 0xe9;
  bytes[bytes.indexOf('a b.jpg')] = 0xe9;
  fs.appendFileSync(manifest, bytes);
  expect(indexed(manifest)).toEqual(parsed(manifest));
});

test('lines as a run writes them are not parsed, and a line longer than a block is read', () => {
  const long = jsonLine(failedRecord('y/long.jpg', 'x'.repeat(300_000)));
  const manifest = manifestOf([...usual, long]);
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());
  const index = RecordIndex.openExisting(manifest);
  onTestFinished(() => index.close());
  // The header, and the long one.
  expect(parse).toHaveBeenCalledTimes(2);
  parse.mockRestore();
  expect(index.find('y/long.jpg')).toEqual(JSON.parse(long));
  expect(index.find('a.jpg')).toEqual(JSON.parse(usual[0] ?? ''));
});

/** A manifest of several blocks. */
function largeManifest(): string {
  const manifest = manifestPath();
  writeRecords(
    manifest,
    Array.from({ length: 1000 }, (_, index) => done(`p/${String(index).padStart(4, '0')}.jpg`)),
  );
  return manifest;
}

function openDescriptors(): string[] {
  return fs.readdirSync('/proc/self/fd').sort();
}

test.each([
  ['read', 'digest', 4, 1],
  ['rewritten under other options', 'other', 9, 2],
])(
  'a manifest that is being %s may be left: nothing has changed, and no file is open',
  (_, digest, count, files) => {
    const manifest = largeManifest();
    const folder = path.dirname(manifest);
    const state = () => [
      fs.readFileSync(manifest, 'utf8') === text,
      fs.readdirSync(folder),
      openDescriptors(),
    ];
    const text = fs.readFileSync(manifest, 'utf8');
    const before = state();
    const opening = ManifestStore.openInSteps(manifest, testDigests(digest));
    for (let step = 0; step < count; step += 1) expect(opening.next().done).toBe(false);
    // The other one is the temporary file.
    expect(fs.readdirSync(folder)).toHaveLength(files);
    opening.return(undefined as never);
    expect(state()).toEqual(before);
  },
);

test('after an abort the work is left in the next turn of the event loop; without one it is finished', async () => {
  const manifest = largeManifest();
  const counted = { steps: 0 };
  function* counting(): Steps<RecordIndex> {
    const opening = RecordIndex.openExistingInSteps(manifest);
    for (;;) {
      const step = opening.next();
      if (step.done === true) return step.value;
      counted.steps += 1;
      yield;
    }
  }
  const all = await finishInTurns(counting(), new AbortController().signal);
  onTestFinished(() => all?.close());
  expect(all?.size).toBe(1000);
  expect(counted.steps).toBeGreaterThan(3);
  counted.steps = 0;
  const controller = new AbortController();
  const opened = finishInTurns(counting(), controller.signal);
  controller.abort();
  expect(await opened).toBeUndefined();
  expect(counted.steps).toBe(1);
});
