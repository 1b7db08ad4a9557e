// What may be asked for as a variant, and the sentence about what may not.

import { expect, test } from 'vitest';
import { resolveVariants, type SizeOption, type VariantDefaults } from '../../../src/options/variant-spec.js';

function one(spec: SizeOption, defaults: VariantDefaults = {}) {
  const [variant] = resolveVariants(spec, defaults);
  return variant;
}

test.each<[SizeOption, string, number, number]>([
  [200, '200x200', 200, 200],
  ['200', '200x200', 200, 200],
  ['200x150', '200x150', 200, 150],
  [{ width: 200, height: 150 }, '200x150', 200, 150],
  ['300x', '300x', 300, 16_384],
  ['x300', 'x300', 16_384, 300],
  ['x300,format=webp', 'x300-webp', 16_383, 300],
  [{ width: 300 }, '300x', 300, 16_384],
  ['200X150', '200x150', 200, 150],
])('%j is a variant called %s', (spec, name, width, height) => {
  expect(one(spec)).toMatchObject({ name, box: { width, height }, fit: 'inside', enlarge: false });
});

test.each([
  ['200x200,fit=cover', '200x200-cover'],
  ['200x200,fit=inside,format=png', '200x200-inside-png'],
  ['400x,format=webp,quality=60', '400x-webp'],
  ['200x200,format=jpg', '200x200-jpg'],
  ['200x200,fit=cover,name=card_1-x', 'card_1-x'],
])('%s without a name has its size and each stated fit and format as name: %s', (spec, name) => {
  expect(one(spec, { format: 'webp', fit: 'inside' })?.name).toBe(name);
});

test('formats have their measured defaults', () => {
  const encodings = ['png', 'webp', 'jpeg', 'avif'].map((format) => one(`9,format=${format}`)?.encoding);
  expect(encodings).toEqual([
    { format: 'png' },
    { format: 'webp', quality: 80, effort: 2 },
    { format: 'jpeg', quality: 80 },
    { format: 'avif', quality: 65, effort: 0 },
  ]);
});

test('a spec and its parts are the same variant', () => {
  const text = '300x200,fit=cover,position=top,enlarge,format=webp,quality=70,effort=6,name=card';
  expect(one(text)).toEqual(
    one({
      ...{ width: 300, height: 200, fit: 'cover', position: 'top', enlarge: true },
      ...{ format: 'webp', quality: 70, effort: 6, name: 'card' },
    }),
  );
});

test('what a spec leaves out comes from the defaults, where the variant can have it', () => {
  const defaults = { fit: 'cover', position: 'top', quality: 50, effort: 3, background: '#123456' };
  const [small, page, wide] = resolveVariants(
    ['100x100', '100x100,fit=inside,format=webp', '100x100,fit=contain,format=jpeg,quality=90'],
    defaults,
  );
  expect(small).toMatchObject({ fit: 'cover', position: 'top', encoding: { format: 'png' } });
  expect(small).not.toHaveProperty('background');
  expect(page).toMatchObject({ fit: 'inside', encoding: { format: 'webp', quality: 50, effort: 3 } });
  expect(page).not.toHaveProperty('position');
  const colour = { r: 0x12, g: 0x34, b: 0x56, alpha: 1 };
  expect(wide).toMatchObject({ fit: 'contain', background: colour, encoding: { quality: 90 } });
});

test('a default that every variant replaces is no mistake', () => {
  expect(one('400x,format=webp,quality=60', { quality: 80 })?.encoding.quality).toBe(60);
});

test('a background that is not opaque is left out for JPEG, which is over white', () => {
  const [card, page] = resolveVariants(['9x9,fit=contain', '9,format=jpeg'], { background: 'transparent' });
  expect([card?.background?.alpha, page?.background]).toEqual([0, { r: 255, g: 255, b: 255, alpha: 1 }]);
});

test('a fit that needs both sides is left out where one is open, and refused where all have one', () => {
  const [wide, card] = resolveVariants(['300x', '200x200'], { fit: 'cover' });
  expect([wide?.fit, card?.fit]).toEqual(['inside', 'cover']);
  expect(() => resolveVariants('300x', { fit: 'cover' })).toThrow('it is for variants with both sides');
});

test('lossless as default leaves alone what states a quality', () => {
  const [small, page] = resolveVariants(['9,format=webp', '8,format=webp,quality=70'], { lossless: true });
  expect(small?.encoding).toEqual({ format: 'webp', lossless: true, effort: 2 });
  expect(page?.encoding).toEqual({ format: 'webp', quality: 70, effort: 2 });
});

test.each<[string, Record<string, unknown>]>([
  ['#fff', { r: 255, g: 255, b: 255, alpha: 1 }],
  ['00ff0080', { r: 0, g: 255, b: 0, alpha: 128 / 255 }],
  ['black', { r: 0, g: 0, b: 0, alpha: 1 }],
  ['transparent', { r: 0, g: 0, b: 0, alpha: 0 }],
])('%s is a background', (text, colour) => {
  expect(one(`9x9,fit=contain,background=${text}`)?.background).toEqual(colour);
});

