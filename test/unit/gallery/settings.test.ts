// What a gallery was asked to be: checked, remembered, changed and unset.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { changedSettings, rememberedSettings, resolveGallery } from '../../../src/gallery/settings.js';
import { temporaryFolder } from '../../support/photos.js';

const ALL = { title: 'Title', css: 'assets/custom-0123.css', originals: true, failedPage: true } as const;

test('what is not said stays as it was', () => {
  expect(changedSettings(ALL, {}, ALL.css)).toEqual(ALL);
  expect(changedSettings({}, {}, undefined)).toEqual({});
});

test('false unsets, and anything else replaces', () => {
  expect(changedSettings(ALL, { title: false, originals: false, failedPage: false }, undefined)).toEqual({});
  expect(changedSettings(ALL, { title: 'Other' }, 'assets/other.css')).toEqual({
    ...ALL,
    title: 'Other',
    css: 'assets/other.css',
  });
  expect(changedSettings({}, { title: 'Title', originals: true, failedPage: true }, ALL.css)).toEqual(ALL);
});

test('a marker with anything else counts as one without', () => {
  expect(rememberedSettings(ALL)).toEqual(ALL);
  expect(rememberedSettings({ title: 5, css: null, originals: 'yes', failedPage: false, more: 1 })).toEqual(
    {},
  );
});

test('the gallery lies beside the thumbnails, unless a folder is named', () => {
  expect(resolveGallery({ out: '/a/thumbs' }).folder).toBe('/a/gallery');
  expect(resolveGallery({ out: '/a/thumbs', gallery: '/b' }).folder).toBe('/b');
});

test.for([
  [{ title: '' }, /`title` to be a non-empty string/],
  [{ title: true }, /`title` to be a non-empty string/],
  [{ originals: 'yes' }, /`originals` to be true or false/],
  [{ failedPage: 1 }, /`failedPage` to be true or false/],
  [{ css: '/no/such.css' }, /Cannot read \/no\/such\.css: .*ENOENT/],
  [{ css: '/' }, /Cannot read \/: it is not a regular file/],
  [{ titel: 'Title' }, /titel/],
] as const)('%o is refused', ([options, message]) => {
  expect(() => resolveGallery(options as object)).toThrow(message);
});

test('styles that are not UTF-8, or very long, are refused', () => {
  const file = path.join(temporaryFolder(), 'own.css');
  fs.writeFileSync(file, Buffer.from([0x61, 0xff]));
  expect(() => resolveGallery({ css: file })).toThrow(/`css` to be a file in UTF-8/);
  fs.writeFileSync(file, 'a'.repeat(1_000_001));
  expect(() => resolveGallery({ css: file })).toThrow(/more than 1000000 bytes/);
});
