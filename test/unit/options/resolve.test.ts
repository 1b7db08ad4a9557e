import os from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { ThumbsError } from '../../../src/errors.js';
import type { ThumbsOptions } from '../../../src/options/options.js';
import { defaultDecoding } from '../../../src/options/options.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import { createThumbnails } from '../../../src/run/create-thumbnails.js';
import { insideBox } from '../../support/variants.js';

test('defaults are complete and every path is absolute', () => {
  expect(resolveOptions(['photos'])).toEqual({
    paths: [path.resolve('photos')],
    workers: os.availableParallelism(),
    out: path.resolve('thumbnails'),
    variants: [insideBox(200)],
    placeholder: false,
    layout: undefined,
    manifest: path.resolve('thumbnails/manifest.jsonl'),
    exports: [],
    links: undefined,
    include: [],
    exclude: [],
    hidden: false,
    follow: false,
    anyExtension: false,
    preferJpeg: false,
    timeoutMs: 30_000,
    retries: 1,
    deadlineMs: undefined,
    maxMemory: expect.any(Number),
    maxPixels: 268_402_689,
    maxBytes: 512_000_000,
    force: false,
    retryFailed: false,
    prune: false,
    forget: false,
    keepVersions: false,
    queue: undefined,
    queueTimeoutMs: 600_000,
    signal: undefined,
    decoding: defaultDecoding,
  });
});

test('THUMBS_JPEG may be libvips, and nothing else', () => {
  vi.stubEnv('THUMBS_JPEG', 'libvips');
  expect(resolveOptions(['p']).decoding.jpegReader).toBe('libvips');
  vi.stubEnv('THUMBS_JPEG', '');
  expect(resolveOptions(['p']).decoding.jpegReader).toBe('own');
  vi.stubEnv('THUMBS_JPEG', 'libjpeg');
  expect(() => resolveOptions(['p'])).toThrow(
    'Expected `THUMBS_JPEG` to be libvips or not set, got `libjpeg` (string)',
  );
});

test('by default consumers may use three quarters of the memory, and at least what each needs', () => {
  const memory = (workers: number) => resolveOptions(['p'], { workers }).maxMemory;
  expect(memory(1)).toBeLessThanOrEqual(0.75 * os.totalmem());
  expect(memory(1)).toBeGreaterThan(
    0.7 * Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
  );
  expect(memory(1024)).toBeGreaterThanOrEqual(1024 * 256e6);
  expect(resolveOptions(['p'], { workers: 2, maxMemory: 300, deadline: 1.5 })).toMatchObject({
    maxMemory: 300e6,
    deadlineMs: 1500,
  });
});

test('a size is one number, a text or a box', () => {
  const box = (size: NonNullable<ThumbsOptions['size']>) => resolveOptions(['p'], { size }).variants[0]?.box;
  expect(box(320)).toEqual({ width: 320, height: 320 });
  expect(box('320')).toEqual({ width: 320, height: 320 });
  expect(box('320x240')).toEqual({ width: 320, height: 240 });
  expect(box({ width: 3, height: 4 })).toEqual({ width: 3, height: 4 });
});

