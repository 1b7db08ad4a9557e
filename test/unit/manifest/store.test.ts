import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readManifest } from '../../../src/manifest/reading.js';
import {
  doneRecord,
  failedRecord,
  manifestPath,
  openStore,
  sourcesIn,
  testDigests,
  writeRecords,
} from '../../support/manifests.js';
import { temporaryFolder } from '../../support/photos.js';

test('records are on disk as they are appended, and sorted when the run has finished', () => {
  const file = manifestPath();
  const store = openStore(
    file,
    testDigests('digest', { decoders: { jpeg: 'decoder' }, versions: { sharp: 1 } }),
  );
  for (const source of ['b', 'c', 'a']) store.append(failedRecord(source));
  expect(sourcesIn(file)).toEqual(['b', 'c', 'a']);
  store.finish(() => true);
  store.close();
  expect(fs.readFileSync(file, 'utf8')).toBe(
    [
      '{"manifest":"thumbs","version":2,"variants":{"200x200":"digest"},"decoders":{"jpeg":"decoder"},"failures":"digest","versions":{"sharp":1}}',
      ...['a', 'b', 'c'].map(
        (name) => `{"source":"${name}","status":"failed","error":{"code":"CORRUPT","message":"empty"}}`,
      ),
      '',
    ].join('\n'),
  );
});

test('of several records of a source the last is valid', () => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('a', 'first'), failedRecord('b'), failedRecord('a', 'second')]);
  expect([...readManifest(file)]).toEqual([failedRecord('a', 'second'), failedRecord('b')]);
});

test('a manifest that is removed or replaced during the run is not written again', () => {
  const file = manifestPath();
  const replace = () => {
    fs.copyFileSync(file, `${file}.copy`);
    fs.renameSync(`${file}.copy`, file);
  };
  for (const [what, change] of [
    ['removed', () => fs.rmSync(file)],
    ['replaced', replace],
  ] as const) {
    const store = openStore(file);
    store.append(failedRecord('a'));
    change();
    expect(() => store.finish(() => true)).toThrow(`as the manifest: it was ${what} during the run`);
    store.close();
  }
});

test('records under another options digest stay with their digest, and lose it again under their own', () => {
  const file = manifestPath();
  const [one, other] = [testDigests('one'), testDigests('other')];
  writeRecords(file, [failedRecord('a'), failedRecord('c'), doneRecord('d')], one);
  const before = fs.readFileSync(file, 'utf8');
  writeRecords(file, [failedRecord('b'), failedRecord('c')], other);
  expect(fs.readFileSync(file, 'utf8')).toContain('"variants":{"200x200":"other"},');
  expect([...readManifest(file)]).toEqual([
    { ...failedRecord('a'), digest: 'one' },
    failedRecord('b'),
    failedRecord('c'),
    doneRecord('d', { digest: 'one' }),
  ]);
  writeRecords(file, [failedRecord('c')], one);
  expect([...readManifest(file)]).toEqual([
    failedRecord('a'),
    { ...failedRecord('b'), digest: 'other' },
    failedRecord('c'),
    doneRecord('d'),
  ]);
  const store = openStore(file, one);
  store.finish((source) => source !== 'b');
  store.close();
  expect(fs.readFileSync(file, 'utf8')).toBe(before);
});

test('a thumbnail of another decoder stays with its digest, and loses it again under its own', () => {
  const file = manifestPath();
  writeRecords(file, [doneRecord('a')]);
  const before = fs.readFileSync(file, 'utf8');
  writeRecords(file, [], testDigests('digest', { decoders: { jpeg: 'other decoder' } }));
  expect([...readManifest(file)]).toEqual([doneRecord('a', { decoder: 'decoder' })]);
  writeRecords(file, []);
  expect(fs.readFileSync(file, 'utf8')).toBe(before);
});

test('finish drops the earlier records that are not to stay, and keeps all appended ones', () => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('old/a'), failedRecord('old/b')]);
  const store = openStore(file);
  store.append(failedRecord('new/a'));
  store.finish((source) => source === 'old/b');
  store.close();
  expect(sourcesIn(file)).toEqual(['new/a', 'old/b']);
});

/** Opens a manifest, keeps only these records, and returns how many were removed. */
function keepOnly(file: string, ...sources: string[]): number {
  const store = openStore(file);
  for (const source of sources) store.keep(source);
  const { records } = store.finish(() => false);
  store.close();
  return records;
}

test('kept records stay as they were, and a file that would not change is not written', () => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('a'), failedRecord('b'), failedRecord('c')]);
  const { ino, mtimeMs } = fs.statSync(file);
  expect(keepOnly(file, 'a', 'b', 'c')).toBe(0);
  expect(fs.statSync(file)).toMatchObject({ ino, mtimeMs });
  expect(keepOnly(file, 'a', 'c')).toBe(1);
  expect(sourcesIn(file)).toEqual(['a', 'c']);
});

test('lines that are not sorted, doubled or incomplete are corrected, also when nothing is appended', () => {
  const file = manifestPath();
  writeRecords(file, [failedRecord('a'), failedRecord('c')]);
  const text = fs.readFileSync(file, 'utf8');
  const [header, a, c] = text.split('\n');
  for (const wrong of [`${c}\n${a}\n`, `${a}\n${a}\n${c}\n`, `${a}\n${c}\n{"source":"d"`]) {
    fs.writeFileSync(file, `${header}\n${wrong}`);
    expect(keepOnly(file, 'a', 'c')).toBe(0);
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  }
});

test('a link to a manifest stays a link, also one to a file that does not exist yet', () => {
  const folder = temporaryFolder();
  const file = (name: string) => path.join(folder, name);
  fs.symlinkSync('manifest.jsonl', file('link.jsonl'));
  writeRecords(file('manifest.jsonl'), [failedRecord('a')]);
  writeRecords(file('link.jsonl'), [failedRecord('b')]);
  expect(fs.readlinkSync(file('link.jsonl'))).toBe('manifest.jsonl');
  expect(sourcesIn(file('manifest.jsonl'))).toEqual(['a', 'b']);
  fs.symlinkSync('new.jsonl', file('dangling.jsonl'));
  writeRecords(file('dangling.jsonl'), [failedRecord('c')]);
  expect(fs.readlinkSync(file('dangling.jsonl'))).toBe('new.jsonl');
  expect(sourcesIn(file('new.jsonl'))).toEqual(['c']);
});

test('what is no regular file is refused and left as it is', () => {
  const pipe = path.join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(() => openStore(pipe)).toThrow(/not a regular file/);
  expect(fs.statSync(pipe).isFIFO()).toBe(true);
});
