// HEIFs that are bombs, loops and lies, through real consumers with little memory: one record each, by a refusal of the decoder and not by
// the consumer's death.

import { expect, test } from 'vitest';
import {
  brokenContainers,
  crowds,
  locationLies,
} from '../../../../support/images/heif/hostile/containers.js';
import { gridBombs, slowHeif } from '../../../../support/images/heif/hostile/grids.js';
import { gridOfGrids, loops } from '../../../../support/images/heif/hostile/loops.js';
import type { HostileFiles } from '../../../../support/images/heif/hostile/pieces.js';
import { otherCodecs, propertyLies } from '../../../../support/images/heif/hostile/properties.js';
import { heifPhoto } from '../../../../support/images/heif/photo.js';
import {
  type CraftedFiles,
  expectOutcomes,
  inFolder,
} from '../../../../support/processes/expected-outcomes.js';

/** Neither a death nor a time-out: those would be `WORKER_DIED`, `TIMEOUT`, or `TOO_LARGE` by the memory that its consumer had. */
const REFUSED = /^(?:CORRUPT|UNSUPPORTED|TOO_LARGE (?!its consumer had))/;
/** The picture itself is sound, so that its thumbnail is right as well. */
const REFUSED_OR_DONE = /^(?:CORRUPT|UNSUPPORTED|TOO_LARGE (?!its consumer had)|done 128 x (?:96|48)$)/;

function all(files: HostileFiles, outcome: RegExp): CraftedFiles {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, [bytes, outcome] as const]));
}

const SOUND: CraftedFiles = { 'sound.heic': [heifPhoto({ picture: 'quarters' }), 'done 128 x 96'] };

test('hostile HEIFs are one record each, within little memory', async () => {
  const { peakMemory } = await expectOutcomes(
    {
      ...inFolder('grids', all(gridBombs(), REFUSED)),
      ...inFolder('grids', all({ 'of-grids.heic': gridOfGrids() }, REFUSED)),
      ...inFolder('loops', all(loops(), REFUSED_OR_DONE)),
      ...inFolder('crowds', all(crowds(), REFUSED_OR_DONE)),
      ...inFolder('locations', all(locationLies(), REFUSED)),
      ...inFolder('containers', all(brokenContainers(), REFUSED_OR_DONE)),
      ...inFolder('properties', all(propertyLies(), REFUSED_OR_DONE)),
      ...inFolder('codecs', all(otherCodecs(['avc1', 'j2k1', 'vvc1', 'unci', 'mime', 'xxxx']), REFUSED)),
      ...SOUND,
    },
    ['-w', '2', '--max-memory', '400', '--retries', '0'],
  );
  // Three processes, each with Node.js and in two of them sharp and libheif.
  expect(peakMemory).toBeLessThan(450e6);
}, 180_000);

test('a grid of a thousand tiles that takes too long is one TIMEOUT, and the photos beside it are done', async () => {
  // 260 megapixels, all of which are one tile of 262,144 in a file of 70 kB.
  await expectOutcomes({ 'slow.heic': [slowHeif(31, 32), /^TIMEOUT .*\b2 s/], ...SOUND }, [
    '-w',
    '1',
    '--timeout',
    '2',
    '--max-memory',
    '400',
  ]);
});
