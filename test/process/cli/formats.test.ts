// `thumbs formats`: what this installation reads and writes.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { decoders, photoExtensions } from '../../../src/image/decoders/index.js';
import { rendererVersion } from '../../../src/image/renderer-version.js';
import { defaultDecoding } from '../../../src/options/options.js';
import { temporaryFolder } from '../../support/photos.js';
import { eventsOf, thumbs } from '../../support/processes/command.js';

interface FormatLine {
  readonly type: 'reads' | 'lacks' | 'writes';
  readonly format: string;
  readonly extensions: readonly string[];
}

const { libvips } = rendererVersion();

test('each format has a line on stdout with its extensions and what reads it, or why it is not read', async () => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await thumbs(['formats'], { cwd: folder });
  expect([code, stderr, fs.readdirSync(folder)]).toEqual([0, '', []]);
  const lines = stdout.split('\n');
  expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(Object.keys(decoders).length + 4);
  for (const line of [
    'Reads',
    `  JPEG  jpg, jpeg, jpe, jfif, mpo: own reader, libvips ${libvips}`,
    `  TIFF  tif, tiff: libvips ${libvips}`,
    'Does not read',
    '  SVG   svg: drawings are not switched on (--svg)',
    'Writes',
    `  PNG   png: libvips ${libvips}`,
  ])
    expect(lines).toContain(line);
});

test('with --json there is an object for each; what is read is what a run selects', async () => {
  const { code, stdout, stderr } = await thumbs(['formats', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const events = eventsOf<FormatLine>(stdout);
  const read = events.filter(({ type }) => type === 'reads');
  expect(read.flatMap(({ extensions }) => extensions)).toEqual(photoExtensions(defaultDecoding));
  expect(events.filter(({ type }) => type !== 'writes').map(({ format }) => format)).toEqual(
    Object.keys(decoders),
  );
  expect(events).toContainEqual({
    ...{ type: 'lacks', format: 'svg', name: 'SVG', extensions: ['svg'] },
    ...{ needs: 'svg', kind: 'option', reason: 'drawings are not switched on', remedy: '--svg' },
  });
  const written = { png: 'png', webp: 'webp', jpeg: 'jpg', avif: 'avif' } as const;
  expect(events.filter(({ type }) => type === 'writes')).toEqual(
    Object.entries(written).map(([format, extension]) => {
      // As it is called where it is read.
      const { name } = decoders[format as keyof typeof written];
      return { type: 'writes', format, name, extensions: [extension], by: [`libvips ${libvips}`] };
    }),
  );
});

test('sharp, which takes long to load, is not loaded for it', async () => {
  const hook = path.join(temporaryFolder(), 'hook.cjs');
  fs.writeFileSync(
    hook,
    `const Module = require('node:module');
    const load = Module._load;
    Module._load = function (name, ...others) {
      if (name === 'sharp') process.exit(99);
      return load.call(this, name, ...others);
    };`,
  );
  const { code } = await thumbs(['formats'], { env: { NODE_OPTIONS: `--require=${hook}` } });
  expect(code).toBe(0);
});
