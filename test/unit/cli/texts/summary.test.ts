import path from 'node:path';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import {
  describeAttempt,
  missingPhotosLines,
  prunedFigures,
  prunedLine,
  summaryLines,
} from '../../../../src/cli/texts/summary.js';
import type { Attempt } from '../../../../src/job.js';
import type { FailedEvent, SummaryEvent } from '../../../../src/run/events.js';
import { summaryEvent } from '../../../support/in-process/summary.js';

const plain = picocolors.createColors(false);
const hints = { forget: '`thumbs photos --forget`', place: { out: 'my out' } };

/** The lines for 100 photos in 10 seconds, or for other figures. */
function lines(figures: Partial<SummaryEvent>): string[] {
  return summaryLines(summaryEvent(figures), hints, plain);
}

const manifest = 'manifest thumbnails/manifest.jsonl';

test('a complete run has one line of figures and the manifest', () => {
  expect(lines({})).toEqual(['100 thumbnails made: 100 photos in 10 s (10.0 images/s, 30.0 MB/s)', manifest]);
  expect(lines({ photos: 1, seconds: 0.25, sourceBytes: 17 })).toEqual([
    '1 thumbnail made: 1 photo in 0.25 s (4.00 images/s, 68 bytes/s)',
    manifest,
  ]);
});

test('shared, unchanged and failed photos are counted beside what was made', () => {
  const mixed = { made: 90, shared: 2, unchanged: 5, failed: 3, failures: { CORRUPT: 1, TIMEOUT: 2 } };
  expect(lines(mixed)[0]).toBe(
    '90 thumbnails made, 2 shared, 5 unchanged, 3 failed (2 TIMEOUT, 1 CORRUPT): 100 photos in 10 s (10.0 images/s, 30.0 MB/s)',
  );
});

test('a run without any change says so, and has no bytes a second', () => {
  expect(lines({ made: 0, unchanged: 100, identified: 3, sourceBytes: 0 })[0]).toBe(
    '100 unchanged (3 by content): 100 photos in 10 s (10.0 images/s)',
  );
});

test('failures are by code, the most frequent first and equals by name, and known ones are counted', () => {
  const failures = { UNSUPPORTED: 1, TIMEOUT: 1, CORRUPT: 1200 };
  const [figures] = lines({ made: 0, photos: 1202, failed: 1202, known: 7, failures });
  expect(figures).toContain('(1,200 CORRUPT, 1 TIMEOUT, 1 UNSUPPORTED; 7 known from an earlier run)');
});

test('a run without photos says so', () => {
  expect(lines({ photos: 0, imagesPerSecond: 0, sourceBytes: 0 })).toEqual([
    'No photos found.',
    '0 thumbnails made: 0 photos in 10 s (0.00 images/s)',
    manifest,
  ]);
});

test('a run that ended early says why, how many photos are left, and that the same command continues', () => {
  const continues = 'The manifest has what was done; the same command continues.';
  const first = (figures: Partial<SummaryEvent>) => lines(figures)[0];
  expect(first({ stopped: 'signal', notReached: 5 })).toBe(`Stopped: 5 photos not reached. ${continues}`);
  expect(first({ stopped: 'deadline', notReached: 1 })).toBe(
    `The deadline passed: 1 photo not reached. ${continues}`,
  );
  expect(first({ stopped: 'signal', notReached: 5, walked: false })).toBe(
    `Stopped: at least 5 photos not reached. ${continues}`,
  );
  expect(first({ stopped: 'signal', notReached: 0 })).toBe(
    `Stopped: what comes after the last photo was not finished. ${continues}`,
  );
  expect(lines({ stopped: 'signal', photos: 0, walked: false }).slice(0, 2)).toEqual([
    `Stopped: not all photos were found yet. ${continues}`,
    expect.stringMatching(/^0 thumbnails made: /),
  ]);
});

test('removed records, what was pruned, links and exports have a line each', () => {
  const others = {
    removed: 1,
    pruned: { files: 12, bytes: 1.2e6 },
    skippedLinks: 2,
    exports: [path.resolve('all.csv'), '/elsewhere/all.json'],
  };
  expect(lines(others).slice(1)).toEqual([
    '2 symbolic links not followed (--follow)',
    '1 record removed: the photo is gone, or not selected any more',
    '12 files pruned, 1.20 MB freed',
    manifest,
    'export all.csv',
    'export /elsewhere/all.json',
  ]);
});

test('what was passed over is by extension, the most frequent first; photos among it are no other formats', () => {
  const line = (passedOver: SummaryEvent['passedOver'], photosPassedOver = 0) =>
    lines({ passedOver, photosPassedOver })[1];
  // Some extensions are numbers, which come first in an object.
  expect(line({ '360': 1, crw: 2, heic: 9, mov: 2 })).toBe(
    '14 files of other formats passed over (9 heic, 2 crw, 2 mov, 1 360)',
  );
  expect(line({ heic: 1 })).toBe('1 file of another format passed over (1 heic)');
  expect(line({ heic: 2, png: 1200 }, 1200)).toBe(
    '1,202 pictures and videos not selected (1,200 png, 2 heic)',
  );
  expect(line({ png: 1 }, 1)).toBe('1 picture or video not selected (1 png)');
});

