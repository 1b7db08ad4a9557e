// The checks of what travels through the queue server. Anybody who reaches it can write anything into it: whatever is read passes one of
// these schemas first. What a path may be is checked where it is used (`host/places.ts`).

import * as v from 'valibot';
import { type ImageErrorCode, isImageErrorCode } from '../../errors.js';
import { isThumbnailFile } from '../../files/thumbnails/thumbnail-name.js';
import { decoders, type SourceFormat } from '../../image/decoders/index.js';
import { outputFormatNames } from '../../options/output-formats.js';
import { isVariantName } from '../../options/variant.js';
import { printable } from '../../printable.js';
import { type Batch, type BatchResult, type HostEntry, PROTOCOL, type RunEntry } from './messages.js';

/** Longer than any path that a system takes. */
const text = v.pipe(v.string(), v.maxLength(65_536));
/** What is shown to people. */
const line = v.pipe(v.string(), v.maxLength(10_000), v.transform(printable));
/** A host's name: what is shown of it everywhere. */
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(300), v.transform(printable));
const id = v.pipe(v.string(), v.regex(/^[0-9a-f-]{8,36}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const variantName = v.pipe(
  v.string(),
  v.check((value) => isVariantName(value)),
);

const facts = {
  sourceBytes: count,
  sourceMtimeMs: v.pipe(v.number(), v.safeInteger()),
  sourceMtimeNs: v.pipe(v.string(), v.regex(/^-?\d{1,30}$/)),
};

const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(16_384));
const byte = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255));

const variant = v.strictObject({
  name: variantName,
  box: v.strictObject({ width: side, height: side }),
  fit: v.picklist(['inside', 'cover', 'contain', 'fill']),
  position: v.exactOptional(v.picklist(['centre', 'top', 'right', 'bottom', 'left', 'entropy', 'attention'])),
  background: v.exactOptional(
    v.strictObject({ r: byte, g: byte, b: byte, alpha: v.pipe(v.number(), v.minValue(0), v.maxValue(1)) }),
  ),
  enlarge: v.boolean(),
  encoding: v.strictObject({
    format: v.picklist(outputFormatNames),
    quality: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))),
    lossless: v.exactOptional(v.boolean()),
    effort: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9))),
    progressive: v.exactOptional(v.boolean()),
    palette: v.exactOptional(v.boolean()),
  }),
});

const runEntry = v.strictObject({
  protocol: v.literal(PROTOCOL),
  id,
  host: name,
  beat: count,
  state: v.picklist(['working', 'draining', 'ending']),
  graceMs: amount,
  out: text,
  lock: v.strictObject({ name: text, id: text }),
  roots: v.pipe(
    v.array(v.strictObject({ path: text, kind: v.picklist(['folder', 'file']) })),
    v.minLength(1),
    v.maxLength(10_000),
  ),
  work: v.strictObject({
    layout: v.picklist(['flat', 'sharded']),
    variants: v.pipe(v.array(variant), v.minLength(1), v.maxLength(1000)),
    placeholder: v.boolean(),
    decoding: v.strictObject({
      jpegReader: v.picklist(['own', 'libvips']),
      embedded: v.picklist(['auto', 'always', 'never']),
      svg: v.boolean(),
    }),
    maxPixels: count,
    maxBytes: v.pipe(count, v.maxValue(2e9)),
  }),
  timeoutMs: amount,
  retries: v.pipe(count, v.maxValue(100)),
  madeBy: v.strictObject({
    digest: text,
    versions: v.record(
      v.pipe(v.string(), v.maxLength(100)),
      v.union([v.pipe(v.string(), v.maxLength(100)), v.number()]),
    ),
  }),
  dismissed: v.record(id, line),
});

const usage = v.strictObject({ peakMemoryBytes: amount, cpuMs: amount });

const hostEntry = v.strictObject({
  name,
  beat: count,
  standing: v.picklist(['joined', 'refused', 'busy', 'left']),
  consumers: v.pipe(count, v.maxValue(1024)),
  reason: v.exactOptional(line),
  sentinels: v.exactOptional(v.pipe(v.array(usage), v.maxLength(1024))),
});

