import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { changeMarker, isMarked, MARKER_NAME, readMarker } from '../../../src/files/folder-marker.js';
import { prune, verify } from '../../support/in-process/maintenance.js';
import { runFolder } from '../../support/in-process/run.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';

const markerOf = (folder: string) => path.join(folder, MARKER_NAME);

test('a marker is written once, and again only when it changes; fields that are unknown stay', () => {
  const folder = temporaryFolder();
  expect(readMarker(folder)).toBeUndefined();
  changeMarker(folder, (marker) => ({ ...marker, manifests: ['manifest.jsonl'] }));
  const marker = { thumbs: 'thumbnails', version: 1, layout: 'flat', manifests: ['manifest.jsonl'] };
  expect(readMarker(folder)).toEqual(marker);
  const { ino } = fs.statSync(markerOf(folder));
  changeMarker(folder, (found) => found);
  expect(fs.statSync(markerOf(folder)).ino).toBe(ino);
  fs.writeFileSync(markerOf(folder), JSON.stringify({ ...marker, later: true }));
  changeMarker(folder, (found) => ({ ...found, left: { 'manifest.jsonl': 3 } }));
  expect(readMarker(folder)).toEqual({ ...marker, later: true, left: { 'manifest.jsonl': 3 } });
});

const notMarkers = [
  'my notes',
  '{}',
  '[]',
  'null',
  '{"thumbs":"thumbnails"}',
  '',
  '{"thumbs":"thumbnails","version":1,"layout":"flat","manifests":["a"],"left":{"a":"7"}}',
];

test('a file of something else under the marker’s name is no marker, and whoever uses the folder says so and leaves it unchanged', async () => {
  const { folder, out } = photoFolder(1);
  await runFolder(folder);
  const error = {
    code: 'OUTPUT',
    message: `Cannot read ${markerOf(out)}: it is not a marker of thumbs, and is left unchanged`,
  };
  for (const text of notMarkers) {
    fs.writeFileSync(markerOf(out), text);
    expect(isMarked(out)).toBe(false);
    expect(() => changeMarker(out, (marker) => marker)).toThrow(/it is not a marker of thumbs/);
    for (const use of [() => runFolder(folder), () => prune({ out }), () => verify({ out })])
      await expect(use()).rejects.toMatchObject(error);
    expect(fs.readFileSync(markerOf(out), 'utf8')).toBe(text);
  }
});

test('a marker of a newer version is one, and is neither used nor changed', () => {
  const folder = temporaryFolder();
  fs.writeFileSync(markerOf(folder), '{"thumbs":"gallery","version":2,"manifests":[]}');
  expect(isMarked(folder)).toBe(true);
  const newer = expect.objectContaining({ code: 'OUTPUT', message: expect.stringMatching(/newer than 1$/) });
  expect(() => readMarker(folder)).toThrow(newer);
  expect(() => changeMarker(folder, (marker) => ({ ...marker, manifests: ['a'] }))).toThrow(newer);
});

test('a folder, a pipe and a large file under the marker’s name do not keep a reader waiting', () => {
  const folder = temporaryFolder();
  const expectNone = () => {
    expect(isMarked(folder)).toBe(false);
    expect(() => readMarker(folder)).toThrow(/it is not a marker of thumbs/);
  };
  fs.mkdirSync(markerOf(folder));
  expectNone();
  fs.rmdirSync(markerOf(folder));
  execFileSync('mkfifo', [markerOf(folder)]);
  expectNone();
  fs.rmSync(markerOf(folder));
  fs.writeFileSync(markerOf(folder), '');
  fs.truncateSync(markerOf(folder), 2 ** 32);
  expectNone();
});
