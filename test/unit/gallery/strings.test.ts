// The gallery's words: every language has all of them.

import { expect, test } from 'vitest';
import { type Strings, strings } from '../../../src/gallery/client/strings.js';

const english = strings.en as Strings;

/** `{n}` and `{of}` of a text, sorted. */
function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();
}

for (const [language, words] of Object.entries(strings)) {
  test(`${language}: every word is there, and keeps its numbers`, () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [name, text] of Object.entries(english)) {
      if (typeof text !== 'string') continue;
      const translated = words[name as keyof Strings];
      expect(translated).toMatch(/\S/);
      expect(placeholders(String(translated))).toEqual(placeholders(text));
    }
  });

  test(`${language}: a number of photos has a text of its own for each plural of the language, or that of all`, () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    expect(categories).toEqual(expect.arrayContaining(Object.keys(words.count)));
    for (const text of Object.values(words.count)) expect(placeholders(text)).toEqual(['{n}']);
  });
}

test('a language is named by its code', () => {
  expect(Object.keys(strings).map((code) => Intl.getCanonicalLocales(code)[0])).toEqual(Object.keys(strings));
});
