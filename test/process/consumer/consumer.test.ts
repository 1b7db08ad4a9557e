import fs from 'node:fs';
import path from 'node:path';
import { xxhash128 } from 'hash-wasm';
import { expect, test } from 'vitest';
import type { Exit } from '../../../src/pool/consumer.js';
import { ForkedConsumer } from '../../../src/pool/process/forked-consumer.js';
import type { FromConsumer } from '../../../src/pool/process/protocol.js';
import { projectFolder } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';

const entry = path.join(projectFolder, 'dist/consumer/main.js');

/** The real consumer as its parent hears it, from these jobs and this last message to its exit. */
async function conversation(files: readonly string[], out: string, last: 'retire' | 'sentinel') {
  const heard: FromConsumer[] = [];
  const exit = await new Promise<Exit>((resolve) => {
    const child = new ForkedConsumer(entry, {
      onStarted: (id) => heard.push({ type: 'started', id }),
      onResult: (result) => heard.push({ type: 'result', ...result }),
      onFatal: ({ code, message }) => heard.push({ type: 'fatal', error: { code, message } }),
      onRetired: (usage) => heard.push({ type: 'retired', usage }),
      onSentinel: (usage) => heard.push({ type: 'sentinel', usage }),
      onExit: resolve,
    });
    const variant = { box: { width: 9, height: 9 }, format: 'png' } as const;
    const limits = { maxPixels: 1e6, maxBytes: 1e6, maxMemory: 1e9 };
    child.send({ type: 'configure', work: { out, variant, jpegReader: 'own', ...limits } });
    for (const [id, path] of files.entries())
      child.send({ type: 'job', id, path, task: 'make', exclusive: false });
    child.send({ type: last });
  });
  const lines = heard.map((message) => ('id' in message ? `${message.type} ${message.id}` : message.type));
  return { heard, lines, exit };
}

test('a consumer that is told to retire finishes the photo in work, begins no other, and exits', async () => {
  const { folder, files } = await photoFolder(3);
  const { lines, exit } = await conversation(files, folder, 'retire');
  expect(lines).toEqual(['started 0', 'result 0', 'retired']);
  expect(exit).toMatchObject({ code: 0, signal: null });
});

test('a consumer that meets its sentinel has finished what came before it, passes it on and exits', async () => {
  const { folder, files } = await photoFolder(2);
  const { lines, exit } = await conversation(files, folder, 'sentinel');
  expect(lines).toEqual(['started 0', 'result 0', 'started 1', 'result 1', 'sentinel']);
  expect(exit).toMatchObject({ code: 0, signal: null });
});

test('photos that are read while others are decoded have each its own outcome', async () => {
  const { folder, files } = await photoFolder(3);
  const [first = '', second = '', third = ''] = files;
  // Its buffer has room for each of the others.
  fs.appendFileSync(first, Buffer.alloc(100_000));
  const copy = path.join(folder, 'copy.jpg');
  fs.copyFileSync(first, copy);
  const missing = path.join(folder, 'missing.jpg');
  const jobs = [first, second, missing, third, folder, copy];
  const { heard } = await conversation(jobs, folder, 'sentinel');
  const outcomes = heard.flatMap((message) => (message.type === 'result' ? [message.outcome] : []));
  const codes = outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.code : outcome.status));
  expect(codes).toEqual(['done', 'done', 'UNREADABLE', 'done', 'UNREADABLE', 'done']);
  const done = outcomes.flatMap((outcome) => (outcome.status === 'done' ? [outcome] : []));
  const names = done.map(({ thumbnails }) => thumbnails[0].file);
  expect(new Set(names).size).toBe(3);
  expect(names[3]).toBe(names[0]);
  // The bytes that were hashed after the thumbnail was made are those of the photo still.
  const hashes = [first, second, third, copy].map((file) => xxhash128(fs.readFileSync(file)));
  expect(done.map(({ sourceXxh128 }) => sourceXxh128)).toEqual(await Promise.all(hashes));
});
