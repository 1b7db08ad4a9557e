import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { changeMarker, MARKER_NAME, readMarker } from '../../../src/files/folder-marker.js';
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

test('a file of something else under the marker’s name is no marker, and a run leaves it unchanged', async () => {
  const { folder, out } = photoFolder(1);
  fs.mkdirSync(out);
  for (const text of ['my notes', '{}', '[]', 'null', '{"thumbs":"thumbnails"}', '']) {
    fs.writeFileSync(markerOf(out), text);
    expect(readMarker(out)).toBeUndefined();
    await expect(runFolder(folder)).rejects.toMatchObject({
      code: 'OUTPUT',
      message: `Cannot write to ${markerOf(out)}: it is not a marker of thumbs, and is left unchanged`,
    });
    expect(fs.readFileSync(markerOf(out), 'utf8')).toBe(text);
  }
});

test('a marker of a newer version is one, and is not changed', () => {
  const folder = temporaryFolder();
  fs.writeFileSync(markerOf(folder), '{"thumbs":"gallery","version":2,"manifests":[]}');
  expect(readMarker(folder)).toMatchObject({ thumbs: 'gallery' });
  expect(() => changeMarker(folder, (marker) => ({ ...marker, manifests: ['a'] }))).toThrow(
    expect.objectContaining({ code: 'OUTPUT', message: expect.stringMatching(/newer than 1$/) }),
  );
});

test('a folder, a pipe and a large file under the marker’s name do not keep a reader waiting', () => {
  const folder = temporaryFolder();
  fs.mkdirSync(markerOf(folder));
  expect(readMarker(folder)).toBeUndefined();
  fs.rmdirSync(markerOf(folder));
  execFileSync('mkfifo', [markerOf(folder)]);
  expect(readMarker(folder)).toBeUndefined();
  fs.rmSync(markerOf(folder));
  fs.writeFileSync(markerOf(folder), '');
  fs.truncateSync(markerOf(folder), 2 ** 32);
  expect(readMarker(folder)).toBeUndefined();
});
