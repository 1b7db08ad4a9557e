// Writes test/fixtures/heif/: the coded pictures of test/support/images/heif/pictures.ts, as HEVC bitstreams. To be run by hand, where
// x265 is installed (Debian: apt-get install x265): npx tsx scripts/make-heif-fixtures.ts [name...]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Coding,
  fileName,
  heifFixtures,
  type PictureDescription,
  type PictureName,
  pictureDescriptions,
} from '../test/support/images/heif/pictures.js';
import { paintMotif } from './heif/motifs.js';
import { samplesOf } from './heif/samples.js';

const COLOUR_SPACES = { '4:0:0': 'i400', '4:2:0': 'i420', '4:2:2': 'i422', '4:4:4': 'i444' } as const;
const MATRICES = { 0: 'gbr', 1: 'bt709', 6: 'smpte170m', 9: 'bt2020nc' } as const;

/** One intra picture. Flat colours come out as they went in, to one step or so. */
function encode(name: PictureName, description: PictureDescription, folder: string): void {
  const { width, height, coding, motif } = description;
  const input = path.join(folder, 'samples.yuv');
  const output = path.join(heifFixtures, fileName(name));
  writeFileSync(input, samplesOf({ width, height, rgb: paintMotif(motif, width, height) }, coding));
  const result = spawnSync('x265', [
    ...['--input', input, '--input-res', `${width}x${height}`, '--fps', '1', '--frames', '1'],
    ...['--input-csp', COLOUR_SPACES[coding.chroma], '--input-depth', `${coding.bits}`],
    ...['--output-depth', `${coding.bits}`, '--output', output, '--log-level', 'error'],
    ...[
      '--preset',
      'veryslow',
      '--keyint',
      '1',
      '--ctu',
      '32',
      '--qp',
      motif.kind === 'landscape' ? '24' : '8',
    ],
    // The same bytes on every machine, and no text of the encoder in them.
    ...['--no-info', '--no-vui-timing-info', '--pools', 'none', '--frame-threads', '1', '--no-asm'],
    ...spoken(coding),
  ]);
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`x265 failed with ${result.status}: ${result.stderr}`);
  console.log(`${path.basename(output)}: ${statSync(output).size} bytes`);
}

function spoken({ says, matrix, fullRange }: Coding): string[] {
  if (!says) return [];
  return ['--colormatrix', MATRICES[matrix], '--range', fullRange ? 'full' : 'limited'];
}

function isName(name: string): name is PictureName {
  return name in pictureDescriptions;
}

const asked = process.argv.slice(2);
const names = Object.keys(pictureDescriptions).filter(isName);
const folder = mkdtempSync(path.join(tmpdir(), 'heif-fixtures-'));
mkdirSync(heifFixtures, { recursive: true });
for (const name of names)
  if (asked.length === 0 || asked.includes(name)) encode(name, pictureDescriptions[name], folder);
rmSync(folder, { recursive: true });
