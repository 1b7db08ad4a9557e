// Whether a host would make a run's thumbnails as the run's own host does.

import { printable } from '../../../printable.js';
import type { MadeBy } from '../../job-pool.js';

/** Why not, with both versions of what differs, on one line; undefined when they would be the same, byte for byte. */
export function versionProblem(there: MadeBy, here: MadeBy): string | undefined {
  if (here.digest === there.digest) return undefined;
  const names = [...new Set([...Object.keys(there.versions), ...Object.keys(here.versions)])];
  const differing = names.filter((name) => there.versions[name] !== here.versions[name]);
  const shown = differing.map(
    (name) => `${name} ${there.versions[name] ?? '(none)'} there, ${here.versions[name] ?? '(none)'} here`,
  );
  const what = shown.length === 0 ? 'another version of thumbs' : shown.join('; ');
  return printable(`it would make other thumbnails: ${what}`);
}
