// The programs that are compared, each with its fastest settings. The comments say what other settings cost.

import { addedLoops } from './added-loops.js';
import { addedTools } from './added-tools.js';
import { graphicsMagick, imageMagick } from './magick.js';
import { pillowPipeline } from './pillow.js';
import type { Peer, Program } from './program.js';
import { sharpCli } from './sharp-cli.js';
import { vipsthumbnail } from './vips.js';

const peers: readonly Peer[] = [
  vipsthumbnail,
  graphicsMagick,
  imageMagick,
  pillowPipeline,
  sharpCli,
  ...addedLoops,
  ...addedTools,
];

/** The installed peers, and the missing ones as `name (package)`. */
export function detectPeers(): { installed: Program[]; missing: string[] } {
  const [installed, missing]: [Program[], string[]] = [[], []];
  for (const { package: from, detect, ...peer } of peers) {
    const program = detect();
    if (program === undefined) missing.push(`${peer.name} (${from})`);
    else installed.push({ ...peer, ...program });
  }
  return { installed, missing };
}
