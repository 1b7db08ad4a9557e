// The pipeline of 2013 with a current Pillow.

import { fileURLToPath } from 'node:url';
import { formatSize, outputOf, type Peer, PROCESSES } from './program.js';

const pillowScript = fileURLToPath(new URL('pillow.py', import.meta.url));

/** Its thumbnails are PNGs whatever the variant's format. */
export const pillowPipeline: Peer = {
  name: 'Pillow pipeline',
  package: 'Debian package python3-pil',
  detect() {
    const script = 'import sys, PIL; print(f"Pillow {PIL.__version__}, Python {sys.version.split()[0]}")';
    for (const program of ['python3', '/usr/bin/python3']) {
      const version = outputOf(program, ['-c', script])?.trim();
      if (version === undefined) continue;
      return {
        version,
        commands({ photos, variant, out }) {
          const args = [pillowScript, photos.folder, out, formatSize(variant.box), `${PROCESSES}`];
          return [[{ program, args }]];
        },
      };
    }
    return undefined;
  },
};
