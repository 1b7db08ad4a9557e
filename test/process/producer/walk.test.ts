import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { jpeg, makeTree, temporaryFolder } from '../../support/photos.js';
import { thumbsJson } from '../../support/processes/command.js';

/** A tree with what the walk's options select, and a folder whose name is not UTF-8. */
async function treeOfPhotos(): Promise<string> {
  const photo = await jpeg(1, 20, 20);
  const tree = [
    'photos/a.jpg',
    'photos/B.PNG',
    'photos/odd.photo',
    'photos/drafts/c.jpg',
    'photos/.hidden/d.jpg',
    'photos/album -> ../elsewhere',
    'photos/thumbs/old.jpg',
    'elsewhere/e.jpg',
    'single',
  ];
  const folder = makeTree(temporaryFolder(), tree, photo);
  const latin1 = Buffer.from(path.join(folder, 'photos/caf\u00e9'), 'latin1');
  fs.mkdirSync(latin1);
  fs.writeFileSync(Buffer.concat([latin1, Buffer.from('/f.jpg')]), photo);
  return folder;
}

/** Runs the command in such a tree, and returns the sources of the manifest and the summary. */
async function walkOf(args: readonly string[]) {
  const folder = await treeOfPhotos();
  const { code, events } = await thumbsJson([...args, '-o', 'photos/thumbs', '-w', '2'], { cwd: folder });
  const out = path.join(folder, 'photos/thumbs');
  await expectSound(out);
  expect(events).toContainEqual({
    type: 'unreadable-folder',
    path: path.join(folder, 'photos/caf\ufffd'),
    reason: 'its name is not valid UTF-8',
  });
  return { code, sources: recordsIn(out).map(({ source }) => source), summary: events.at(-1) };
}

test('the command walks by default every photo extension, no hidden name, no link and not its output', async () => {
  const { code, sources, summary } = await walkOf(['photos', 'photos/drafts', 'single']);
  expect(sources).toEqual(['../../single', '../B.PNG', '../a.jpg', '../drafts/c.jpg']);
  expect([code, summary]).toEqual([1, expect.objectContaining({ unreadableFolders: 1, skippedLinks: 1 })]);
});

test('the command selects by --include, --exclude, --hidden and --follow', async () => {
  const selection = [
    '--include',
    '*.jpg',
    '--include',
    '*.photo',
    '--exclude',
    'drafts',
    '--hidden',
    '--follow',
  ];
  const { code, sources, summary } = await walkOf(['photos', ...selection]);
  expect(sources).toEqual(['../.hidden/d.jpg', '../a.jpg', '../album/e.jpg', '../odd.photo']);
  expect([code, summary]).toEqual([1, expect.objectContaining({ unreadableFolders: 1, skippedLinks: 0 })]);
});
