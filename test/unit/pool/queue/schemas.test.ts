// What is read from the queue server: every message that a run or a host writes passes unchanged, and nothing else passes.

import { expect, test } from 'vitest';
import { isImageError } from '../../../../src/errors.js';
import { decoders, type SourceFormat } from '../../../../src/image/decoders/index.js';
import type { Attempt, FailedOutcome, Identified, Part, Usage } from '../../../../src/job.js';
import type { DoneFacts, ThumbnailEntry } from '../../../../src/manifest/record.js';
import type { ThumbsOptions } from '../../../../src/options/options.js';
import { resolveOptions } from '../../../../src/options/resolve.js';
import type {
  Batch,
  BatchResult,
  HostEntry,
  QueuedPhoto,
  RunEntry,
} from '../../../../src/pool/queue/messages.js';
import {
  readBatch,
  readBatchResult,
  readHostEntry,
  readRunEntry,
} from '../../../../src/pool/queue/schemas.js';
import { digestsOf, madeBy } from '../../../../src/run/digests/run-digests.js';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const SHA256 = '0123456789abcdef'.repeat(4);
const XXH128 = '0123456789abcdef'.repeat(2);

/** As it comes out of the server. */
function sent<Message>(message: Message): Message {
  return JSON.parse(JSON.stringify(message));
}

/** A run with these options. */
function entryOf(options: ThumbsOptions = {}): RunEntry {
  const resolved = resolveOptions(['photos'], options);
  const { variants, placeholder, decoding, maxPixels, maxBytes, timeoutMs, retries } = resolved;
  return {
    protocol: 1,
    id: ID,
    host: 'nas',
    beat: 7,
    state: 'working',
    graceMs: 0,
    out: '/photos/thumbnails',
    lock: { name: '.thumbs.lock', id: ID },
    roots: [
      { path: '/photos', kind: 'folder' },
      { path: '/photos/caf\udce9/\u0000 \u001b[31m.jpg', kind: 'file' },
    ],
    work: { layout: 'sharded', variants, placeholder, decoding, maxPixels, maxBytes },
    timeoutMs,
    retries,
    madeBy: madeBy(digestsOf(resolved)),
    dismissed: { [ID]: 'it does not see a photo' },
  };
}

const facts = { sourceBytes: 4711, sourceMtimeMs: -1, sourceMtimeNs: '-1000001' };
const content = { sourceXxh128: XXH128, sourcePartialXxh128: XXH128 };

// `Required`: a field that is added to a message and not to its schema does not compile here.
const part: Required<Part> = {
  variants: ['200x200', 'card'],
  placeholder: true,
  content: `partial ${XXH128}`,
};
const photo: Required<QueuedPhoto> = { id: 0, root: 0, path: 'a/\udce9 b.jpg', task: 'make', facts, part };
const attempt: Required<Omit<Attempt, 'host' | 'stack'>> = {
  pid: 4711,
  tries: 2,
  seconds: 0.123,
  exitCode: 3,
  signal: 'SIGKILL',
  stderrTail: 'the decoder gave up',
};
const thumbnail: Required<Omit<ThumbnailEntry, 'digest' | 'decoder'>> = {
  variant: '200x200',
  file: `01/${SHA256}.png`,
  width: 200,
  height: 133,
  bytes: 61_234,
  from: 'preview',
  fromWidth: 1620,
  fromHeight: 1080,
};
const done: Required<DoneFacts> = {
  status: 'done',
  thumbnails: [thumbnail, { ...thumbnail, file: `${SHA256}.avif`, variant: 'card', from: 'embedded' }],
  sourceFormat: 'jpeg',
  sourceWidth: 4032,
  sourceHeight: 3024,
  takenAt: null,
  placeholder: 'HBkSHYSIeHiPiHh8eJd4eTN0EEQG',
  ...facts,
  ...content,
};
const failed: Required<FailedOutcome> = {
  status: 'failed',
  code: 'TOO_LARGE',
  reason: '65500 x 65500 pixels are more than the limit of 268402689',
  limit: { maxPixels: 268_402_689, maxBytes: 2e9, timeoutMs: 0.5, maxMemoryBytes: 1e9 },
  needs: 'libheif-js',
  stack: 'Error: x\n    at y',
  ...facts,
  ...content,
};
const identified: Required<Identified> = {
  status: 'identified',
  takenAt: '2024-05-01T12:30:05+02:00',
  ...facts,
  ...content,
};
const usage: Required<Usage> = { peakMemoryBytes: 123_456_789, cpuMs: 12.5 };
const host: Required<HostEntry> = {
  name: 'attic',
  beat: 1,
  standing: 'left',
  consumers: 2,
  reason: 'it was stopped',
  sentinels: [usage, usage],
};
const batch: Batch = { protocol: 1, photos: [photo, { id: 1, root: 1, path: '', task: 'identify' }] };

