// What a run's summary says of its folder of links.

import { printable } from '../../printable.js';
import type { SummaryEvent } from '../../run/events.js';
import type { Colors } from '../screen.js';
import { count, integer, shownPath } from './format.js';

type Links = SummaryEvent['links'];

/** `links album (1,234 files, 12 written, 3 removed)`; nothing where none were asked for. */
export function linksLine(links: Links, colors: Colors): string[] {
  if (links === undefined) return [];
  const { folder, files, written, removed, widened } = links;
  const figures = `${count(files, 'file')}, ${integer(written)} written, ${integer(removed)} removed`;
  return [
    ...(widened === true
      ? ['Every link has a new name: a photo lies outside the folder that the others have in common']
      : []),
    `${colors.dim('links')} ${shownPath(folder)} (${figures})`,
  ];
}

/** More files are not named one by one. */
const MOST_NAMED = 10;

/** Which links could not be made, and why. */
export function linkProblemLines(links: Links, colors: Colors): string[] {
  if (links === undefined) return [];
  const { folder, foreign, missing } = links;
  const named = foreign.slice(0, MOST_NAMED).map((file) => `${shownPath(folder)}/${printable(file)}`);
  const more = foreign.length - named.length;
  const lines = [
    ...named.map((file) => `${file} was written or changed by something else, and is left as it is`),
    ...(more === 0 ? [] : [`... and ${count(more, 'more file')} like these`]),
    ...(missing === 0
      ? []
      : [
          `${count(missing, 'thumbnail')} missing on the disk, and without a link: the next run over its photo makes both`,
        ]),
  ];
  return lines.map((line) => colors.yellow(line));
}
