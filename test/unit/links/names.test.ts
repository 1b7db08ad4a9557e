// How sources become names in a tree of links.

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type NamedPhoto, namesOf } from '../../../src/links/names.js';
import { inProgram } from '../../support/byte-names.js';

const PLAIN = ['.webp'];

/** The links of these sources, by source; each has these suffixes, or its own. */
function linksOf(
  sources: readonly string[],
  suffixes: Readonly<Record<string, readonly string[]>> = {},
): Record<string, string[]> {
  const photos: NamedPhoto[] = sources.map((source) => ({
    path: source.split('/'),
    suffixes: suffixes[source] ?? PLAIN,
  }));
  return Object.fromEntries(
    [...namesOf(photos)].map(([photo, file]) => [
      photo.path.join('/'),
      photo.suffixes.map((suffix) => file + suffix),
    ]),
  );
}

/** The links of sources with one thumbnail each, in the order of the sources. */
function names(...sources: string[]): string[] {
  const links = linksOf(sources);
  return sources.map((source) => links[source]?.[0] ?? 'none');
}

/** The mark of a name. */
function mark(name: string | Buffer, digits = 6): string {
  return `~${createHash('sha256').update(name).digest('hex').slice(0, digits)}`;
}

test('folders and names are the photo’s own, with what the variant adds', () => {
  expect(names('2024/IMG_1.jpg', '2024/May/a b.HEIC', "ü&%#+'$.png", '.hidden/x.jpg')).toEqual([
    '2024/IMG_1.jpg.webp',
    '2024/May/a b.HEIC.webp',
    "ü&%#+'$.png.webp",
    '.hidden/x.jpg.webp',
  ]);
  expect(linksOf(['a.jpg'], { 'a.jpg': ['.webp', '.screen.jpg'] })).toEqual({
    'a.jpg': ['a.jpg.webp', 'a.jpg.screen.jpg'],
  });
});

test('names that differ only in letter case are kept apart: the first keeps its own', () => {
  expect(names('IMG.jpg', 'img.jpg', 'Img.JPG')).toEqual([
    'IMG.jpg.webp',
    `img${mark('img.jpg')}.jpg.webp`,
    `Img${mark('Img.JPG')}.JPG.webp`,
  ]);
  // Letters whose upper case is two letters, Greek final sigma, a Turkish i.
  expect(names('STRASSE', 'straße', 'ΟΔΟΣ', 'οδος', 'οδοσ', 'I', 'i')).toEqual([
    'STRASSE.webp',
    `straße${mark('straße')}.webp`,
    'ΟΔΟΣ.webp',
    `οδος${mark('οδος')}.webp`,
    `οδοσ${mark('οδοσ')}.webp`,
    'I.webp',
    `i${mark('i')}.webp`,
  ]);
});

test('names that differ only in their Unicode form are kept apart, each in its own form', () => {
  const [nfc, nfd] = ['caf\u00e9.jpg', 'cafe\u0301.jpg'];
  expect(names(nfc, nfd)).toEqual([`caf\u00e9${mark(nfc)}.jpg.webp`, 'cafe\u0301.jpg.webp']);
  expect(names(nfc)).toEqual([`${nfc}.webp`]);
  expect(names(nfd)).toEqual([`${nfd}.webp`]);
});

test('folders that differ only in letter case are kept apart, with what is in them', () => {
  expect(names('Trip/a.jpg', 'trip/a.jpg', 'trip/b/c.jpg')).toEqual([
    'Trip/a.jpg.webp',
    `trip${mark('trip')}/a.jpg.webp`,
    `trip${mark('trip')}/b/c.jpg.webp`,
  ]);
});

test('what Windows refuses is replaced: reserved words, characters, controls, trailing dots and spaces', () => {
  const cases: Record<string, string> = {
    'aux.jpg': 'aux_.jpg.webp',
    'NUL/a.jpg': 'NUL_/a.jpg.webp',
    'com1.tar.jpg': 'com1_.tar.jpg.webp',
    'auxiliary.jpg': 'auxiliary.jpg.webp',
    'a:b?.jpg': 'a_b_.jpg.webp',
    'a\\b.jpg': 'a_b.jpg.webp',
    'trip./a.jpg': 'trip/a.jpg.webp',
    'trip2 /a.jpg': 'trip2/a.jpg.webp',
    '.../a.jpg': '_/a.jpg.webp',
    'line\nbreak.jpg': 'line break.jpg.webp',
    'esc\u001b[2J.jpg': 'esc_[2J.jpg.webp',
    // A name that would be shown as one that ends in .exe, or is read from the right.
    'gpj\u202eexe.jpg': 'gpj_exe.jpg.webp',
    'c1\u0085.jpg': 'c1_.jpg.webp',
  };
  expect(names(...Object.keys(cases))).toEqual(Object.values(cases));
});