test('formats that cannot be read here have a line each, with what helps; the others share one', () => {
  const lacking = [
    {
      ...{ format: 'HEIC', extensions: { heic: 1200, hif: 3 }, needs: 'libheif-js' },
      ...{ reason: 'libheif-js is not installed', remedy: 'npm install libheif-js' },
    },
    {
      format: 'SVG',
      extensions: { svg: 1 },
      needs: 'svg',
      reason: 'drawings are not switched on',
      remedy: '--svg',
    },
  ];
  const lacked = [
    '1,203 HEIC files passed over: libheif-js is not installed (npm install libheif-js)',
    '1 SVG file passed over: drawings are not switched on (--svg)',
  ];
  const passedOver = { heic: 1200, hif: 3, mov: 2, svg: 1 };
  expect(lines({ passedOver, lacking }).slice(1)).toEqual([
    '2 files of other formats passed over (2 mov)',
    ...lacked,
    manifest,
  ]);
  expect(lines({ passedOver: { heic: 1200, hif: 3, svg: 1 }, lacking }).slice(1)).toEqual([
    ...lacked,
    manifest,
  ]);
});

test('RAW files beside a JPEG are counted, when they were left out', () => {
  expect(lines({ besideJpeg: { cr2: 2, nef: 10 } })[1]).toBe(
    '12 RAW files left out beside a JPEG (10 nef, 2 cr2)',
  );
});

test('folders that were not walked have a line for those of systems and one for those of thumbnails', () => {
  const skippedFolders = { '@eaDir': 2, 'lost+found': 1, '.thumbs.json': 2 };
  expect(lines({ skippedFolders }).slice(1)).toEqual([
    '3 system folders not walked (2 @eaDir, 1 lost+found)',
    '2 folders that thumbs fills not walked',
    manifest,
  ]);
  expect(lines({ skippedFolders: { '.thumbs.json': 1 } })[1]).toBe('1 folder that thumbs fills not walked');
});

test('paths and includes that selected nothing are named, excludes with -v alone', () => {
  const figures = {
    selectedNothing: { paths: [path.resolve('empty'), '/elsewhere'], include: ['*.tif', 'a\u001b[2J'] },
    excludedNothing: ['private*'],
  };
  const named = [
    'empty: no photos found',
    '/elsewhere: no photos found',
    "--include '*.tif' selected nothing",
    expect.not.stringContaining('\u001b'),
  ];
  expect(lines(figures).slice(1)).toEqual([...named, manifest]);
  expect(summaryLines(summaryEvent(figures), hints, plain, 0).slice(1)).toEqual([
    ...named,
    "--exclude 'private*' excluded nothing",
    manifest,
  ]);
  // `No photos found.` says it of all paths.
  expect(lines({ ...figures, photos: 0 })).not.toContain('empty: no photos found');
});

test('photos that are missing in number are said with the command lines that let them go, with -q as well', () => {
  const figures = {
    kept: 3,
    emptyRoots: [path.resolve('disk')],
    pruneRefused: 'Not pruned: too few',
    selectedNothing: { paths: [], include: ['*.jgp'] },
  };
  const expected = [
    "--include '*.jgp' selected nothing",
    '3 records kept, although no photo was selected in disk: is a disk missing, or a glob wrong? (`thumbs photos --forget` removes them)',
    "Not pruned: too few (`thumbs prune -o 'my out' --forget` prunes nevertheless)",
  ];
  expect(missingPhotosLines(summaryEvent(figures), hints, plain)).toEqual(expected);
  expect(lines(figures)).toEqual(expect.arrayContaining(expected));
  expect(missingPhotosLines(summaryEvent(), hints, plain)).toEqual([]);
});

test('with -v what was left out and not named is counted', () => {
  const run = summaryEvent({ passedOver: { heic: 12_000 }, skippedFolders: { '@eaDir': 3 } });
  expect(summaryLines(run, hints, plain, 10_003)).toContain('... and 2,000 more passed over or not walked');
  expect(summaryLines(run, hints, plain, 12_003).join()).not.toContain('more');
  expect(lines({ passedOver: { heic: 12_000 } }).join()).not.toContain('more');
});

test('pruned files have figures and names, before and after', () => {
  expect(prunedFigures({ files: 0, bytes: 0 })).toBe('0 files pruned, 0 bytes freed');
  expect(prunedFigures({ files: 1, bytes: 7000 }, true)).toBe('1 file to prune, 7.00 kB to free');
  const pruned = { type: 'pruned', path: path.resolve('thumbnails/ab.png'), bytes: 7000 } as const;
  expect(prunedLine(pruned, plain)).toBe('prune thumbnails/ab.png (7.00 kB)');
});

test('an attempt says which consumer, how often, how long and how the consumer ended', () => {
  const describe = (attempt?: Attempt) => {
    const error = { code: 'WORKER_DIED', message: 'a.jpg: died' } as const;
    const failed: FailedEvent = {
      type: 'failed',
      path: '/a.jpg',
      reason: 'died',
      known: attempt === undefined,
      record: { source: 'a.jpg', status: 'failed', error },
      progress: { finished: 1, failed: 1, worked: 1, found: 1, jobs: 1, walked: true },
      ...(attempt === undefined ? {} : { attempt }),
    };
    return describeAttempt(failed);
  };
  expect(describe()).toBe('WORKER_DIED, known from an earlier run');
  expect(describe({ pid: 4711, tries: 1, seconds: 0.025 })).toBe('WORKER_DIED, consumer 4711, 1 try, 0.03 s');
  expect(
    describe({ pid: 4711, tries: 2, seconds: 30.1, signal: 'SIGKILL', stderrTail: 'out of memory' }),
  ).toBe('WORKER_DIED, consumer 4711, 2 tries, 30.1 s, signal SIGKILL; stderr: out of memory');
  expect(describe({ pid: 4711, tries: 2, seconds: 1, exitCode: 3 })).toBe(
    'WORKER_DIED, consumer 4711, 2 tries, 1 s, exit code 3',
  );
});
