// Runs that end while the walk goes on: their caller leaves the loop, or the run cannot continue.

import fs from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { outputError } from '../../../src/errors.js';
import { resolveOptions } from '../../../src/options/resolve.js';
import { localPool } from '../../../src/pool/local/local-pool.js';
import { run } from '../../../src/run/create-thumbnails.js';
import { planThumbnails } from '../../../src/run/plan-thumbnails.js';
import { inProcess } from '../../support/in-process/run.js';
import type { DoJob } from '../../support/in-process/test-consumer.js';
import { makeTree, temporaryFolder, writePhotos } from '../../support/photos.js';

const EMPTY_FOLDERS = 200;

/** Far more than the walk lists at once, which are 8. */
const FEW = 40;

/** A folder with one photo, and many folders without any, none of which is listed before {@link EmptyFolders.release}. */
interface EmptyFolders {
  readonly photos: string;
  readonly out: string;
  /** Empty folders whose listing has begun. */
  readonly listed: number;
  /** Lets them be listed, and resolves when the walk has had more than enough turns to list them all. */
  release(): Promise<void>;
}

function emptyFolders(): EmptyFolders {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  makeTree(
    photos,
    Array.from({ length: EMPTY_FOLDERS }, (_, index) => `empty-${index}/`),
  );
  writePhotos(photos, 1);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { readdir } = fs;
  let listed = 0;
  const spy = vi.spyOn(fs, 'readdir').mockImplementation((async (name: string, ...options: []) => {
    if (path.basename(name).startsWith('empty-')) {
      listed += 1;
      await released;
    }
    return readdir(name, ...options);
  }) as typeof readdir);
  onTestFinished(() => {
    release();
    spy.mockRestore();
  });
  return {
    photos,
    out: path.join(folder, 'thumbnails'),
    get listed() {
      return listed;
    },
    async release() {
      release();
      for (let turn = 0; turn < 2 * EMPTY_FOLDERS; turn += 1) await fs.realpath(photos);
    },
  };
}

function runOver({ photos, out }: EmptyFolders, doJob?: DoJob) {
  return run(resolveOptions([photos], { out, workers: 1 }), localPool(inProcess(doJob)));
}

test('leaving the loop ends the walk: no further folder is listed', async () => {
  const folders = emptyFolders();
  for await (const { type } of runOver(folders)) if (type === 'done') break;
  await folders.release();
  expect(folders.listed).toBeLessThan(FEW);
});

test('an error that ends the run ends the walk: no further folder is listed', async () => {
  const folders = emptyFolders();
  const fail: DoJob = (_, consumer) => {
    consumer.fail(outputError(folders.out, 'it is full'));
    return new Promise(() => {});
  };
  await expect(async () => {
    for await (const _ of runOver(folders, fail));
  }).rejects.toThrow('it is full');
  await folders.release();
  expect(folders.listed).toBeLessThan(FEW);
});

test('leaving the loop of a dry run ends the walk: no further folder is listed', async () => {
  const folders = emptyFolders();
  for await (const { type } of planThumbnails([folders.photos], { out: folders.out }))
    if (type === 'planned') break;
  await folders.release();
  expect(folders.listed).toBeLessThan(FEW);
});

test('a run that is not left lists every folder', async () => {
  const folders = emptyFolders();
  for await (const { type } of runOver(folders)) if (type === 'done') await folders.release();
  expect(folders.listed).toBe(EMPTY_FOLDERS);
});