test('what every system takes stays: spaces of other widths, joiners, emoji', () => {
  const kept = [
    'at 1.23\u202fPM.png',
    '全角\u3000空白.jpg',
    'می\u200cخواهم.jpg',
    '👩\u200d👧.jpg',
    '  a.jpg',
  ];
  expect(names(...kept)).toEqual(kept.map((name) => `${name}.webp`));
});

test('names that are not UTF-8 show their bytes, and are kept apart from what looks like them', () => {
  const byte = inProgram('caf\xe9.jpg');
  expect(names(byte, 'caf%E9.jpg', inProgram('\xff/a.jpg'))).toEqual([
    `caf%E9${mark(Buffer.from('caf\xe9.jpg', 'latin1'))}.jpg.webp`,
    'caf%E9.jpg.webp',
    '%FF/a.jpg.webp',
  ]);
});

test('a name that must be changed never takes that of a photo that has it', () => {
  // Sorted, `a\u0001b` would come first.
  expect(names('a\u0001b.jpg', 'a_b.jpg', 'a?b.jpg')).toEqual([
    `a_b${mark('a\u0001b.jpg')}.jpg.webp`,
    'a_b.jpg.webp',
    `a_b${mark('a?b.jpg')}.jpg.webp`,
  ]);
});

test('a mark that another photo has in its name becomes longer', () => {
  const other = `img${mark('img.jpg')}.jpg`;
  expect(names('IMG.jpg', 'img.jpg', other)).toEqual([
    'IMG.jpg.webp',
    `img${mark('img.jpg', 7)}.jpg.webp`,
    `${other}.webp`,
  ]);
});

test('long names are shortened with a mark, so that the longest of their links is a name', () => {
  const [long, twin] = [`${'ä'.repeat(122)}x.jpg`, `${'ä'.repeat(122)}y.jpg`];
  const suffixes = ['.webp', '.screen.webp'];
  const links = linksOf([long, twin, `${'f'.repeat(255)}/a.jpg`], { [long]: suffixes, [twin]: suffixes });
  const expected = (name: string) => {
    const stem = `${'ä'.repeat(116)}${mark(name)}.jpg`;
    return suffixes.map((suffix) => stem + suffix);
  };
  expect(links[long]).toEqual(expected(long));
  expect(links[twin]).toEqual(expected(twin));
  expect(Buffer.byteLength(links[long]?.[1] ?? '')).toBeLessThanOrEqual(255);
  expect(links[`${'f'.repeat(255)}/a.jpg`]).toEqual([`${'f'.repeat(255)}/a.jpg.webp`]);
  // What shows its bytes has become longer.
  const bytes = inProgram('\xff'.repeat(200));
  const [shown = ''] = names(`${bytes}/a.jpg`);
  expect(Buffer.byteLength(shown.split('/')[0] ?? '')).toBeLessThanOrEqual(255);
  expect(shown).toContain('~');
});

test('a photo’s plain name and another’s variant are kept apart, and so are a file and a folder', () => {
  const suffixes = { 'a.jpg': ['.webp', '.screen.webp'] };
  expect(linksOf(['a.jpg', 'a.jpg.screen'], suffixes)).toEqual({
    'a.jpg': ['a.jpg.webp', 'a.jpg.screen.webp'],
    'a.jpg.screen': [`a.jpg${mark('a.jpg.screen')}.screen.webp`],
  });
  expect(names('b.jpg', 'b.jpg.webp/c.jpg')).toEqual([`b${mark('b.jpg')}.jpg.webp`, 'b.jpg.webp/c.jpg.webp']);
});

test('photos that have no variant in common are kept apart by their own names', () => {
  expect(linksOf(['A.jpg', 'a.jpg'], { 'A.jpg': ['.webp'], 'a.jpg': ['.screen.webp'] })).toEqual({
    'A.jpg': ['A.jpg.webp'],
    'a.jpg': [`a${mark('a.jpg')}.jpg.screen.webp`],
  });
});

