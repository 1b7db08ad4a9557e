// A host of runs on a queue server: what a main process on another host is to `createThumbnails`.

import path from 'node:path';
import { expectedError } from '../errors.js';
import { checkPath, checkStrings, checkUtf8Path, refuseUnknown } from '../options/checks.js';
import type { WorkerOptions } from '../options/options.js';
import { checkQueueUrl } from '../options/queue-url.js';
import { checkMemory, checkWorkers } from '../options/resolve.js';
import { forkedProcesses } from '../pool/process/forked-consumer.js';
import type { WorkerHostEvent } from '../pool/queue/host/events.js';
import { SIGNAL_GRACE_MS } from './cancellation.js';
import { digestsOf, madeBy } from './digests/run-digests.js';

export type { WorkerHostEvent };

/** The compiler sees to it that no option is missing. */
const OPTION_NAMES: Readonly<Record<keyof WorkerOptions, true>> = {
  workers: true,
  allow: true,
  map: true,
  maxMemory: true,
  signal: true,
};

/**
 * Takes photos of all runs that use this queue server, and makes their thumbnails with consumers of this host, until `signal` is
 * aborted: then running images have 5 seconds, and what is not finished goes to other hosts. A server that is away is waited for.
 *
 * @param url `redis://nas:6379`
 * @throws {ThumbsError} `OPTION`, at once, when an option is invalid. While iterating: `QUEUE`: the server refuses this user.
 */
export function workForQueue(url: string, options: WorkerOptions = {}): AsyncGenerator<WorkerHostEvent> {
  refuseUnknown(options, Object.keys(OPTION_NAMES));
  const maps = checkStrings('map', options.map ?? []).map(checkMap);
  const allow = checkStrings('allow', options.allow ?? ['.']).map((folder) => checkPath('allow', folder));
  const workers = checkWorkers(options.workers, 1);
  return serve({
    url: checkQueueUrl('queue', url),
    consumers: workers,
    maxMemory: checkMemory(options.maxMemory, workers),
    allow: [...allow, ...maps.map(({ to }) => to)],
    maps,
    signal: options.signal ?? new AbortController().signal,
  });
}

/** With the client of the queue server it takes a tenth of a second to load. */
async function* serve(
  options: Omit<Parameters<typeof import('../pool/queue/host/worker-host.js').serveRuns>[0], Fixed>,
): AsyncGenerator<WorkerHostEvent> {
  const { serveRuns } = await import('../pool/queue/host/worker-host.js');
  yield* serveRuns({
    ...options,
    transport: forkedProcesses(),
    madeByHere: (work) => madeBy(digestsOf({ ...work, keepVersions: false })),
    graceMs: SIGNAL_GRACE_MS,
  });
}

/** What does not depend on options. */
type Fixed = 'transport' | 'madeByHere' | 'graceMs';

/** `/Volumes/photos=/mnt/photos` */
function checkMap(text: string): { readonly from: string; readonly to: string } {
  const at = text.indexOf('=');
  const [from, to] = [text.slice(0, at), text.slice(at + 1)];
  if (at <= 0 || to === '' || !path.isAbsolute(from))
    throw expectedError(
      'map',
      'to be an absolute path there and the same folder here, as in /Volumes/photos=/mnt/photos',
      text,
    );
  return { from: path.normalize(from).replace(/(?<=.)[/]$/, ''), to: checkUtf8Path('map', to) };
}
