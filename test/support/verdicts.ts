// Runs the real command over crafted files and one good photo, and compares what became of each.

import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { thumbs } from './command.js';
import { expectSound, recordsIn } from './output.js';
import { jpeg, temporaryFolder } from './photos.js';

/** `done 320 x 240` with the upright size of the source, or `CODE cause`. */
export type Verdict = string | RegExp;

/** A crafted file and what must become of it. */
export type Case = readonly [bytes: Buffer | string, verdict: Verdict];

/** What the good photo becomes; a crafted file that is a good photo as well becomes the same. */
export const GOOD = 'done 320 x 240';

export interface Run {
  /** The names of the thumbnails, by the names of the sources. */
  readonly thumbnails: ReadonlyMap<string, string>;
  /** Largest resident memory of each process, added up; bytes. */
  readonly peakMemory: number;
}

/**
 * Runs the command over `cases` and a good photo, twenty seconds for each image, and expects that it ends by itself, that
 * the photo is done, that every case has its verdict, and what every run leaves behind.
 */
export async function expectVerdicts(
  cases: Readonly<Record<string, Case>>,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  const out = path.join(folder, 'thumbnails');
  fs.mkdirSync(photos);
  for (const [name, [bytes]] of Object.entries(cases)) fs.writeFileSync(path.join(photos, name), bytes);
  fs.writeFileSync(path.join(photos, 'good.jpg'), await jpeg(1));
  const { code, signal, stdout, stderr } = await thumbs(
    ['photos', '-w', '2', '--timeout', '20', '--json', '-q', ...args],
    { cwd: folder, env },
  );
  const records = recordsIn(out).map((record) => [path.basename(record.source), record] as const);
  const verdicts = records.map(([name, record]) => [
    name,
    record.status === 'done'
      ? `done ${record.sourceWidth} x ${record.sourceHeight}`
      : `${record.error.code} ${record.error.message.replace(`../photos/${name}: `, '')}`,
  ]);
  const expected = Object.entries(cases).map(([name, [, verdict]]) => [
    name,
    typeof verdict === 'string' ? verdict : expect.stringMatching(verdict),
  ]);
  expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries([...expected, ['good.jpg', GOOD]]));
  const failures = records.filter(([, { status }]) => status === 'failed').length;
  expect([code, signal]).toEqual([failures > 0 ? 1 : 0, null]);
  // A line for each, and nothing that a decoder had to say beside it.
  expect(stderr.match(/\n/g) ?? []).toHaveLength(failures);
  await expectSound(out);
  return {
    thumbnails: new Map(
      records.flatMap(([name, record]) =>
        record.status === 'done' ? [[name, record.thumbnails[0].file] as const] : [],
      ),
    ),
    peakMemory: JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '').peakMemoryBytes,
  };
}
