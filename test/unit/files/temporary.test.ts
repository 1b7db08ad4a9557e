import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isStale } from '../../../src/files/temporary.js';
import { deadProcess, temporaryNameOf } from '../../support/left-files.js';
import { temporaryFolder } from '../../support/photos.js';

test('a temporary file is stale when its process has ended, and one of a process elsewhere when it is a day old', () => {
  const folder = temporaryFolder();
  const elsewhere = temporaryNameOf(1).replace(/^\.thumbs-[0-9a-f]{12}/, '.thumbs-000000000000');
  const names = {
    [temporaryNameOf(deadProcess())]: true,
    // A later process has the same id.
    [temporaryNameOf(process.ppid).replace(/-0-/, '-1-')]: true,
    [temporaryNameOf(process.ppid)]: false,
    [elsewhere]: false,
    '.thumbs-4711-0123abcd.tmp': false,
    '.thumbs-4711.tmp': false,
  };
  for (const name of Object.keys(names)) fs.writeFileSync(path.join(folder, name), '');
  expect(Object.keys(names).map((name) => isStale(folder, name))).toEqual(Object.values(names));
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  for (const name of Object.keys(names)) fs.utimesSync(path.join(folder, name), twoDaysAgo, twoDaysAgo);
  const old = Object.keys(names).filter((name) => isStale(folder, name) && !names[name]);
  expect(old).toEqual([elsewhere, '.thumbs-4711-0123abcd.tmp']);
});
