// What is said of a gallery.

import type { GallerySummary } from '../../gallery/create-gallery.js';
import { defaultOptions } from '../../options/options.js';
import type { Colors } from '../screen.js';
import { count, integer, shownPath } from './format.js';

/** Files of others that are named. */
const MOST_NAMED = 5;

/** @param quiet Only what is wrong, or a reader must know. */
export function galleryLines(made: GallerySummary, colors: Colors, quiet = false): string[] {
  return [
    ...(quiet ? [] : [figuresLine(made, colors)]),
    ...(quiet || 2 * made.withoutFullView <= made.photos ? [] : [fullViewLine(made, colors)]),
    ...(quiet || made.originals === undefined ? [] : [originalsLine(made.originals.copied, colors)]),
    ...(made.originals === undefined || made.originals.notCopied === 0
      ? []
      : [
          colors.yellow(
            `${count(made.originals.notCopied, 'original')} not in the gallery: the photo is gone, or has changed since the run`,
          ),
        ]),
    ...(made.stylesLost === true
      ? [colors.yellow('the styles of --css are gone from the gallery: name them again')]
      : []),
    ...(quiet || made.unknownRoots !== true
      ? []
      : [
          colors.yellow(
            'it is not known which folders thumbs was given, so each folder with photos is an album of its own: the next run notes them',
          ),
        ]),
    ...(made.missing === 0
      ? []
      : [
          colors.yellow(
            `${count(made.missing, 'photo')} not in the gallery: a thumbnail is missing, and the next run makes it again`,
          ),
        ]),
    ...foreignLines(made, colors),
  ];
}

function figuresLine({ folder, photos, albums, written, removed }: GallerySummary, colors: Colors): string {
  const changes = [
    `${count(written, 'file')} written`,
    ...(removed === 0 ? [] : [`${integer(removed)} removed`]),
  ];
  const contents = [count(photos, 'photo'), ...(albums === 0 ? [] : [count(albums, 'album')])];
  return `${colors.dim('gallery')} ${shownPath(folder)}/index.html (${contents.join(', ')}; ${changes.join(', ')})`;
}

function fullViewLine({ fullView, variants }: GallerySummary, colors: Colors): string {
  // Whoever gives one size has to give the default one, too.
  const isDefault = variants.length === 1 && variants[0] === defaultOptions.size;
  const how = isDefault ? `with -s ${defaultOptions.size} ${FULL_SIZE}` : `with its sizes and ${FULL_SIZE}`;
  return colors.yellow(`the largest thumbnails have ${fullView} pixels: for a full view, run thumbs ${how}`);
}

/** A variant for the full view. */
const FULL_SIZE = '-s 1600x1600,format=webp,name=screen';

function originalsLine(copied: number, colors: Colors): string {
  return colors.yellow(
    `${count(copied, 'original')} in the gallery, with all that cameras wrote into them, such as GPS positions`,
  );
}

function foreignLines({ folder, foreign }: GallerySummary, colors: Colors): string[] {
  if (foreign.length === 0) return [];
  const named = foreign.slice(0, MOST_NAMED).map((file) => shownPath(`${folder}/${file}`));
  const more = foreign.length > MOST_NAMED ? [`and ${integer(foreign.length - MOST_NAMED)} more`] : [];
  return [
    colors.yellow(
      `left as they are, because thumbs has not written them so: ${[...named, ...more].join(', ')}`,
    ),
  ];
}
