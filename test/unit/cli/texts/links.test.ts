import path from 'node:path';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { missingPhotosLines, summaryLines } from '../../../../src/cli/texts/summary.js';
import type { LinkFigures } from '../../../../src/links/tree.js';
import { summaryEvent } from '../../../support/in-process/summary.js';

const plain = picocolors.createColors(false);
const hints = { forget: '`thumbs photos --forget`', place: {} };

/** The lines of a summary after that of the manifest, and those with `-q`. */
function lines(figures: Partial<LinkFigures>): { all: string[]; quiet: string[] } {
  const done = { files: 1234, written: 12, removed: 0, foreign: [], missing: 0 };
  const run = summaryEvent({ links: { folder: path.resolve('album'), ...done, ...figures } });
  const all = summaryLines(run, hints, plain).slice(2);
  return { all, quiet: missingPhotosLines(run, hints, plain) };
}

test('links have one line of figures', () => {
  expect(lines({})).toEqual({ all: ['links album (1,234 files, 12 written, 0 removed)'], quiet: [] });
});

test('that all links are renamed is said', () => {
  expect(lines({ widened: true }).all[0]).toBe(
    'Every link has a new name: a photo lies outside the folder that the others have in common',
  );
});

test('files of somebody else are named, ten of them, also with -q; so are missing thumbnails', () => {
  const foreign = Array.from({ length: 12 }, (_, index) => `a/${index}\u001b.webp`);
  const { all, quiet } = lines({ foreign, missing: 2 });
  expect(quiet).toEqual(all.slice(1));
  expect(quiet).toHaveLength(12);
  expect(quiet[0]).toBe(
    'album/a/0\\u001b.webp was written or changed by something else, and is left as it is',
  );
  expect(quiet.slice(-2)).toEqual([
    '... and 2 more files like these',
    '2 thumbnails missing on the disk, and without a link: the next run over its photo makes both',
  ]);
});
