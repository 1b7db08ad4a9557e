// Photos that another process changes all the time, and what may become of them: CHANGED, or the thumbnail of a state that the file was
// in. A busy machine may suspend the writer anywhere, for longer than the 20 ms after which a file is read. So the tests know every
// state that a photo can be in, however briefly the writer means it:
//
// - Versions of the photo differ in two spots of 12 bytes. A photo that is overwritten in place gets one spot a write, and so its states
//   are the versions, and each version with the next one's first spot. An old first spot with a newer second spot is a mixture. Then at
//   least two writes came between the reads of the spots, and the second of them started after the read had. It has changed the file's
//   time, which the program must notice. (With large pieces this would not hold: the file's time changes at the start of a write, and a
//   writer that is suspended in the middle of one changes more bytes later, but not the time.)
// - A file that is written from its beginning may be found empty or incomplete. Its bytes are the beginning of a version.

import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect } from 'vitest';
import { contentHash } from '../../src/consumer/content-hash.js';
import type { ManifestRecord } from '../../src/manifest/record.js';
import { runInProcess } from './in-process/run.js';
import { expectSound, onlyThumbnail, recordsIn } from './output.js';
import { temporaryFolder } from './photos.js';
import { thumbs } from './processes/command.js';
import { start, until } from './processes/processes.js';

const writerScript = fileURLToPath(new URL('../fixtures/source-writer.js', import.meta.url));

/** Reads take some 10 ms, so that many are overtaken by a write. */
const slowReads = new URL('../fixtures/slow-reads.js', import.meta.url);

const WIDTH = 800;
const HEIGHT = 600;

/** Pixels at the beginning and the end of the picture by which versions differ. */
const SPOT_PIXELS = 4;
const SHADES = [0, 128, 255] as const;

/** A picture without compression, so that any mixture of states decodes. */
function picture(first: number, second: number): Promise<Buffer> {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3, 60);
  pixels.fill(first, 0, SPOT_PIXELS * 3);
  pixels.fill(second, pixels.length - SPOT_PIXELS * 3);
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .tiff({ compression: 'none' })
    .toBuffer();
}

interface States {
  readonly versions: readonly Buffer[];
  readonly versionFiles: readonly string[];
  /** The thumbnail of each complete state, by the XXH128 of the state's bytes. */
  readonly thumbnails: ReadonlyMap<string, string>;
}

/** Writes every complete state into `folder`, and makes their thumbnails while nothing changes. */
async function makeStates(folder: string): Promise<States> {
  const states = path.join(folder, 'states');
  fs.mkdirSync(states);
  const versions: Buffer[] = [];
  const versionFiles: string[] = [];
  for (const [index, shade] of SHADES.entries()) {
    const next = SHADES[(index + 1) % SHADES.length] ?? 0;
    const version = await picture(shade, shade);
    versions.push(version);
    versionFiles.push(path.join(states, `version-${index}.tif`));
    fs.writeFileSync(path.join(states, `version-${index}.tif`), version);
    fs.writeFileSync(path.join(states, `partly-next-${index}.tif`), await picture(next, shade));
  }
  const out = path.join(folder, 'out-states');
  await runInProcess([states], { out });
  const thumbnails = new Map<string, string>();
  for (const record of recordsIn(out))
    if (record.status === 'done') thumbnails.set(record.sourceXxh128 ?? '', onlyThumbnail(record).file);
  expect(new Set(thumbnails.values()).size).toBe(2 * SHADES.length);
  return { versions, versionFiles, thumbnails };
}

/** Expects what {@link States} allow, and returns `done` or the failure's code. */
async function expectOneState(record: ManifestRecord, { versions, thumbnails }: States): Promise<string> {
  if (record.status === 'done') {
    expect(thumbnails.has(record.sourceXxh128 ?? ''), `the bytes of ${record.source} are a state`).toBe(true);
    expect(onlyThumbnail(record).file).toBe(thumbnails.get(record.sourceXxh128 ?? ''));
    return 'done';
  }
  const { error, sourceBytes, sourceXxh128 } = record;
  if (sourceXxh128 !== undefined) {
    // Incomplete at rest: the writer was suspended while it wrote.
    const beginnings = versions.map((version) => contentHash(version.subarray(0, sourceBytes)));
    expect(await Promise.all(beginnings)).toContain(sourceXxh128);
    expect(sourceBytes).toBeLessThan(versions[0]?.length ?? 0);
  } else {
    expect(`${error.code} ${error.message}`).toMatch(
      /^(CHANGED .*: the file (changed while it was read|is being written)|UNREADABLE .*: no such file.*|CORRUPT .*: the file is empty)$/,
    );
    if (error.code === 'CORRUPT') expect(sourceBytes).toBe(0);
  }
  return error.code;
}

/** Stops the writer, and returns when it has stopped. */
async function stop({ pid }: ChildProcess): Promise<void> {
  process.kill(pid ?? 0, 'SIGSTOP');
  await until(
    () => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('T') === true,
  );
}

/**
 * Runs the command over `photos` changing photos, at least `runs` times and until some photos were done and some CHANGED, and then once
 * more with the writer stopped.
 */
export async function expectOneStateEach(photos: number, runs: number): Promise<void> {
  const folder = temporaryFolder();
  const states = await makeStates(folder);
  const files = Array.from({ length: photos }, (_, index) => path.join(folder, 'photos', `${index}.tif`));
  fs.mkdirSync(path.join(folder, 'photos'));
  for (const file of files) fs.writeFileSync(file, states.versions[0] ?? '');
  const writer = start(process.execPath, [writerScript, ...states.versionFiles, ...files]);
  await new Promise((resolve) => writer.child.stdout?.once('data', resolve));

  const outs: string[] = [];
  const run = async () => {
    const out = path.join(folder, `out-${outs.length}`);
    outs.push(out);
    await thumbs(['photos', '-o', out, '-w', '2'], {
      cwd: folder,
      env: { NODE_OPTIONS: `--import=${slowReads}` },
    });
    return recordsIn(out);
  };
  const outcomes: string[] = [];
  const seen = (outcome: string) => outcomes.includes(outcome);
  while (outs.length < runs || !(seen('done') && seen('CHANGED')))
    for (const record of await run()) outcomes.push(await expectOneState(record, states));

  await stop(writer.child);
  for (const record of await run()) {
    const file = path.resolve(outs.at(-1) ?? '', record.source);
    const bytes = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
    if (bytes.length > 0) expect(record.sourceXxh128).toBe(await contentHash(bytes));
    outcomes.push(await expectOneState(record, states));
  }

  writer.child.kill('SIGKILL');
  await writer.finished;
  for (const out of outs) await expectSound(out);
  const count = (outcome: string) => outcomes.filter((each) => each === outcome).length;
  const counts = [...new Set(outcomes)].map((outcome) => `${count(outcome)} ${outcome}`);
  console.log(`changing sources: ${outs.length} runs, ${counts.join(', ')}`);
}
