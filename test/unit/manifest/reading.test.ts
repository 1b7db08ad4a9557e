// Manifests that are incomplete, damaged, or something else.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EARLIER_VARIANT } from '../../../src/manifest/digests/version-1.js';
import { readManifest } from '../../../src/manifest/reading.js';
import { nameOf, recordedName } from '../../../src/manifest/source-names.js';
import {
  doneRecord,
  failedRecord,
  manifestPath,
  openStore,
  sourcesIn,
  testDigests,
  VARIANT,
  writeRecords,
} from '../../support/manifests.js';
import { isOfHeader, onlyThumbnail } from '../../support/output.js';
import { temporaryFolder } from '../../support/photos.js';

test('a manifest cut off at any byte of its last line is read up to the line before, and continued', () => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('a'), failedRecord('é'), failedRecord('ü')]);
  const complete = fs.readFileSync(file);
  const lastLine = complete.lastIndexOf('\n', complete.length - 2) + 1;
  for (let end = lastLine; end < complete.length; end += 1) {
    fs.writeFileSync(file, complete.subarray(0, end));
    expect(sourcesIn(file)).toEqual(['a', 'é']);
    writeRecords(file, [failedRecord('n')]);
    expect(sourcesIn(file)).toEqual(['a', 'n', 'é']);
  }
});

test('a manifest cut off in its header has no records, and is written again', () => {
  const file = manifestPath();
  writeRecords(file, []);
  const header = fs.readFileSync(file, 'utf8').trimEnd();
  for (let end = 0; end <= header.length; end += 1) {
    fs.writeFileSync(file, header.slice(0, end));
    writeRecords(file, [failedRecord('n')]);
    expect(sourcesIn(file)).toEqual(['n']);
  }
  const spaced = JSON.stringify(JSON.parse(header), null, 1).replaceAll('\n', '');
  for (const other of [spaced, '{"manifest": "thumbs", "version": 1, "options": "digest"}']) {
    fs.writeFileSync(file, other);
    writeRecords(file, [failedRecord('n')]);
    expect(sourcesIn(file)).toEqual(['n']);
  }
});

test('a manifest of version 1 is read as one of this version, and cut off in its header it has no records', () => {
  const file = manifestPath();
  const header = '{"manifest":"thumbs","version":1,"options":"digest"}';
  const { variant: _, ...entry } = onlyThumbnail(doneRecord(''));
  const done = { ...doneRecord('b'), thumbnails: [entry] };
  const from = { from: 'embedded', fromWidth: 320, fromHeight: 240 } as const;
  const records = [
    failedRecord('a'),
    { ...done, options: 'other', ...from },
    { ...done, source: 'c' },
    { ...failedRecord('d'), options: 'other' },
  ];
  fs.writeFileSync(file, `${header}\n${records.map((record) => `${JSON.stringify(record)}\n`).join('')}`);
  expect([...readManifest(file)]).toEqual([
    { ...failedRecord('a'), digest: 'digest' },
    doneRecord('b', { variant: EARLIER_VARIANT, ...from, digest: 'other', decoder: '' }),
    doneRecord('c', { variant: EARLIER_VARIANT, digest: 'digest', decoder: '' }),
    { ...failedRecord('d'), digest: 'other' },
  ]);
  for (let end = 0; end <= header.length; end += 1) {
    fs.writeFileSync(file, header.slice(0, end));
    writeRecords(file, [failedRecord('n')]);
    expect(sourcesIn(file)).toEqual(['n']);
  }
});

test('a header with any byte changed is refused and left unchanged, or is that of other options', () => {
  const file = manifestPath();
  const digests = testDigests('digest', { decoders: { jpeg: 'decoder' } });
  writeRecords(file, [failedRecord('a'), doneRecord('b')], digests);
  const intact = fs.readFileSync(file);
  const seen = { refused: 0, others: 0 };
  for (let at = 0; at < intact.indexOf('\n'); at += 1) {
    for (const bit of [1, 16, 128]) {
      const bytes = Buffer.from(intact);
      bytes[at] = intact.readUInt8(at) ^ bit;
      fs.writeFileSync(file, bytes);
      try {
        const store = openStore(file, digests);
        expect([...store.records.all()].every(isOfHeader)).toBe(false);
        store.close();
        seen.others += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'MANIFEST' });
        expect(fs.readFileSync(file).equals(bytes)).toBe(true);
        seen.refused += 1;
      }
    }
  }
  expect(seen.refused).toBeGreaterThan(50);
  expect(seen.others).toBeGreaterThan(10);
});