const wrong: ReadonlyArray<readonly [options: Record<string, unknown>, message: string]> = [
  [{ dryRun: true }, 'got `dryRun`'],
  [{ workers: 0 }, 'Expected `workers` to be an integer from 1 to 1024, got `0` (number)'],
  [{ workers: 2.5 }, 'Expected `workers` to be an integer from 1 to 1024, got `2.5` (number)'],
  [{ workers: '4' }, 'Expected `workers` to be an integer from 1 to 1024, got `4` (string)'],
  [{ workers: Number.NaN }, 'Expected `workers` to be an integer from 1 to 1024, got `NaN` (number)'],
  [
    { size: 'x' },
    'Expected `size` to begin with WIDTHxHEIGHT, WIDTHx, xHEIGHT or one number, got `x` (string)',
  ],
  [{ size: 0 }, 'Expected `size` to have sides in whole pixels, from 1 on, got `0` (number)'],
  [{ size: 16_385 }, 'Expected `size` to have sides of at most 16384 pixels as png, got `16385` (number)'],
  [{ size: {} }, 'Expected `size` to have a width or a height, in pixels, got `{}` (object)'],
  [{ out: '' }, 'Expected `out` to be a non-empty string, got `` (string)'],
  [{ manifest: 'a\0b' }, 'Expected `manifest` to hold no NUL character, got `a\\u0000b` (string)'],
  [
    { manifest: '/m.json', export: ['/m.json'] },
    'Expected `export` to be another file than the manifest, got `/m.json` (string)',
  ],
  [{ export: ['a.xml'] }, 'Expected `export` to end in .txt, .csv or .json, got `a.xml` (string)'],
  [{ links: '' }, 'Expected `links` to be a non-empty string, got `` (string)'],
  [
    { links: 'a', linkType: 'soft' },
    'Expected `linkType` to be reflink, hard or symbolic, got `soft` (string)',
  ],
  [{ linkType: 'hard' }, 'Expected `linkType` to come with `links`, the folder, got `hard` (string)'],
  [
    { links: 'a', shard: '1/2' },
    'Expected `shard` to be without `links`, which comes after the merge, got `1/2` (string)',
  ],
  [
    { include: ['../*.jpg'] },
    'Expected `include` to be a glob relative to each folder, without `..`, got `../*.jpg` (string)',
  ],
  [
    { exclude: ['!a'] },
    'Expected `exclude` to be a glob without a leading `!` (use `include`), got `!a` (string)',
  ],
  [{ hidden: 'yes' }, 'Expected `hidden` to be true or false, got `yes` (string)'],
  [{ timeout: 0 }, 'Expected `timeout` to be a number from 0.001 to 86400, got `0` (number)'],
  [{ retries: -1 }, 'Expected `retries` to be an integer from 0 to 100, got `-1` (number)'],
  [{ deadline: 0 }, 'Expected `deadline` to be a number from 0.001 to 604800, got `0` (number)'],
  [
    { workers: 4, maxMemory: 511 },
    'Expected `maxMemory` to be a number from 512 to 1000000000, got `511` (number)',
  ],
  [{ maxPixels: 0 }, 'Expected `maxPixels` to be an integer from 1 to 9007199254740991, got `0` (number)'],
  [{ maxFileSize: 3000 }, 'Expected `maxFileSize` to be a number from 0.000001 to 2000, got `3000` (number)'],
];

for (const [options, message] of wrong) {
  test(`${JSON.stringify(options)} is refused at once, with what was expected and the value`, () => {
    const call = () => createThumbnails(['photos'], options as ThumbsOptions);
    expect(call).toThrow(ThumbsError);
    expect(call).toThrow(expect.objectContaining({ code: 'OPTION' }));
    expect(call).toThrow(message);
  });
}

test('links are reflinks unless asked otherwise, and the first variant that was given no name is the plain one', () => {
  const linksOf = (options: ThumbsOptions) => resolveOptions(['p'], { links: 'album', ...options }).links;
  const folder = path.resolve('album');
  expect(linksOf({})).toEqual({ folder, type: 'reflink', unnamed: '200x200' });
  expect(linksOf({ linkType: 'hard' })?.type).toBe('hard');
  const card = { width: 100, height: 100, name: 'card' };
  expect(linksOf({ size: [card, '300x,format=webp', 50] })?.unnamed).toBe('300x-webp');
  expect(linksOf({ size: [card, '50x50,name=small'] })?.unnamed).toBeUndefined();
});

test('at least one path is required', () => {
  expect(() => createThumbnails([])).toThrow('Expected `paths` to name at least one folder or file');
});

test('the options of the caller are not changed', () => {
  const options = Object.freeze({ export: Object.freeze(['a.csv']), include: Object.freeze(['*.jpg']) });
  expect(() => resolveOptions(Object.freeze(['p']), options)).not.toThrow();
});

test('null, which a JSON file may have, is the default of an option that has one', () => {
  const nulls = {
    timeout: null,
    retries: null,
    linkType: null,
    maxPixels: null,
    maxFileSize: null,
  } as unknown as ThumbsOptions;
  expect(resolveOptions(['.'], nulls)).toEqual(resolveOptions(['.']));
});

test('an error without a cause has no such property', () => {
  expect(() => resolveOptions(['.'], { size: 0 })).toThrow(
    expect.toSatisfy((error) => error instanceof ThumbsError && !('cause' in error)),
  );
});
