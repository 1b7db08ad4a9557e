// The page in the reader's language, as far as the gallery speaks it; dates and numbers in any.

import type { Photo } from './photo-list.js';
import { type Strings, strings } from './strings.js';

/** The reader's language for dates and numbers: the first that the browser names. */
const locale: string = navigator.languages[0] ?? navigator.language;

/** The first of the reader's languages in which there are words; else English. */
const language: string =
  navigator.languages.map((tag) => tag.split('-')[0] ?? '').find((tag) => Object.hasOwn(strings, tag)) ??
  'en';

export const words: Strings = strings[language] ?? (strings.en as Strings);

const integers = new Intl.NumberFormat(locale);
const plurals = new Intl.PluralRules(language);
const days = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
const times = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
const months = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `3 photos`. */
export function photoCount(count: number): string {
  return (words.count[plurals.select(count)] ?? words.count.other).replace('{n}', integers.format(count));
}

/** `3 of 40`, and other texts with two numbers. */
export function withNumbers(text: string, n: number, of: number): string {
  return text.replace('{n}', integers.format(n)).replace('{of}', integers.format(of));
}

/** The clock on the spot, as if it were in UTC: no reader's zone may move a photo to another day. Undefined for what is no time. */
function dateOf(text: string): Date | undefined {
  const date = new Date(`${text.slice(0, 19)}${text.length <= 10 ? 'T00:00:00' : ''}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** `1 May 2024 at 12:30`; empty without a time. */
export function timeText(takenAt: string | undefined): string {
  const date = takenAt === undefined ? undefined : dateOf(takenAt);
  return date === undefined ? '' : times.format(date);
}

/** What a photo is, for those who do not see it: `IMG_1.jpg, 1 May 2024`. */
export function describePhoto({ name, takenAt }: Photo): string {
  const date = takenAt === undefined ? undefined : dateOf(takenAt);
  return date === undefined ? name : `${name}, ${days.format(date)}`;
}

/** `May 2024` of `2024-05`, `2024` of itself. */
export function periodTitle(period: string): string {
  if (period.length === 4) return period;
  const date = period === '' ? undefined : dateOf(`${period}-01`);
  return date === undefined ? words.undated : months.format(date);
}

/** Puts the page's own texts into the reader's language. */
export function translatePage(): void {
  document.documentElement.lang = language;
  const texts: Readonly<Record<string, unknown>> = { ...words };
  const textOf = (name: string | undefined) => {
    const text = texts[name ?? ''];
    return typeof text === 'string' ? text : undefined;
  };
  for (const target of document.querySelectorAll<HTMLElement>('[data-text]'))
    target.textContent = textOf(target.dataset.text) ?? target.textContent;
  for (const target of document.querySelectorAll<HTMLElement>('[data-label]')) {
    const { label = '' } = target.dataset;
    target.setAttribute('aria-label', textOf(`${label}Label`) ?? textOf(label) ?? '');
  }
  for (const target of document.querySelectorAll<HTMLInputElement>('[data-placeholder]'))
    target.placeholder = textOf(target.dataset.placeholder) ?? '';
  for (const target of document.querySelectorAll<HTMLElement>('[data-count]'))
    target.textContent = photoCount(Number(target.dataset.count));
  for (const target of document.querySelectorAll<HTMLElement>('[data-range]')) {
    const [first, last] = (target.dataset.range ?? '').split('/').map(dateOf);
    if (first !== undefined && last !== undefined) target.textContent = days.formatRange(first, last);
  }
  for (const target of document.querySelectorAll('time')) {
    const date = dateOf(target.dateTime);
    if (date !== undefined) target.textContent = days.format(date);
  }
}
