// `thumbs gallery`: pages to look at the thumbnails.

import type { Command } from 'commander';
import { jsonLine } from '../../printable.js';
import { exitCodes, isWhole } from '../exit-codes.js';
import { Screen } from '../screen.js';
import { addPlaceOptions, libraryOptions, type ParsedOptions } from '../shared-options.js';
import { stopOnSignals } from '../signals.js';
import { galleryLines } from '../texts/gallery.js';

export function configure(command: Command): void {
  addPlaceOptions(command)
    .option('--gallery <dir>', 'where the gallery goes (default: gallery, beside the thumbnails)')
    .option('--title <text>', "the gallery's title (default: the name of the photos' folder)")
    .option('--no-title', 'the default title again')
    .option('--css <file>', 'styles of your own, copied into the gallery')
    .option('--no-css', 'without them again')
    .option('--originals', 'copy the photos, too, with all that is in them, such as GPS positions')
    .option('--no-originals', 'without them again')
    .option('--failed-page', 'a page with the photos that failed, and why')
    .option('--no-failed-page', 'without it again')
    .option('--json', 'one JSON object on stdout, for programs')
    .option('-q, --quiet', 'say only what is wrong')
    .addHelpText(
      'after',
      '\nTitle, styles, originals and failed page are kept: later runs with --gallery bring the gallery up to date with them.',
    )
    .action(async (typed: ParsedOptions) => {
      process.exitCode = await runGallery(typed);
    });
}

/** Makes the gallery, and returns the exit code. */
async function runGallery(typed: ParsedOptions): Promise<number> {
  const stop = new AbortController();
  const screen = new Screen({ progress: false, forceExit: stop.signal });
  const stoppedBy = stopOnSignals(stop, screen, 'Stopping');
  // As a run imports it, so that it is a file of its own.
  const { createGallery } = await import('../../gallery/create-gallery.js');
  const made = await createGallery({ ...libraryOptions(typed), signal: stop.signal });
  const stopped = stoppedBy();
  if (made === undefined) return stopped === undefined ? exitCodes.cannotContinue : exitCodes[stopped];
  if (typed.json === true) await screen.print(jsonLine(made));
  for (const line of galleryLines(made, screen.colors, typed.quiet === true)) await screen.say(line);
  return isWhole(made) ? exitCodes.ok : exitCodes.someFailed;
}