const CODES = [
  'CORRUPT',
  'UNSUPPORTED',
  'TOO_LARGE',
  'TIMEOUT',
  'WORKER_DIED',
  'UNREADABLE',
  'CHANGED',
  'INTERNAL',
] as const;

function answer(...outcomes: ReadonlyArray<DoneFacts | FailedOutcome | Identified>): BatchResult {
  return { host: ID, results: outcomes.map((outcome, id) => ({ id, outcome, attempt })) };
}

const OPTIONS: readonly ThumbsOptions[] = [
  {},
  {
    placeholder: true,
    svg: true,
    embedded: 'always',
    maxPixels: Number.MAX_SAFE_INTEGER,
    retries: 100,
    timeout: 0.001,
  },
  ...(['inside', 'cover', 'contain', 'fill'] as const).map((fit) => ({ fit, size: ['1x1', '16384x16384'] })),
  ...(['centre', 'top', 'right', 'bottom', 'left', 'entropy', 'attention'] as const).map((position) => ({
    fit: 'cover' as const,
    position,
  })),
  ...(['png', 'webp', 'jpeg', 'avif'] as const).map((format) => ({ format })),
  { fit: 'contain', background: 'transparent', size: ['64,format=webp,lossless,effort=6,name=card'] },
  { fit: 'contain', background: '#102030', format: 'jpeg', quality: 1 },
  {
    size: [
      '9,enlarge',
      '300x200,format=avif,quality=100,effort=9',
      '40,format=png,palette',
      '41,format=jpeg,progressive',
    ],
  },
];

test.for(OPTIONS)('an entry of a run with %j passes unchanged', (options) => {
  const entry = entryOf(options);
  expect(readRunEntry(JSON.stringify(entry))).toEqual(sent(entry));
});

test('entries of hosts, batches and answers pass unchanged, with every field and without', () => {
  const { reason: _, sentinels: _none, ...joined } = host;
  for (const standing of ['joined', 'refused', 'busy', 'left'] as const)
    for (const entry of [
      { ...host, standing },
      { ...joined, standing },
    ])
      expect(readHostEntry(JSON.stringify(entry))).toEqual(entry);
  expect(readBatch(sent(batch))).toEqual(sent(batch));
  const { facts: _facts, part: _part, ...bare } = photo;
  expect(readBatch(sent({ protocol: 1, photos: [bare] }))).toEqual(sent({ protocol: 1, photos: [bare] }));
  const outcomes = [
    done,
    identified,
    { ...identified, takenAt: null },
    failed,
    { status: 'failed', code: 'WORKER_DIED', reason: 'exit code 3' } as const,
    ...CODES.map((code) => ({ ...failed, code })),
    ...(Object.keys(decoders) as SourceFormat[]).map((sourceFormat) => ({ ...done, sourceFormat })),
  ];
  const answers: BatchResult[] = [
    answer(...outcomes),
    { host: ID, results: [] },
    { host: ID, results: [{ id: 0, unseen: 'why' }] },
  ];
  for (const result of answers) expect(readBatchResult(sent(result))).toEqual(sent(result));
});

test('what a photo can fail with is what an answer can say', () => {
  for (const code of CODES) expect(isImageError({ code })).toBe(isImageError({ code: 'CORRUPT' }));
});

/** What somebody may write instead of a value that is right. */
const WRONG: readonly unknown[] = [
  null,
  -1,
  0.5,
  1e300,
  '',
  'x',
  '__proto__',
  [],
  {},
  [[]],
  true,
  '\u0000',
  { __proto__: null, length: 1 },
];

/** Every place in a message, as its keys. */
function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

/** A copy in which the value at these keys is another. */
function replacedAt(message: unknown, [key, ...keys]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = structuredClone(message) as Record<string, unknown>;
  copy[key] = replacedAt(copy[key], keys, value);
  return copy;
}

const READERS = [
  ['run', readRunEntry, entryOf({ fit: 'contain', background: 'white' })],
  ['host', readHostEntry, host],
  ['batch', readBatch, batch],
  ['answer', readBatchResult, answer(done, failed, identified)],
] as const;

