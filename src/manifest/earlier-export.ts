// What exports begin with. Apart from `export.ts`, which is loaded at the end of a run, and with it a library.

import { THUMBNAIL_FILES } from '../files/thumbnails/thumbnail-name.js';
import type { ExportFormat } from '../options/options.js';

/** If an export has a record; one without is as short as the format allows. */
export const exportBeginnings: Readonly<Record<ExportFormat, RegExp>> = {
  txt: new RegExp(`^\\\\?${THUMBNAIL_FILES.any}: `),
  csv: /^source,status,thumbnail,width,height,/,
  json: /^(?:\{\n"(?:[^"\\\n]|\\.)*": \{"status":"|\{\}\n$)/,
};
