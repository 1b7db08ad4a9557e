// A worker host that decodes nothing: what it is given is done at once. So the main process and the queue server are the slowest.
// Arguments: <url> <consumers> <folder that it may touch>

import { NO_USAGE } from '../../../src/job.js';
import type { DoneFacts } from '../../../src/manifest/record.js';
import { checkQueueUrl } from '../../../src/options/queue-url.js';
import type { Consumer, ConsumerJob, ConsumerListener, Transport } from '../../../src/pool/consumer.js';
import { serveRuns } from '../../../src/pool/queue/host/worker-host.js';
import { digestsOf, madeBy } from '../../../src/run/digests/run-digests.js';

/** A record of the usual length. */
function outcome({ bytes = 1000 }: ConsumerJob): DoneFacts {
  return {
    status: 'done',
    thumbnails: [
      { variant: '200x200', file: `${'0123456789abcdef'.repeat(4)}.png`, width: 24, height: 16, bytes: 1000 },
    ],
    sourceFormat: 'png',
    sourceWidth: 24,
    sourceHeight: 16,
    sourceBytes: bytes,
    sourceMtimeMs: 1_700_000_000_000,
    sourceMtimeNs: '1700000000000000000',
    sourceXxh128: '0123456789abcdef0123456789abcdef',
    takenAt: null,
  };
}

class SimulatedConsumer implements Consumer {
  readonly pid: number = process.pid;
  readonly #listener: ConsumerListener;

  constructor(listener: ConsumerListener) {
    this.#listener = listener;
  }

  assign(jobs: readonly ConsumerJob[]): void {
    for (const job of jobs)
      setImmediate(() => {
        this.#listener.onStarted(job.id);
        this.#listener.onResult({ id: job.id, outcome: outcome(job), residentBytes: 0 });
      });
  }

  finish(): void {
    setImmediate(() => {
      this.#listener.onSentinel(NO_USAGE);
      this.#exit();
    });
  }

  retire(): void {
    setImmediate(() => {
      this.#listener.onRetired(NO_USAGE);
      this.#exit();
    });
  }

  kill(): void {
    setImmediate(() => this.#exit());
  }

  async close(): Promise<void> {}

  #exit(): void {
    this.#listener.onExit({ code: 0, signal: null, stderrTail: '' });
  }
}

const transport: Transport = {
  startConsumers: () => (listener) => new SimulatedConsumer(listener),
  residentMemory: async () => new Map(),
};

const [url = '', consumers = '1', allow = '.'] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const events = serveRuns({
  url: checkQueueUrl('queue', url),
  consumers: Number(consumers),
  maxMemory: 1e9,
  allow: [allow],
  maps: [],
  transport,
  madeByHere: (work) => madeBy(digestsOf({ ...work, keepVersions: false })),
  signal: stop.signal,
  graceMs: 1000,
});
for await (const event of events) console.log(JSON.stringify(event));
