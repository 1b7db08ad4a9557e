// The globs select what fast-glob selects by them, in any letter case.

import path from 'node:path';
import fastGlob from 'fast-glob';
import { expect, test } from 'vitest';
import { Globs } from '../../../../src/producer/selection/globs.js';
import { walkFolder } from '../../../support/in-process/walk.js';
import { makeTree, temporaryFolder } from '../../../support/photos.js';

const TREE = [
  'a.jpg',
  'b.png',
  '(c).jpg',
  'a b.jpg',
  '[d].jpg',
  '!e.jpg',
  '.hidden.jpg',
  'a/a.jpg',
  'a/b.png',
  'a/a/a.jpg',
  'a/.b/c.jpg',
  'a/.b/c/.d.jpg',
  '.b/c.jpg',
  'lost+found2/a.jpg',
  'b/a/c.jpg',
  'b/2024/c.jpg',
  'b/2024-05/a/d.jpg',
  '{e}/a.jpg',
  'f$/(g)/a.jpg',
  'x[1]/a.jpg',
];

const GLOBS = [
  ...[
    '*',
    '**',
    '*.jpg',
    '**/*.jpg',
    '*/*',
    '*/**',
    'a/**',
    '**/a/**',
    '**/a',
    'a',
    'a/',
    'a.jpg',
    './a.jpg',
    './*.jpg',
  ],
  ...[
    'a//b.png',
    '**/a/*.jpg',
    '**/a/**/a/*',
    'b/20[0-9][0-9]/*',
    'b/2024*/**',
    '{a,b}/**',
    '{a,b/a}/*.{jpg,png}',
  ],
  ...[
    'a{,/a}/*.jpg',
    '.b/*',
    '.*',
    '.*/**',
    '**/.b/**',
    '**/.*',
    'a/.b/**/*.jpg',
    '+(a|b)/**',
    '!(a)/**',
    '@(a|b)/a/*',
    '@(b/a|x)/*',
  ],
  ...[
    '?.jpg',
    '[ab].jpg',
    '[!a].jpg',
    '[^a].jpg',
    '[[:alpha:]].jpg',
    '\\[d\\].jpg',
    '[[]d[]].jpg',
    'x\\[1\\]/*',
  ],
  ...[
    'x[1]/*',
    '(c).jpg',
    '\\(c\\).jpg',
    'a b.jpg',
    '\\!e.jpg',
    '[!]e.jpg',
    'lost+found2/*',
    '\\{e\\}/*',
    'f$/(g)/*',
  ],
  ...[
    'a**',
    '**a',
    '**.jpg',
    'a/**.jpg',
    '**/**/a.jpg',
    '*a*/*a*',
    'nowhere/**',
    'b/{1..3}*/**',
    'b/{2024,2025}/c.jpg',
  ],
];

test.each([false, true])('files are selected as fast-glob selects them (hidden: %s)', async (hidden) => {
  const folder = makeTree(
    temporaryFolder(),
    TREE.map((name) => `p/${name}`),
  );
  const root = path.join(folder, 'p');
  const expected = (glob: string) => {
    // With caseSensitiveMatch it opens the fixed start of a glob as we do not.
    const found = fastGlob.globSync(glob, {
      cwd: root,
      baseNameMatch: true,
      caseSensitiveMatch: false,
      dot: hidden,
    });
    return found.map((name) => path.join('p', name)).sort();
  };
  for (const glob of GLOBS) {
    const { files } = await walkFolder(folder, { include: [glob], hidden });
    expect([glob, files]).toEqual([glob, expected(glob)]);
  }
});

test.each([false, true])(
  'all selected files are below folders that may have them (hidden: %s)',
  async (hidden) => {
    const files = TREE.flatMap((name) => [name, `deep/er/${name}`, `a/a/${name}`, `b/a/${name}`]);
    for (const glob of GLOBS) {
      const globs = await Globs.from([glob], hidden);
      for (const file of files.filter((name) => globs.match(name))) {
        for (let above = path.dirname(file); above !== '.'; above = path.dirname(above))
          expect([glob, above, globs.mayMatchBelow(above)]).toEqual([glob, above, true]);
      }
    }
  },
);

