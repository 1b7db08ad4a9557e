import fs from 'node:fs';
import path from 'node:path';
import { xxhash128 } from 'hash-wasm';
import { expect, test } from 'vitest';
import type { Exit } from '../../../src/pool/consumer.js';
import { ForkedConsumer } from '../../../src/pool/process/forked-consumer.js';
import type { FromConsumer } from '../../../src/pool/process/protocol.js';
import { onlyThumbnail } from '../../support/output.js';
import { projectFolder } from '../../support/paths.js';
import { photoFolder, writeSlowImage } from '../../support/photos.js';
import { workOptions } from '../../support/work-options.js';

const entry = path.join(projectFolder, 'dist/consumer/main.js');

/**
 * What the parent of a real consumer receives, up to its exit, when it sends these jobs and this last message: at once, or when the
 * consumer has started its first job.
 */
async function conversation(
  files: readonly string[],
  out: string,
  last: 'retire' | 'sentinel',
  when: 'at once' | 'started' = 'at once',
) {
  const received: FromConsumer[] = [];
  const exit = await new Promise<Exit>((resolve) => {
    const child = new ForkedConsumer(entry, {
      onStarted: (id) => {
        received.push({ type: 'started', id });
        if (when === 'started') child.send({ type: last });
      },
      onResult: (result) => received.push({ type: 'result', ...result }),
      onFatal: ({ code, message }) => received.push({ type: 'fatal', error: { code, message } }),
      onRetired: (usage) => received.push({ type: 'retired', usage }),
      onSentinel: (usage) => received.push({ type: 'sentinel', usage }),
      onExit: resolve,
    });
    child.send({ type: 'configure', work: workOptions(out, { maxBytes: 1e6 }) });
    for (const [id, path] of files.entries())
      child.send({ type: 'jobs', jobs: [{ id, path, task: 'make', exclusive: false }] });
    if (when === 'at once') child.send({ type: last });
  });
  const lines = received.map((message) => ('id' in message ? `${message.type} ${message.id}` : message.type));
  return { received, lines, exit };
}

test('a consumer that retires finishes the running job, starts no other, and exits', async () => {
  const { folder, files } = photoFolder(2);
  // The message must arrive while the first job runs.
  const slow = path.join(folder, 'slow.avif');
  writeSlowImage(slow);
  const { lines, exit } = await conversation([slow, ...files], folder, 'retire', 'started');
  expect(lines).toEqual(['started 0', 'result 0', 'retired']);
  expect(exit).toMatchObject({ code: 0, signal: null });
});

test('a consumer that retires before its first job has started drops all jobs and exits', async () => {
  const { folder, files } = photoFolder(3);
  const { lines, exit } = await conversation(files, folder, 'retire');
  expect(lines).toEqual(['retired']);
  expect(exit).toMatchObject({ code: 0, signal: null });
});

test('a consumer finishes the jobs before its sentinel, emits it and exits', async () => {
  const { folder, files } = photoFolder(2);
  const { lines, exit } = await conversation(files, folder, 'sentinel');
  expect(lines).toEqual(['started 0', 'result 0', 'started 1', 'result 1', 'sentinel']);
  expect(exit).toMatchObject({ code: 0, signal: null });
});

test('prefetched photos have each its own outcome', async () => {
  const { folder, files } = photoFolder(3);
  const [first = '', second = '', third = ''] = files;
  // Its buffer is large enough for each of the others.
  fs.appendFileSync(first, Buffer.alloc(100_000));
  const copy = path.join(folder, 'copy.jpg');
  fs.copyFileSync(first, copy);
  const missing = path.join(folder, 'missing.jpg');
  const jobs = [first, second, missing, third, folder, copy];
  const { received } = await conversation(jobs, folder, 'sentinel');
  const outcomes = received.flatMap((message) => (message.type === 'result' ? [message.outcome] : []));
  const codes = outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.code : outcome.status));
  expect(codes).toEqual(['done', 'done', 'UNREADABLE', 'done', 'UNREADABLE', 'done']);
  const done = outcomes.flatMap((outcome) => (outcome.status === 'done' ? [outcome] : []));
  const names = done.map((outcome) => onlyThumbnail(outcome).file);
  expect(new Set(names).size).toBe(3);
  expect(names[3]).toBe(names[0]);
  // Hashed after the thumbnail was made, from a buffer that no prefetched photo has overwritten.
  const hashes = [first, second, third, copy].map((file) => xxhash128(fs.readFileSync(file)));
  expect(done.map(({ sourceXxh128 }) => sourceXxh128)).toEqual(await Promise.all(hashes));
});
