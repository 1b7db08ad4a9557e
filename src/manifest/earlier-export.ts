// What exports begin with. Apart from `export.ts`, which is loaded at the end of a run, and with it a library.

import { thumbnailFileSource } from '../files/thumbnails/thumbnail-name.js';
import type { ExportFormat } from '../options/options.js';

/** If an export has a record; one without is as short as the format allows. */
export const exportBeginnings: Readonly<Record<ExportFormat, RegExp>> = {
  txt: new RegExp(`^\\\\?${thumbnailFileSource('any', 1)}: `),
  csv: /^source,status,thumbnail,width,height,/,
  json: /^(?:\{\n"(?:[^"\\\n]|\\.)*": \{"status":"|\{\}\n$)/,
};
