// The photos that the pages show, made of the export of thumbs alone: sizes and placeholders are in it, so no picture is opened.

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash';

const exported = new URL('../../photos.json', import.meta.url);

/** A browser takes the first format that it can show: the one with the fewest bytes comes first. */
const SOURCE_FORMATS = ['avif', 'webp'];
/** For `<img>`: a format that every browser shows, if there is one. */
const FALLBACK_FORMATS = ['jpeg', 'png', 'webp', 'avif'];

export default function photos() {
  const records = Object.entries(JSON.parse(fs.readFileSync(exported, 'utf8')));
  return records
    .filter(([, record]) => record.status === 'done')
    .map(([key, record]) => photoOf(key, record))
    .sort(newestFirst);
}

function photoOf(key, record) {
  const title = path.posix.parse(record.source).name.replace(/\p{Cc}/gu, ' ');
  const picture = pictureOf(record.thumbnails);
  const ratio = picture.largest.width / picture.largest.height;
  return {
    ...{ title, url: `/photos/${slugOf(title, key)}/` },
    ...{ sourceWidth: record.sourceWidth, sourceHeight: record.sourceHeight },
    ...{ ...picture, ratio, cell: cellOf(ratio) },
    taken: record.takenAt ? { at: record.takenAt, text: shownTime(record.takenAt) } : undefined,
    placeholder: record.placeholder && placeholderOf(record.placeholder),
  };
}

/** What `<picture>` has: `sources`, and the `fallback` with its `largest` entry. */
function pictureOf(thumbnails) {
  const entriesOf = (format) => differentWidths(thumbnails.filter((entry) => entry.format === format));
  const fallbackFormat = FALLBACK_FORMATS.find((format) => entriesOf(format).length > 0);
  const sources = SOURCE_FORMATS.filter((format) => format !== fallbackFormat)
    .map((format) => ({ type: `image/${format}`, entries: entriesOf(format) }))
    .filter(({ entries }) => entries.length > 0);
  const fallback = entriesOf(fallbackFormat);
  return { sources, fallback, largest: fallback.at(-1) };
}

/** By width. Of a photo that is smaller than two boxes both entries have its own width: one of them is enough. */
function differentWidths(entries) {
  const byWidth = new Map(entries.map((entry) => [entry.width, entry]));
  return [...byWidth.values()].sort((a, b) => a.width - b.width);
}

/** The cell in the grid, which crops a photo that is very wide or high, and the width of the whole photo in it: rem, in a row of 16 rem. */
function cellOf(ratio) {
  return { ratio: Math.min(3, Math.max(0.5, ratio)), photoWidth: Math.ceil(16 * Math.max(0.5, ratio)) };
}

/** `summer-day-3f9a02bc41d7`: the digest tells photos of one name apart, and stays when photos are added. */
function slugOf(title, key) {
  const words = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const readable = words
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return readable === '' ? digest : `${readable}-${digest}`;
}

function placeholderOf(base64) {
  const hash = Buffer.from(base64, 'base64');
  const { r, g, b, a } = thumbHashToAverageRGBA(hash);
  const [red, green, blue] = [r, g, b].map((value) => Math.round(255 * value));
  return {
    dataUrl: thumbHashToDataURL(hash),
    colour: `rgb(${red} ${green} ${blue} / ${a.toFixed(2)})`,
    // It would show through a picture with transparency.
    isTransparent: (hash[2] & 0x80) !== 0,
  };
}

/** `2024-05-01T12:30:05`, as the clock of the camera said, with or without an offset behind it. */
function cameraClock(takenAt) {
  return takenAt.slice(0, 19);
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** What the camera's clock said, wherever the page is built: it is read and written in one zone. */
function shownTime(takenAt) {
  return format.format(new Date(`${cameraClock(takenAt)}Z`));
}

/** By the cameras' clocks, because many times have no offset. Photos without a time come last; equal ones stay in the export's order. */
function newestFirst(a, b) {
  const [timeOfA, timeOfB] = [a, b].map(({ taken }) => (taken ? cameraClock(taken.at) : ''));
  if (timeOfA === timeOfB) return 0;
  return timeOfA > timeOfB ? -1 : 1;
}
