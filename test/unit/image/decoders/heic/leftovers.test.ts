// What a picture leaves in libheif's memory does not show in the next one.

import { expect, test } from 'vitest';
import { damagedHeif, soundHeifs } from '../../../../support/images/heif/damaged-heifs.js';
import { heifPhoto } from '../../../../support/images/heif/photo.js';
import { thumbnailOf } from '../../../../support/images/heif/rendering.js';

/** Damaged files of seed 7 with places that libde265 leaves as it finds them; found by the fuzz test. */
const UNWRITTEN = [10_451, 16_942, 20_749, 25_155];

test('a damaged picture has the same thumbnail whatever was decoded before it', async () => {
  const sound = soundHeifs();
  const others = (['landscape', 'quarters-256x192', 'black'] as const).map((picture) =>
    heifPhoto({ picture }),
  );
  for (const number of UNWRITTEN) {
    const { bytes } = damagedHeif(sound, number, 7);
    const names = new Set<string>();
    for (const other of others) {
      await thumbnailOf(other, { side: 200 });
      names.add((await thumbnailOf(bytes, { side: number % 2 === 0 ? 32 : 200 })).sha256);
    }
    expect(names.size, `${number}`).toBe(1);
  }
});
