import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { readManifest } from 'thumbs-pipeline';
import { expect, test } from 'vitest';
import type { ManifestRecord } from '../../../src/manifest/record.js';
import { RecordIndex } from '../../../src/manifest/record-index.js';
import { ManifestStore } from '../../../src/manifest/store.js';
import { temporaryFolder } from '../../support/photos.js';

function failed(source: string, message = 'empty'): ManifestRecord {
  return { source, status: 'failed', error: { code: 'CORRUPT', message } };
}

function sources(file: string): string[] {
  return [...readManifest(file)].map(({ source }) => source);
}

/** A manifest file of these records, as a run leaves it. */
function written(file: string, records: readonly ManifestRecord[], options = 'digest'): void {
  const store = ManifestStore.open(file, options);
  for (const record of records) store.append(record);
  store.finish(() => true);
  store.close();
}

test('records are on disk as they come, and sorted when the run has ended', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  const store = ManifestStore.open(file, 'digest');
  for (const source of ['b', 'c', 'a']) store.append(failed(source));
  expect(sources(file)).toEqual(['b', 'c', 'a']);
  store.finish(() => true);
  store.close();
  expect(fs.readFileSync(file, 'utf8')).toBe(
    [
      '{"manifest":"thumbs","version":1,"options":"digest"}',
      ...['a', 'b', 'c'].map(
        (name) => `{"source":"${name}","status":"failed","error":{"code":"CORRUPT","message":"empty"}}`,
      ),
      '',
    ].join('\n'),
  );
});

test('the last record of a source counts', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  written(file, [failed('a', 'first'), failed('b'), failed('a', 'second')]);
  expect([...readManifest(file)]).toEqual([failed('a', 'second'), failed('b')]);
});

test('a manifest that is torn at any byte of its last line is read up to the line before, and continued', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'manifest.jsonl');
  written(file, [failed('a'), failed('é'), failed('ü')]);
  const whole = fs.readFileSync(file);
  const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
  for (let end = lastLine; end < whole.length; end += 1) {
    fs.writeFileSync(file, whole.subarray(0, end));
    expect(sources(file)).toEqual(['a', 'é']);
    written(file, [failed('n')]);
    expect(sources(file)).toEqual(['a', 'n', 'é']);
  }
});

test('a manifest that is torn in its header is started anew; that of a newer version is left as it is', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  written(file, []);
  const header = fs.readFileSync(file, 'utf8').trimEnd();
  for (let end = 0; end <= header.length; end += 1) {
    fs.writeFileSync(file, header.slice(0, end));
    written(file, [failed('n')]);
    expect(sources(file)).toEqual(['n']);
  }
  fs.writeFileSync(file, '{"manifest": "thumbs", "version": 1, "options": "digest"}');
  written(file, [failed('n')]);
  expect(sources(file)).toEqual(['n']);
  const newer = '{"manifest":"thumbs","version":2,"opt';
  fs.writeFileSync(file, newer);
  expect(() => ManifestStore.open(file, 'digest')).toThrow(expect.objectContaining({ code: 'MANIFEST' }));
  expect(fs.readFileSync(file, 'utf8')).toBe(newer);
});

test('a manifest that is removed or replaced during the run is not put back', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  for (const [what, change] of [
    ['removed', () => fs.rmSync(file)],
    ['replaced', () => fs.copyFileSync(file, `${file}2`) ?? fs.renameSync(`${file}2`, file)],
  ] as const) {
    const store = ManifestStore.open(file, 'digest');
    store.append(failed('a'));
    change();
    expect(() => store.finish(() => true)).toThrow(`as the manifest: it was ${what} during the run`);
    store.close();
  }
});

test('records under another options digest stay and say so, and are themselves again under their own', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  written(file, [failed('a'), failed('c')], 'one');
  const before = fs.readFileSync(file, 'utf8');
  written(file, [failed('b'), failed('c')], 'other');
  expect(fs.readFileSync(file, 'utf8')).toContain('"version":1,"options":"other"}\n');
  expect([...readManifest(file)]).toEqual([{ ...failed('a'), options: 'one' }, failed('b'), failed('c')]);
  written(file, [failed('c')], 'one');
  expect([...readManifest(file)]).toEqual([failed('a'), { ...failed('b'), options: 'other' }, failed('c')]);
  const store = ManifestStore.open(file, 'one');
  store.finish((source) => source !== 'b');
  store.close();
  expect(fs.readFileSync(file, 'utf8')).toBe(before);
});

test('finish drops the earlier records that are not to stay, and keeps all new ones', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  written(file, [failed('old/a'), failed('old/b')]);
  const store = ManifestStore.open(file, 'digest');
  store.append(failed('new/a'));
  store.finish((source) => source === 'old/b');
  store.close();
  expect(sources(file)).toEqual(['new/a', 'old/b']);
});

test('a line longer than what is read at once, and many lines, come back whole', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  const long = 'ü'.repeat(400_000);
  const many = Array.from({ length: 5000 }, (_, index) => failed(`photo-${index}`));
  written(file, [...many, failed(long)]);
  expect(sources(file)).toEqual([...many.map(({ source }) => source), long].sort());
});

