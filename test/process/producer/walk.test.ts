import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, recordsIn } from '../../support/output.js';
import { jpeg, makeTree, temporaryFolder } from '../../support/photos.js';
import { thumbsJson } from '../../support/processes/command.js';

/** A tree with what the walk's options select. */
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
  return makeTree(temporaryFolder(), tree, photo);
}

/** Runs the command in such a tree, and returns the sources of the manifest and the summary. */
async function walkOf(args: readonly string[]) {
  const folder = await treeOfPhotos();
  const { code, events } = await thumbsJson([...args, '-o', 'photos/thumbs', '-w', '2'], { cwd: folder });
  const out = path.join(folder, 'photos/thumbs');
  await expectSound(out);
  return { code, sources: recordsIn(out).map(({ source }) => source), summary: events.at(-1) };
}

test('the command walks by default every photo extension, no hidden name, no link and not its output', async () => {
  const { code, sources, summary } = await walkOf(['photos', 'photos/drafts', 'single']);
  expect(sources).toEqual(['../../single', '../B.PNG', '../a.jpg', '../drafts/c.jpg']);
  expect([code, summary]).toEqual([0, expect.objectContaining({ unreadableFolders: 0, skippedLinks: 1 })]);
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
  expect([code, summary]).toEqual([0, expect.objectContaining({ unreadableFolders: 0, skippedLinks: 0 })]);
});
