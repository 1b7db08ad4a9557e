// Files of this package by their paths, found alike from `src/` and from the bundles in `dist/`, where a module may be in any file.

import { createRequire } from 'node:module';

/** The absolute path of `dist/consumer/main.js`, say. By the key `#package/*` of package.json's `imports`. */
export function packageFile(name: string): string {
  return createRequire(import.meta.url).resolve(`#package/${name}`);
}
