// The options of runs and workers that use a queue server.

import { expect, test } from 'vitest';
import { checkQueueUrl, redacted } from '../../../src/options/queue-url.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import { workForQueue } from '../../../src/run/work-for-queue.js';

test('a run may have no consumers of its own with a queue, and not without', () => {
  expect(resolveOptions(['p'], { workers: 0, queue: 'redis://nas' })).toMatchObject({ workers: 0 });
  expect(() => resolveOptions(['p'], { workers: 0 })).toThrow(
    'Expected `workers` to be an integer from 1 to 1024, got `0` (number)',
  );
});

test.for([
  ['redis://nas', 'redis://nas'],
  ['redis://nas:6379/2', 'redis://nas:6379/2'],
  ['rediss://:secret@nas:6380', 'rediss://***@nas:6380'],
  ['redis://user:secret@nas', 'redis://***@nas'],
  ['redis://user:se%40cret@[::1]:6379', 'redis://***@[::1]:6379'],
  ['redis://nas/0?password=secret', 'redis://nas/0?password=***'],
])('%s is a queue server, shown as %s', ([url = '', shown]) => {
  const found = checkQueueUrl('queue', url);
  expect(found.shown).toBe(shown);
  expect(found.url).toContain(new URL(url).hostname);
});

const BAD = [
  '',
  'nas:6379',
  'nas',
  'http://user:secret@nas',
  'redis://',
  'redis:user:secret@',
  'user:secret@nas:6379',
  'redis//:secret@nas',
  'redis://user:sec ret@nas:99999999',
  'redis://:sec/ret@nas:6379',
  'redis://:sec#ret@nas:6379',
  'redis://:sec?ret@nas:6379',
  'redis://:sec@ret@nas:65536',
  'javascript:secret@x',
];

test.for(BAD)('%s is none, and what may be a password is not repeated', (url) => {
  expect(() => checkQueueUrl('queue', url)).toThrow('Expected `queue` to be a URL such as redis://nas:6379');
  try {
    checkQueueUrl('queue', url);
  } catch (error) {
    expect(String(error)).not.toMatch(/sec ?ret|:sec/);
  }
});

test('what is no text is no queue server', () => {
  for (const value of [undefined, null, 1, {}, ['redis://nas']])
    expect(() => checkQueueUrl('queue', value)).toThrow('Expected `queue` to be a URL');
});

test('a text without a URL is not changed, and no user or password is left in one that has', () => {
  expect(redacted('photos')).toBe('photos');
  expect(redacted('redis://a:b@c@nas')).toBe('redis://***@nas');
});

test.for([
  [{ queueTimeout: 0 }, 'Expected `queueTimeout`'],
  [{ queueTimeout: -1 }, 'Expected `queueTimeout`'],
  [{ queueTimeout: Number.NaN }, 'Expected `queueTimeout`'],
] as const)('a run with %j is refused', ([options, message]) => {
  expect(() => resolveOptions(['p'], { queue: 'redis://nas', ...options })).toThrow(message);
});

test.for([
  [{ workers: 0 }, 'Expected `workers` to be an integer from 1 to 1024'],
  [{ map: ['photos'] }, 'Expected `map` to be an absolute path there and the same folder here'],
  [{ map: ['=/mnt'] }, 'Expected `map`'],
  [{ map: ['/photos='] }, 'Expected `map`'],
  [{ map: ['photos=/mnt'] }, 'Expected `map`'],
  [{ map: '/a=/b' }, 'Expected `map`'],
  [{ allow: [''] }, 'Expected `allow`'],
  [{ allow: 'photos' }, 'Expected `allow`'],
  [{ alow: ['photos'] }, 'Expected options among'],
  [{ maxMemory: 1 }, 'Expected `maxMemory`'],
] as const)('a worker with %j is refused at once', ([options, message]) => {
  expect(() => workForQueue('redis://nas', options as object)).toThrow(message);
});

test('a worker of a bad URL is refused at once', () => {
  expect(() => workForQueue('http://:secret@nas')).toThrow('got `http://***@nas`');
});
