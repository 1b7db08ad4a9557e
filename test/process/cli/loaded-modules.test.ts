// What a plain run does without is not loaded by it: the start of every run would pay for it.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { photoFolder, temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

/** The text of every module that processes of a command load, as Node.js' coverage of code lists them. */
async function modulesLoadedBy(args: readonly string[], cwd: string): Promise<string[]> {
  const coverage = temporaryFolder();
  await thumbs(args, { cwd, env: { NODE_V8_COVERAGE: coverage } });
  const urls = fs.readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(fs.readFileSync(path.join(coverage, name), 'utf8'));
    return (result as ReadonlyArray<{ readonly url: string }>).map(({ url }) => url);
  });
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  return [...new Set(files)].map((file) => fs.readFileSync(file, 'utf8'));
}

/** What only the client of the queue server has in it. */
const QUEUE_CLIENT = /moveToActive|bzpopmin/;

test('a plain run does not load the client of the queue server', async () => {
  const { folder } = photoFolder(2);
  const loaded = await modulesLoadedBy(['photos', '-w', '1'], folder);
  expect(loaded.length).toBeGreaterThan(3);
  expect(loaded.filter((text) => QUEUE_CLIENT.test(text))).toEqual([]);
});

test('a run with a queue server does', async () => {
  const { folder } = photoFolder(2);
  const args = ['photos', '-w', '1', '--queue', 'redis://127.0.0.1:1', '--queue-timeout', '0.1'];
  const loaded = await modulesLoadedBy(args, folder);
  expect(loaded.some((text) => QUEUE_CLIENT.test(text))).toBe(true);
});

/** Methods of d3-scale and d3-shape. */
const D3 = /\.tickFormat = |\.defined = /;

test('only a bench with a chart loads d3', async () => {
  const { folder } = photoFolder(1);
  const bench = ['bench', 'photos', '--sweep', '1', '--runs', '1'];
  const [run, report, chart] = await Promise.all(
    [['photos', '-w', '1'], bench, [...bench, '--chart', 'chart.svg']].map((args) =>
      modulesLoadedBy(args, folder),
    ),
  );
  expect(run?.filter((text) => D3.test(text))).toEqual([]);
  expect(report?.filter((text) => D3.test(text))).toEqual([]);
  expect(chart?.some((text) => D3.test(text))).toBe(true);
});