for (const text of [
  'my notes\nof 2025\n',
  '{"manifest":"thumbs","version":3,"variants":{},"decoders":{},"failures":"x","versions":{}}\n',
  '{"manifest":"thumbs","version":3,"var',
  '{"manifest":"thumbs","version":2,"options":"x"}\n',
  '{"manifest":"thumbs","version":2,"opt',
  '{"manifest":"thumbs","version":1,"variants":{},"decoders":{},"failures":"x","versions":{}}\n',
  '{"manifest":"thumbs","version":0,"options":"x"}\n',
  '{"manifest":"thumbs","version":1.5,"options":"x"}\n',
  'x'.repeat(5000),
  '[]\n',
  'no newline',
]) {
  test(`${JSON.stringify(text).slice(0, 60)} is no manifest of this version: refused and left as it is`, () => {
    const file = path.join(temporaryFolder(), 'notes.txt');
    fs.writeFileSync(file, text);
    expect(() => openStore(file)).toThrow(expect.objectContaining({ code: 'MANIFEST' }));
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  });
}

test('a damaged record is refused with the number of its line', () => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('a'), failedRecord('b')]);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"source":"a"', '"sour":"a"'));
  expect(() => openStore(file)).toThrow(/line 2 is not a record/);
});

test('a name whose bytes are not what its record shows is damage', () => {
  const file = manifestPath();
  const name = { source: 'caf\ufffd', sourceNameBase64: 'Y2Fm6Q==' };
  writeRecords(file, [{ ...failedRecord(''), ...name }]);
  const text = fs.readFileSync(file, 'utf8');
  expect(text).toContain('{"source":"caf\ufffd","status"');
  for (const wrong of ['"Y2Fl6Q=="', '""', '7', 'null']) {
    fs.writeFileSync(file, text.replace('"Y2Fm6Q=="', wrong));
    expect(() => sourcesIn(file)).toThrow(/line 2 is not a record/);
  }
});

test('records whose sources look alike are two, sorted as they are shown and then by their bytes', () => {
  const file = manifestPath();
  const names = ['\ufffe', 'caf\ufffd', 'caf\udce9', 'caf\udce8', 'caf\uff01', 'cafz', 'b'];
  writeRecords(
    file,
    names.map((name) => ({ ...failedRecord(''), ...recordedName(name) })),
  );
  expect([...readManifest(file)].map(nameOf)).toEqual([
    'b',
    'cafz',
    'caf\uff01',
    'caf\udce8',
    'caf\udce9',
    'caf\ufffd',
    '\ufffe',
  ]);
  expect(sourcesIn(file)).toEqual(sourcesIn(file).sort());
  const { mtimeNs, ino } = fs.statSync(file, { bigint: true });
  const store = openStore(file);
  for (const name of names) store.keep(name);
  store.finish(() => false);
  store.close();
  // It was sorted, so it was left alone.
  expect(fs.statSync(file, { bigint: true })).toMatchObject({ mtimeNs, ino });
});

test('line ends that git has changed are corrected, and no record is lost', () => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('a'), failedRecord('b')]);
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text.replaceAll('\n', '\r\n'));
  const store = openStore(file);
  for (const source of ['a', 'b']) store.keep(source);
  store.finish(() => false);
  store.close();
  expect(fs.readFileSync(file, 'utf8')).toBe(text);
});

test('more lines than are read at once, and one line longer than that, are read completely', () => {
  const file = manifestPath();
  const long = 'ü'.repeat(400_000);
  const many = Array.from({ length: 4000 }, (_, index) => failedRecord(`photo-${index}`));
  writeRecords(file, [...many, failedRecord(long)]);
  expect(sourcesIn(file)).toEqual([...many.map(({ source }) => source), long].sort());
});

test.each<[string, object]>([
  ['a decoder that is no text', doneRecord('a', { decoder: 5 as unknown as string })],
  ['a digest that is no text', doneRecord('a', { digest: {} as unknown as string })],
  ['a failure whose digest is no text', { ...failedRecord('a'), digest: 5 }],
  ['a placeholder that is no text', { ...doneRecord('a'), placeholder: 5 }],
  ['a shard that is not that of the name', doneRecord('a', { file: `00/${'ab'.repeat(32)}.png` })],
])('%s is a damaged line', (_, record) => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('b')]);
  fs.appendFileSync(file, `${JSON.stringify(record)}\n`);
  expect(() => openStore(file)).toThrow('line 3 is not a record');
});

test('a header with a variant of another name than variants may have is refused', () => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('a')]);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(`"${VARIANT}"`, '"("'));
  expect(() => openStore(file)).toThrow('its header has not all its digests');
});

test('what a record says of an unknown format, or of one that every object has, ends no run', () => {
  for (const sourceFormat of ['constructor', 'kpeg']) {
    const file = manifestPath();
    const record = { ...doneRecord('a', { decoder: 'x' }), sourceFormat };
    fs.writeFileSync(file, '{"manifest":"thumbs","version":1,"options":"o"}\n');
    fs.appendFileSync(file, `${JSON.stringify(record)}\n`);
    expect(openStore(file).records.size).toBe(1);
  }
});
