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

/** What most runs do without: what only its modules have in them, and commands that load it. */
const SELDOM: ReadonlyArray<{
  readonly what: string;
  readonly sign: RegExp;
  readonly commands: readonly string[][];
}> = [
  {
    what: 'the client of the queue server',
    sign: /moveToActive|bzpopmin/,
    commands: [['photos', '-w', '1', '--queue', 'redis://127.0.0.1:1', '--queue-timeout', '0.1']],
  },
  {
    what: 'the tree of links, and the library that makes its names',
    sign: /conout/,
    commands: [['photos', '-w', '1', '--links', 'album']],
  },
  {
    what: 'the gallery',
    sign: /Content-Security-Policy/,
    commands: [['photos', '-w', '1', '--gallery', 'pages'], ['gallery']],
  },
  {
    what: 'd3',
    sign: /\.tickFormat = |\.defined = /,
    commands: [['bench', 'photos', '--sweep', '1', '--runs', '1', '--chart', 'chart.svg']],
  },
];

test('a plain run loads nothing that few runs need', async () => {
  const { folder } = photoFolder(2);
  const loaded = await modulesLoadedBy(['photos', '-w', '1'], folder);
  expect(loaded.length).toBeGreaterThan(3);
  for (const { sign } of SELDOM) expect(loaded.filter((text) => sign.test(text))).toEqual([]);
});

for (const { what, sign, commands } of SELDOM)
  for (const args of commands)
    test(`${what} is loaded by \`thumbs ${args.join(' ')}\``, async () => {
      const { folder } = photoFolder(1);
      await thumbs(['photos', '-w', '1'], { cwd: folder });
      const loaded = await modulesLoadedBy(args, folder);
      expect(loaded.some((text) => sign.test(text))).toBe(true);
    });

test('a bench without a chart does not load d3', async () => {
  const { folder } = photoFolder(1);
  const loaded = await modulesLoadedBy(['bench', 'photos', '--sweep', '1', '--runs', '1'], folder);
  expect(loaded.filter((text) => SELDOM.at(-1)?.sign.test(text))).toEqual([]);
});