test.each<[unknown, string]>([
  ['', 'to begin with WIDTHxHEIGHT, WIDTHx, xHEIGHT or one number'],
  ['x', 'to begin with WIDTHxHEIGHT'],
  ['200 x 100', 'to begin with WIDTHxHEIGHT'],
  ['-5', 'to begin with WIDTHxHEIGHT'],
  ['1.5', 'to begin with WIDTHxHEIGHT'],
  ['0', 'to have sides in whole pixels, from 1 on'],
  ['200x0', 'to have sides in whole pixels, from 1 on'],
  [Number.NaN, 'to have sides in whole pixels'],
  [{}, 'to have a width or a height'],
  [{ width: 1.5 }, 'to have sides in whole pixels'],
  ['70000', 'to have sides of at most 16384 pixels as png'],
  ['16384,format=webp', 'to have sides of at most 16383 pixels as webp'],
  ['200,300', 'to have one size: give the option once for each variant'],
  ['200,qualty=80', 'and not qualty (did you mean quality?)'],
  ['200,colour=red', 'and not colour'],
  ['200,', 'and not an empty one'],
  [{ width: 9, colour: 1 }, 'and not colour'],
  ['200,quality=80', 'to have no quality as png: only webp, jpeg and avif have it'],
  ['200,format=jpeg,lossless', 'to have no lossless as jpeg: only webp and avif have it'],
  ['200,format=webp,palette', 'to have no palette as webp: only png has it'],
  ['200,format=avif,progressive', 'to have no progressive as avif'],
  ['200,format=webp,quality=80,lossless', 'to have a quality or to be lossless, not both'],
  ['200,format=webp,quality=0', 'to have a quality that is an integer from 1 to 100'],
  ['200,format=webp,quality=101', 'to have a quality that is an integer from 1 to 100'],
  ['200,format=webp,quality=high', 'to have a quality that is an integer from 1 to 100'],
  ['200,format=webp,effort=7', 'to have as effort an integer from 0 to 6 as webp'],
  ['200,format=gif', 'to have a format that is png, webp, jpeg, avif or jpg'],
  ['200,fit=crop', 'to have a fit that is inside, cover, contain or fill'],
  ['200,position=top', 'to have a position only with fit=cover, and not with fit=inside'],
  ['200,fit=cover,position=middle', 'to have a position that is centre'],
  ['300x,fit=cover', 'to have both sides with fit=cover'],
  ['x300,fit=contain', 'to have both sides with fit=contain'],
  ['200,background=white', 'to have a background only with fit=contain, or as jpeg'],
  ['200,format=jpeg,background=#ffffff80', 'to have an opaque background as jpeg'],
  ['200,fit=contain,background=reddish', 'to have a background that is #rgb'],
  ['200,enlarge=perhaps', 'to have enlarge alone, or with true or false'],
  ['200,quality', 'to have a value for quality'],
  ['200,fit=cover,fit=fill', 'to state fit once'],
  ['200,name=a/b', 'to have a name of 1 to 64 characters'],
  ['200,name=Card', 'to have a name of 1 to 64 characters'],
  [`200,name=${'a'.repeat(65)}`, 'to have a name of 1 to 64 characters'],
  [['200', '200x200'], 'to be a variant of another name than 200x200'],
  [['200,name=a', '300,name=a'], 'to be a variant of another name than a'],
  [[], 'to name 1 to 100 variants'],
])('%j is refused by a sentence: %s', (spec, sentence) => {
  expect(() => resolveVariants(spec as SizeOption, {})).toThrow(
    expect.objectContaining({ code: 'OPTION', message: expect.stringContaining(sentence) }),
  );
});

test.each<[string, VariantDefaults, string]>([
  ['200', { quality: 80 }, 'Expected `quality` to be of use to a variant: it is for webp, jpeg and avif'],
  ['200', { position: 'top' }, 'Expected `position` to be of use to a variant: it is for fit=cover'],
  ['200', { background: 'red' }, 'Expected `background` to be #rgb'],
  ['200', { background: 'white' }, 'Expected `background` to be of use to a variant: it is for fit=contain'],
  ['200', { format: 'jpeg', background: 'transparent' }, 'Expected `background` to be of use to a variant'],
  ['200', { format: 'webp', quality: 1000 }, 'Expected `quality` to be an integer from 1 to 100'],
  ['200', { format: 'webp', effort: 8 }, 'Expected `effort` to be an integer from 0 to 6 as webp'],
  ['200', { format: 'webp', quality: 80, lossless: true }, 'to have a quality or to be lossless, not both'],
  ['200', { lossless: true }, 'Expected `lossless` to be of use to a variant: it is for webp and avif'],
  ['200', { fit: 'crop' }, 'Expected `fit` to be inside, cover, contain or fill'],
  ['200', { format: 'gif' }, 'Expected `format` to be png, webp, jpeg, avif or jpg'],
])('%s with the defaults %j is refused: %s', (spec, defaults, sentence) => {
  expect(() => resolveVariants(spec, defaults)).toThrow(sentence);
});
