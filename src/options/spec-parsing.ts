// Specs as they are typed, or as a program has them: a size, and values by key. What makes sense together is decided in `variant-spec.ts`.

import { createRequire } from 'node:module';
import type Levenshtein from 'fastest-levenshtein';
import { expectedError } from '../errors.js';
import { parseColour } from './colour.js';
import { outputFormatNames, settingNames } from './output-formats.js';
import type { Fit, Position } from './variant.js';

const FITS: readonly Fit[] = ['inside', 'cover', 'contain', 'fill'];
const POSITIONS: readonly Position[] = ['centre', 'top', 'right', 'bottom', 'left', 'entropy', 'attention'];
const FLAGS = ['enlarge', 'lossless', 'progressive', 'palette'];
const KEYS = ['name', 'fit', 'position', 'background', 'enlarge', 'format', ...settingNames];

/** Values as stated, by key; the size apart. */
export type Stated = Readonly<Record<string, unknown>>;

export interface ParsedSpec {
  /** As typed, for messages. */
  readonly shown: unknown;
  /** As in a name: `200x200`, `300x`. */
  readonly sizeName: string;
  /** Pixels; undefined for an open side. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly stated: Stated;
}

/** An error about one spec. */
export function specError({ shown }: Pick<ParsedSpec, 'shown'>, expectation: string): Error {
  return expectedError('size', expectation, shown);
}

/** The parts of a spec. @throws {ThumbsError} `OPTION`. */
export function parseSpec(spec: unknown): ParsedSpec {
  if (typeof spec === 'string') return parseText(spec);
  if (typeof spec === 'object' && spec !== null) {
    const { width, height, ...stated } = spec as Stated;
    const known = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined));
    for (const key of Object.keys(known)) requireKey(key, { shown: spec });
    return withSides({ shown: spec, width, height, stated: known });
  }
  return withSides({ shown: spec, width: spec, height: spec, stated: {} });
}

const SIZE = /^(?:(\d{1,9})|(\d{0,9})x(\d{0,9}))$/i;

function parseText(spec: string): ParsedSpec {
  const [size = '', ...settings] = spec.split(',').map((part) => part.trim());
  const match = SIZE.exec(size);
  if (match === null || size.toLowerCase() === 'x')
    throw specError({ shown: spec }, 'to begin with WIDTHxHEIGHT, WIDTHx, xHEIGHT or one number');
  const [, both, width = both, height = both] = match;
  const stated: Record<string, unknown> = {};
  for (const setting of settings) {
    const [key = '', ...rest] = setting.split('=');
    if (SIZE.test(key) && rest.length === 0)
      throw specError({ shown: spec }, 'to have one size: give the option once for each variant');
    requireKey(key, { shown: spec });
    if (key in stated) throw specError({ shown: spec }, `to state ${key} once`);
    stated[key] = statedValue(key, rest.length === 0 ? undefined : rest.join('='), spec);
  }
  const side = (text: string | undefined) => (text === undefined || text === '' ? undefined : Number(text));
  return withSides({ shown: spec, width: side(width), height: side(height), stated });
}

/** The value of a key as typed. @param text Undefined for a key alone. */
function statedValue(key: string, text: string | undefined, spec: string): unknown {
  if (FLAGS.includes(key)) {
    if (text === undefined || text === 'true') return true;
    if (text === 'false') return false;
    throw specError({ shown: spec }, `to have ${key} alone, or with true or false`);
  }
  if (text === undefined || text === '') throw specError({ shown: spec }, `to have a value for ${key}`);
  return /^\d+$/.test(text) && (key === 'quality' || key === 'effort') ? Number(text) : text;
}

function requireKey(key: string, spec: Pick<ParsedSpec, 'shown'>): void {
  if (KEYS.includes(key)) return;
  const suggestion = suggestionFor(key);
  throw specError(
    spec,
    `to have keys among ${KEYS.join(', ')}, and not ${key === '' ? 'an empty one' : key}${suggestion}`,
  );
}

/** Letters that a mistyped key may differ in. */
const MOST_DIFFERENT = 2;

/** ` (did you mean quality?)`, or nothing. */
function suggestionFor(key: string): string {
  // Loaded for a mistake alone.
  const library: typeof Levenshtein = createRequire(import.meta.url)('fastest-levenshtein');
  const similar = library.closest(key, KEYS);
  return library.distance(key, similar) > MOST_DIFFERENT ? '' : ` (did you mean ${similar}?)`;
}

function withSides(
  spec: Record<'width' | 'height' | 'shown', unknown> & Pick<ParsedSpec, 'stated'>,
): ParsedSpec {
  const { shown, stated } = spec;
  if (spec.width === undefined && spec.height === undefined)
    throw specError(spec, 'to have a width or a height, in pixels');
  const [width, height] = [spec.width, spec.height].map((side) => {
    if (side === undefined || (typeof side === 'number' && Number.isInteger(side) && side >= 1)) return side;
    throw specError(spec, 'to have sides in whole pixels, from 1 on');
  });
  return { shown, width, height, sizeName: `${width ?? ''}x${height ?? ''}`, stated };
}

/** Checks what does not depend on the format. @param error Makes the error of an expectation. */
export function checkValue(key: string, value: unknown, error: (expectation: string) => Error): void {
  const oneOf = (values: readonly string[]) => {
    if (typeof value !== 'string' || !values.includes(value)) throw error(`to be ${orList(values)}`);
  };
  if (key === 'fit') oneOf(FITS);
  else if (key === 'position') oneOf([...POSITIONS, 'center']);
  else if (key === 'format') oneOf([...outputFormatNames, 'jpg']);
  else if (key === 'background') {
    if (parseColour(value) === undefined)
      throw error('to be #rgb, #rrggbb, #rrggbbaa, white, black or transparent');
  } else if (FLAGS.includes(key)) {
    if (typeof value !== 'boolean') throw error('to be true or false');
  } else if (key === 'quality' || key === 'effort') {
    const [min, max] = key === 'quality' ? [1, 100] : [0, 9];
    if (!isIntegerIn(value, min, max)) throw error(`to be an integer from ${min} to ${max}`);
  }
}

export function isIntegerIn(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function orList(words: readonly string[]): string {
  return listed(words, 'or');
}

export function andList(words: readonly string[]): string {
  return listed(words, 'and');
}

function listed(words: readonly string[], conjunction: string): string {
  return words.length < 2
    ? (words[0] ?? '')
    : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}