/** Starts of globs that micromatch reads in another way where nothing follows, and starts that end in a group. */
const STARTS = [
  '!(a)',
  '!(b)*',
  '!(*.jpg)',
  '**/!(b)',
  'x*\\',
  '(p',
  '(c',
  '+(a*/b*)',
  '?(a)',
  '[!a]*',
  '**/*',
  '*/*',
];

const FOLDER_GLOBS = [...GLOBS, ...STARTS].flatMap((start) =>
  ['', '/**', '/*', '/**/*', '/*/**', '/*/*', '/**/**'].map((end) => start + end),
);

test('as an exclude, a glob that leaves nothing in a folder matches the folder, and no other glob does', async () => {
  const tree = [...TREE, 'all/b.jpg', 'bc/d.jpg', '(c/a.jpg', 'xy/(p/z.jpg', '(p/q/r.jpg'];
  const names = tree.flatMap((name) => [name, `deep/er/${name}`, `a/a/${name}`, `b/a/${name}/.x/y`]);
  for (const glob of FOLDER_GLOBS) {
    const globs = await Globs.from([glob], true);
    const left = (isExcluded: (folder: string) => boolean) =>
      names.filter((name) => !globs.match(name) && !foldersAbove(name).some(isExcluded));
    expect([glob, left((folder) => globs.matchFolder(folder))]).toEqual([
      glob,
      left((folder) => globs.match(folder)),
    ]);
  }
});

test('as an exclude, a glob matches a folder by its part before a trailing /**, /* or /**/*', async () => {
  const matched = async (glob: string, folder: string) =>
    (await Globs.from([glob], true)).matchFolder(folder);
  for (const end of ['**', '*', '**/*', '**/**', '**/**/*', '{**,x}']) {
    expect([end, await matched(`P*/${end}`, 'private')]).toEqual([end, true]);
    expect([end, await matched(`p*/${end}`, 'sub/private')]).toEqual([end, false]);
    expect([end, await matched(`**/p*/${end}`, 'sub/private')]).toEqual([end, true]);
  }
  for (const glob of ['p*/*/**', 'p*/*.jpg', 'p*/**/a', 'p*/**.jpg', 'p*/\\**', 'p*/?', '+(p*/**)'])
    expect([glob, await matched(glob, 'private')]).toEqual([glob, false]);
});

test('a glob that has matched a folder by its first part is no longer unmatched', async () => {
  const globs = await Globs.from(['p*/**', 'q*/*', 'r*/**'], true);
  expect([globs.matchFolder('private'), globs.matchFolder('q'), globs.match('r')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(globs.unmatched).toEqual(['r*/**']);
});

function foldersAbove(file: string): string[] {
  const above = path.dirname(file);
  return above === '.' ? [] : [above, ...foldersAbove(above)];
}

test('a glob is unmatched until it has matched, also where another one matches the same path', async () => {
  const globs = await Globs.from(['*.jpg', 'a/**', '*.tif', '*.{png,gif}'], false);
  expect(globs.unmatched).toEqual(['*.jpg', 'a/**', '*.tif', '*.{png,gif}']);
  expect([globs.match('x.bmp'), globs.match('a/b.jpg'), globs.match('b.gif')]).toEqual([false, true, true]);
  expect(globs.unmatched).toEqual(['*.tif']);
  expect(globs.match('c.jpg')).toBe(true);
});

test('the fixed parts of a glob name folders', async () => {
  const named = async (glob: string, name: string) => (await Globs.from([glob], false)).hasFolder(name);
  expect(await named('**/@eaDir/*.jpg', '@EADIR')).toBe(true);
  expect(await named('\\#recycle/{a,b}/**', '#recycle')).toBe(true);
  expect(await named('{lost+found,x}/**', 'lost+found')).toBe(true);
  expect(await named('@ea*/*.jpg', '@eaDir')).toBe(false);
  expect(await named('@eaDir', '@eaDir')).toBe(false);
});

test('a glob with too many alternatives is refused', async () => {
  await expect(Globs.from(['*.jpg', '{1..9999}/*'], false)).rejects.toMatchObject({
    code: 'OPTION',
    message: expect.stringMatching(/^Cannot use the glob \{1\.\.9999\}\/\*: .*limit/),
  });
});