const part = v.strictObject({
  variants: v.pipe(v.array(variantName), v.maxLength(1000)),
  placeholder: v.boolean(),
  content: v.pipe(v.string(), v.maxLength(100)),
});

const photo = v.strictObject({
  id: count,
  root: count,
  path: text,
  task: v.picklist(['make', 'identify']),
  facts: v.exactOptional(v.strictObject(facts)),
  part: v.exactOptional(part),
});

const batch = v.strictObject({
  protocol: v.literal(PROTOCOL),
  photos: v.pipe(v.array(photo), v.minLength(1), v.maxLength(1000)),
});

const content = {
  sourceXxh128: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
  sourcePartialXxh128: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
};
const takenAt = v.nullable(v.pipe(v.string(), v.maxLength(100)));

const thumbnail = v.strictObject({
  variant: variantName,
  file: v.pipe(v.string(), v.check(isThumbnailFile)),
  width: count,
  height: count,
  bytes: count,
  from: v.exactOptional(v.picklist(['embedded', 'preview'])),
  fromWidth: v.exactOptional(count),
  fromHeight: v.exactOptional(count),
});

const limit = v.strictObject({
  maxPixels: v.exactOptional(count),
  maxBytes: v.exactOptional(count),
  timeoutMs: v.exactOptional(amount),
  maxMemoryBytes: v.exactOptional(amount),
});

const done = v.strictObject({
  status: v.literal('done'),
  thumbnails: v.pipe(v.array(thumbnail), v.maxLength(1000)),
  sourceFormat: v.picklist(Object.keys(decoders) as SourceFormat[]),
  sourceWidth: count,
  sourceHeight: count,
  ...facts,
  ...content,
  takenAt: v.exactOptional(takenAt),
  placeholder: v.exactOptional(v.pipe(v.string(), v.maxLength(200))),
});

const failed = v.strictObject({
  status: v.literal('failed'),
  code: v.custom<ImageErrorCode>(isImageErrorCode),
  reason: line,
  limit: v.exactOptional(limit),
  needs: v.exactOptional(line),
  stack: v.exactOptional(text),
  sourceBytes: v.exactOptional(facts.sourceBytes),
  sourceMtimeMs: v.exactOptional(facts.sourceMtimeMs),
  sourceMtimeNs: v.exactOptional(facts.sourceMtimeNs),
  ...content,
});

const identified = v.strictObject({ status: v.literal('identified'), ...facts, ...content, takenAt });

const attempt = v.strictObject({
  pid: count,
  tries: count,
  seconds: amount,
  exitCode: v.exactOptional(v.pipe(v.number(), v.integer())),
  signal: v.exactOptional(v.custom<NodeJS.Signals>((value) => /^SIG[A-Z0-9]{1,12}$/.test(String(value)))),
  stderrTail: v.exactOptional(line),
});

const result = v.union([
  v.strictObject({ id: count, outcome: v.variant('status', [done, failed, identified]), attempt }),
  // The host does not see the photo, or may not read it: the reason.
  v.strictObject({ id: count, unseen: line }),
]);

const batchResult = v.strictObject({
  host: id,
  results: v.pipe(v.array(result), v.maxLength(1000)),
});

/** What a text or a value is, by its schema; undefined when it is nothing of the kind. */
function reader<Output>(schema: v.GenericSchema<unknown, Output>): (value: unknown) => Output | undefined {
  return (value) => {
    const found = v.safeParse(schema, typeof value === 'string' ? parsed(value) : value);
    return found.success ? found.output : undefined;
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export const readRunEntry: (value: unknown) => RunEntry | undefined = reader(runEntry);
export const readHostEntry: (value: unknown) => HostEntry | undefined = reader(hostEntry);
export const readBatch: (value: unknown) => Batch | undefined = reader(batch);
export const readBatchResult: (value: unknown) => BatchResult | undefined = reader(batchResult);