test.for(READERS)(
  'a value of another type at any place of the message of a %s never passes as what it is not',
  ([, read, message]) => {
    for (const place of placesIn(message)) {
      for (const wrong of WRONG) {
        const found = read(sent(replacedAt(message, place, wrong)));
        if (found === undefined) continue;
        // A text where a text may be: what comes out has the same shape.
        expect(shapeOf(found), place.join('.')).toEqual(shapeOf(replacedAt(message, place, wrong)));
      }
    }
  },
);

/** The message with the type of each value. An empty array counts as an object without fields, which comes of it. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? {} : value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

test.for(READERS)(
  'a field that nobody knows is refused anywhere in the message of a %s',
  ([, read, message]) => {
    for (const place of placesIn(message)) {
      const at = place.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], message);
      if (typeof at !== 'object' || at === null || Array.isArray(at)) continue;
      if (['versions', 'dismissed'].includes(place.at(-1) ?? '')) continue;
      expect(read(sent(replacedAt(message, place, { ...at, more: 1 }))), place.join('.')).toBeUndefined();
    }
  },
);

test.for([
  'no JSON',
  '',
  'null',
  '[]',
  '{}',
  '1',
  '"text"',
  '['.repeat(100_000),
  '{"__proto__":{"protocol":1}}',
])('a text that is no message is refused: number %#', (text) => {
  for (const [, read] of READERS) expect(read(text)).toBeUndefined();
});

test.for([
  ['run', { protocol: 2 }],
  ['run', { id: '../../x' }],
  ['run', { roots: [] }],
  ['run', { roots: Array.from({ length: 10_001 }, () => ({ path: '/', kind: 'folder' })) }],
  ['run', { out: 'x'.repeat(70_000) }],
  ['run', { dismissed: { '../x': 'reason' } }],
  ['run', { retries: 101 }],
  ['host', { consumers: 1e9 }],
  ['host', { name: '' }],
  ['host', { name: 'x'.repeat(301) }],
  ['host', { standing: 'lost' }],
  ['host', { sentinels: Array.from({ length: 1025 }, () => usage) }],
  ['batch', { photos: [] }],
  ['batch', { photos: Array.from({ length: 1001 }, () => photo) }],
  ['batch', { photos: [{ ...photo, path: 'x'.repeat(70_000) }] }],
  ['batch', { photos: [{ ...photo, root: 1e300 }] }],
  ['batch', { photos: [{ ...photo, part: { ...part, variants: ['../x'] } }] }],
  ['answer', { host: '../x' }],
  ['answer', { results: Array.from({ length: 1001 }, (_, id) => ({ id, unseen: 'x' })) }],
  ...[
    '../../x.png',
    '/etc/passwd',
    'x.png',
    `${SHA256}.sh`,
    `${SHA256}.png/..`,
    `../${SHA256}.png`,
    `02/${SHA256}.png`,
    '',
  ].map((file) => ['answer', answer({ ...done, thumbnails: [{ ...thumbnail, file }] })] as const),
  ['answer', answer({ ...failed, code: 'LOCKED' as 'CORRUPT' })],
  ['answer', answer({ ...done, sourceFormat: '__proto__' as 'jpeg' })],
  ['answer', answer({ ...done, sourceXxh128: 'xyz' })],
] as const)('the message of a %s with a value out of its bounds is refused: number %#', ([kind, changes]) => {
  const [, read, message] = READERS.find(([name]) => name === kind) ?? READERS[0];
  expect(read(sent({ ...message, ...changes }))).toBeUndefined();
});

test('what is shown to people cannot control a terminal', () => {
  const escapes = '\u001b[31mred\u0007\n\u202e';
  const { name, reason } = readHostEntry({ ...host, name: escapes, reason: escapes }) ?? {};
  const { host: from, dismissed } =
    readRunEntry({ ...entryOf(), host: escapes, dismissed: { [ID]: escapes } }) ?? {};
  const [first, second] =
    readBatchResult({
      host: ID,
      results: [
        {
          id: 0,
          outcome: { ...failed, reason: escapes, needs: escapes },
          attempt: { ...attempt, stderrTail: escapes },
        },
        { id: 1, unseen: escapes },
      ],
    })?.results ?? [];
  for (const text of [
    name,
    reason,
    from,
    dismissed?.[ID],
    JSON.stringify({ ...first, stack: 0 }),
    JSON.stringify(second),
  ]) {
    expect(text).toMatch(/red/);
    for (const character of ['\u001b', '\u0007', '\n', '\u202e']) expect(text).not.toContain(character);
  }
});