test('what is kept is there after the end as it was, and a file that would be the same is left alone', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  written(file, [failed('a'), failed('b'), failed('c')]);
  const { ino, mtimeMs } = fs.statSync(file);
  const finish = (...kept: string[]) => {
    const store = ManifestStore.open(file, 'digest');
    for (const source of kept) store.keep(source);
    const left = store.finish(() => false);
    store.close();
    return left;
  };
  expect(finish('a', 'b', 'c')).toBe(0);
  expect(fs.statSync(file)).toMatchObject({ ino, mtimeMs });
  expect(finish('a', 'c')).toBe(1);
  expect(sources(file)).toEqual(['a', 'c']);
  // Not the same: lines in another order, twice, or torn are put right.
  const text = fs.readFileSync(file, 'utf8');
  const [header, a, c] = text.trimEnd().split('\n');
  for (const lines of [
    [header, c, a],
    [header, a, a, c],
    [header, a, c, '{"source":"d"'],
  ]) {
    fs.writeFileSync(file, lines.join('\n') + (lines.length === 3 ? '\n' : ''));
    if (lines[1] === a && lines[2] === a) fs.appendFileSync(file, '\n');
    expect(finish('a', 'c')).toBe(0);
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  }
});

test('a header with any one byte changed is refused and left alone, or is that of other options', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  written(file, [failed('a')]);
  const whole = fs.readFileSync(file);
  const seen = { refused: 0, others: 0 };
  for (let at = 0; at < whole.indexOf('\n'); at += 1) {
    for (const bit of [1, 16, 128]) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ bit;
      fs.writeFileSync(file, bytes);
      try {
        const store = ManifestStore.open(file, 'digest');
        expect(store.records.find('a')?.options).not.toBe(undefined);
        store.close();
        seen.others += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'MANIFEST' });
        expect(fs.readFileSync(file)).toEqual(bytes);
        seen.refused += 1;
      }
    }
  }
  expect(seen.refused).toBeGreaterThan(50);
  expect(seen.others).toBeGreaterThan(10);
});

test('records of one size are found by content, the first of several, and only those made under the header’s options', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  const known = (source: string, sourceXxh128: string, more: object = {}): ManifestRecord => ({
    ...failed(source),
    sourceBytes: 100,
    sourceXxh128,
    ...more,
  });
  written(file, [
    known('a', 'one'),
    known('b', 'two'),
    known('c', 'one'),
    known('d', 'three', { options: 'others' }),
    known('e', 'four', { redo: true }),
    known('f', 'five', { sourceBytes: 200 }),
    failed('g'),
  ]);
  const index = RecordIndex.open(file);
  const found = ['one', 'two', 'three', 'four', 'five'].map((hash) => index?.findContent(100, hash)?.source);
  expect(found).toEqual(['a', 'b', undefined, undefined, undefined]);
  expect(index?.findContent(200, 'five')?.source).toBe('f');
  expect([100, 200, 300].map((bytes) => index?.hasSize(bytes))).toEqual([true, true, false]);
  index?.close();
});

test('what is not a manifest, or of a newer version, is refused and left as it is', () => {
  const file = path.join(temporaryFolder(), 'notes.txt');
  const texts = [
    'my notes\nof 2025\n',
    '{"manifest":"thumbs","version":2,"options":"x"}\n',
    '{"manifest":"thumbs","version":0,"options":"x"}\n',
    '{"manifest":"thumbs","version":1.5,"options":"x"}\n',
    'x'.repeat(5000),
    '[]\n',
    'no newline',
  ];
  for (const text of texts) {
    fs.writeFileSync(file, text);
    expect(() => ManifestStore.open(file, 'digest')).toThrow(expect.objectContaining({ code: 'MANIFEST' }));
    expect(fs.readFileSync(file, 'utf8')).toBe(text);
  }
});

test('line ends that git has changed are put right, and cost nothing', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  written(file, [failed('a'), failed('b')]);
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text.replaceAll('\n', '\r\n'));
  const store = ManifestStore.open(file, 'digest');
  for (const source of ['a', 'b']) store.keep(source);
  store.finish(() => false);
  store.close();
  expect(fs.readFileSync(file, 'utf8')).toBe(text);
});

test('a link to a manifest stays a link; what is no regular file is refused and left as it is', () => {
  const folder = temporaryFolder();
  const link = path.join(folder, 'link.jsonl');
  fs.symlinkSync('manifest.jsonl', link);
  written(path.join(folder, 'manifest.jsonl'), [failed('a')]);
  written(link, [failed('b')]);
  const dangling = path.join(folder, 'dangling.jsonl');
  fs.symlinkSync('new.jsonl', dangling);
  written(dangling, [failed('c')]);
  expect(fs.readlinkSync(dangling)).toBe('new.jsonl');
  expect(sources(path.join(folder, 'new.jsonl'))).toEqual(['c']);
  expect(fs.readlinkSync(link)).toBe('manifest.jsonl');
  expect(sources(path.join(folder, 'manifest.jsonl'))).toEqual(['a', 'b']);
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(() => ManifestStore.open(pipe, 'digest')).toThrow(/not a regular file/);
  expect(fs.statSync(pipe).isFIFO()).toBe(true);
});

test('a damaged record is named by its line', () => {
  const file = path.join(temporaryFolder(), 'manifest.jsonl');
  written(file, [failed('a'), failed('b')]);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"source":"a"', '"sour":"a"'));
  expect(() => ManifestStore.open(file, 'digest')).toThrow(/line 2 is not a record/);
});
