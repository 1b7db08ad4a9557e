// sharp, loaded when it is first needed: the main process knows decoders and encoders, and must not load it.

import { createRequire } from 'node:module';
import type Sharp from 'sharp';

let loaded: typeof Sharp | undefined;

/** sharp, with all of libvips' loaders blocked; `render.ts` allows those that decoders need. */
export function loadSharp(): typeof Sharp {
  loaded ??= load();
  return loaded;
}

function load(): typeof Sharp {
  // For sharp's modules `require` takes half the time of `import`, and every consumer waits for it.
  const sharp: typeof Sharp = createRequire(import.meta.url)('sharp');
  // Images are processed in parallel, so each process decodes with one thread and keeps no cache of operations.
  sharp.concurrency(1);
  sharp.cache(false);
  sharp.block({ operation: ['VipsForeignLoad'] });
  return sharp;
}
