// Encodes one still picture by x265, which must be installed (Debian: apt-get install x265).

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Coding } from '../../test/support/images/heif/pictures.js';
import { type RgbSamples, samplesOf } from './samples.js';

const COLOUR_SPACES = { '4:0:0': 'i400', '4:2:0': 'i420', '4:2:2': 'i422', '4:4:4': 'i444' } as const;
const MATRICES = { 0: 'gbr', 1: 'bt709', 6: 'smpte170m', 9: 'bt2020nc' } as const;

/** The bitstream of one intra picture. At a `quantizer` of 8, flat colours come out as they went in, to one step or so. */
export function encodeHevc(samples: RgbSamples, coding: Coding, quantizer: number): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'encode-hevc-'));
  const [input, output] = [path.join(folder, 'samples.yuv'), path.join(folder, 'picture.hevc')];
  try {
    writeFileSync(input, samplesOf(samples, coding));
    const result = spawnSync('x265', [
      ...[
        '--input',
        input,
        '--input-res',
        `${samples.width}x${samples.height}`,
        '--fps',
        '1',
        '--frames',
        '1',
      ],
      ...['--input-csp', COLOUR_SPACES[coding.chroma], '--input-depth', `${coding.bits}`],
      ...['--output-depth', `${coding.bits}`, '--output', output, '--log-level', 'error'],
      ...['--preset', 'veryslow', '--keyint', '1', '--ctu', '32', '--qp', `${quantizer}`],
      // The same bytes on every machine, no text of the encoder in them, and nothing said (VUI) unless it is asked for.
      ...['--no-info', '--no-vui-timing-info', '--pools', 'none', '--frame-threads', '1', '--no-asm'],
      ...said(coding),
    ]);
    if (result.error !== undefined) throw result.error;
    if (result.status !== 0) throw new Error(`x265 failed with ${result.status}: ${result.stderr}`);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function said({ says, matrix, fullRange }: Coding): string[] {
  if (!says) return [];
  return ['--colormatrix', MATRICES[matrix], '--range', fullRange ? 'full' : 'limited'];
}
