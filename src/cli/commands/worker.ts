// `thumbs worker <url>`: works for runs of other hosts until it is stopped.

import { type Command, Option } from 'commander';
import { optionError, unreachable } from '../../errors.js';
import type { WorkerOptions } from '../../options/options.js';
import { jsonLine } from '../../printable.js';
import { type WorkerHostEvent, workForQueue } from '../../run/work-for-queue.js';
import { exitCodes } from '../exit-codes.js';
import { type Colors, Screen } from '../screen.js';
import { collect, libraryOptions, type ParsedOptions, QUEUE_VARIABLE } from '../shared-options.js';
import { stopOnSignals } from '../signals.js';
import { count, duration, rate } from '../texts/format.js';

export function configure(command: Command): void {
  command
    .argument('[url]', `the queue server, redis://nas:6379 (env: ${QUEUE_VARIABLE})`)
    .option('-w, --workers <n>', 'consumer processes (default: the cores this process may use)')
    .option(
      '--allow <dir>',
      'the only folders that are touched; repeatable (default: the working folder)',
      collect,
    )
    .option('--map <there=here>', 'where a folder of other hosts is here; repeatable', collect)
    .option(
      '--max-memory <MB>',
      'memory of all consumers together (default: 3/4 of the machine or its container)',
    )
    .option('--json', 'one JSON object a line on stdout, for programs')
    .addOption(new Option('-q, --quiet', 'say only what is wrong'))
    .addHelpText(
      'after',
      `
Photos and output have to be on storage that all hosts see. What the queue server says is not trusted: only folders
under --allow and the targets of --map are touched.

Examples:
  $ thumbs worker redis://nas:6379 -w 8 --allow /srv/photos
  $ thumbs worker redis://nas:6379 --map /Volumes/photos=/mnt/photos`,
    )
    .action(async (url: string | undefined, typed: ParsedOptions) => {
      const server = url ?? process.env[QUEUE_VARIABLE];
      if (server === undefined) throw optionError(`Expected the URL of a queue server, or ${QUEUE_VARIABLE}`);
      process.exitCode = await work(server, typed);
    });
}

async function work(url: string, typed: ParsedOptions): Promise<number> {
  const { json, quiet } = typed;
  const stop = new AbortController();
  const screen = new Screen({ progress: false });
  const notice = 'Stopping: finishing the running images (once more to stop at once)';
  const stoppedBy = stopOnSignals(stop, screen, notice);
  const options: WorkerOptions = libraryOptions(typed, ['workers', 'maxMemory']);
  try {
    for await (const event of workForQueue(url, { ...options, signal: stop.signal })) {
      if (json === true) await screen.print(jsonLine(event));
      else if (quiet !== true || WRONG.has(event.type)) screen.say(eventLine(event, screen.colors));
    }
  } finally {
    screen.close();
  }
  const signal = stoppedBy();
  return signal === undefined ? exitCodes.ok : exitCodes[signal];
}

const WRONG: ReadonlySet<WorkerHostEvent['type']> = new Set(['waiting', 'refused', 'warning']);

function eventLine(event: WorkerHostEvent, colors: Colors): string {
  switch (event.type) {
    case 'ready':
      return `${event.host}: ${count(event.consumers, 'consumer')} for runs on ${event.server}`;
    case 'waiting':
      return colors.yellow(`Waiting for ${event.waitsFor}`);
    case 'joined':
      return `${colors.green('joined')} a run of ${event.from}: ${count(event.consumers, 'consumer')}`;
    case 'refused':
      return `${colors.yellow('refused')} a run of ${event.from}: ${event.reason}`;
    case 'left': {
      const { photos, seconds, reason } = event;
      const figures = `${count(photos, 'photo')} in ${duration(seconds)} (${rate(photos / Math.max(seconds, 0.001))} images/s)`;
      return `${colors.dim('left')} a run of ${event.from}: ${figures}${reason === undefined ? '' : `: ${reason}`}`;
    }
    case 'warning':
      return colors.yellow(event.message);
    default:
      return unreachable(event);
  }
}