test('a photo without thumbnails keeps its name for the time when it has some', () => {
  expect(linksOf(['A.jpg', 'a.jpg'], { 'A.jpg': [] })).toEqual({
    'A.jpg': [],
    'a.jpg': [`a${mark('a.jpg')}.jpg.webp`],
  });
});

test('the names of the program’s own files are no photo’s, in the tree’s own folder', () => {
  expect(names('.thumbs.json/a.jpg', 'a/.thumbs.json/a.jpg', '.THUMBS-x.jpg')).toEqual([
    // A mark would not help: it comes behind.
    ...['_.thumbs.json/a.jpg.webp', 'a/.thumbs.json/a.jpg.webp', '_.THUMBS-x.jpg.webp'],
  ]);
});

test('the order of the sources does not matter', () => {
  const sources = [
    ...['A.jpg', 'a.jpg', 'a?.jpg', 'a_.jpg', 'T/x.jpg', 't/x.jpg', 't/X.jpg', 'caf\u00e9', 'cafe\u0301'],
    ...[`a${mark('a.jpg')}.jpg`, 'aux.jpg', 'AUX_.jpg', 'a.jpg.webp/x.jpg'],
  ];
  const expected = linksOf(sources);
  expect(
    new Set(
      Object.values(expected)
        .flat()
        .map((name) => name.normalize('NFC').toLowerCase()),
    ).size,
  ).toBe(sources.length);
  for (let turn = 0; turn < 50; turn += 1) {
    const shuffled = sources.map((source) => ({ source, key: digestOf(`${turn} ${source}`) }));
    shuffled.sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(linksOf(shuffled.map(({ source }) => source))).toEqual(expected);
  }
});

/** What names are made of that file systems disagree about. */
const PIECES = [
  ...[
    'a',
    'A',
    'ß',
    'SS',
    'é',
    'e\u0301',
    'É',
    'ı',
    'I',
    'ſ',
    's',
    '.',
    ' ',
    '~',
    '%E9',
    '_',
    '\ud83d\udc67',
    'ä'.repeat(60),
  ],
  ...[
    'aux',
    'CON',
    'com1',
    '.jpg',
    '.JPG',
    '.webp',
    '.screen',
    '.thumbs',
    ':',
    '?',
    '\\',
    '\n',
    '\u202e',
    '\udce9',
    '\ufffd',
  ],
];

test('whatever the names are, each link has one of its own that every system takes', () => {
  // Up to four pieces each, by digests: the same in every run.
  const nameOf = (number: number, part: string) => {
    const bytes = createHash('sha256').update(`${part} ${number}`).digest();
    const pieces = Array.from({ length: 1 + ((bytes[0] ?? 0) % 4) }, (_, at) => bytes[at + 1] ?? 0);
    const name = pieces.map((piece) => PIECES[piece % PIECES.length]).join('');
    return name === '.' || name === '..' ? 'dots' : name;
  };
  const sources = new Set(
    Array.from(
      { length: 3000 },
      (_, number) => `${nameOf(number % 40, 'folder')}/${nameOf(number, 'photo')}`,
    ),
  );
  for (let number = 0; number < 1000; number += 1) sources.add(nameOf(number, 'photo'));
  const suffixes = ['.webp', '.screen.webp'];
  const photos = [...sources].map((source) => ({ path: source.split('/'), suffixes }));
  const files = [...namesOf(photos)].flatMap(([, file]) => suffixes.map((suffix) => file + suffix));
  const folders = new Set(files.flatMap((file) => (file.includes('/') ? [file.split('/')[0] ?? ''] : [])));
  const folded = [...files, ...folders].map((file) => file.normalize('NFC').toUpperCase());
  expect(new Set(folded).size).toBe(2 * sources.size + folders.size);
  expect(folders.size).toBe(new Set([...sources].flatMap((source) => source.split('/').slice(0, -1))).size);
  const names = files.flatMap((file) => file.split('/'));
  const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)/i;
  const isTaken = (name: string) =>
    name.isWellFormed() &&
    Buffer.byteLength(name) <= 255 &&
    !reserved.test(name) &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    !/[<>:"/\\|?*\u0000-\u001f\u202e]|[. ]$|^$/.test(name);
  expect(names.filter((name) => !isTaken(name))).toEqual([]);
  expect(files.filter((file) => /^\.thumbs/i.test(file))).toEqual([]);
});

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
