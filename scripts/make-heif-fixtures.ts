// Writes test/fixtures/heif/: the coded pictures of test/support/images/heif/pictures.ts, as HEVC bitstreams. To be run by hand, where
// x265 is installed (Debian: apt-get install x265): npx tsx scripts/make-heif-fixtures.ts [name...]
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  fileName,
  heifFixtures,
  type PictureName,
  pictureDescriptions,
} from '../test/support/images/heif/pictures.js';
import { encodeHevc } from './heif/encode.js';
import { paintMotif } from './heif/motifs.js';

function write(name: PictureName): void {
  const { width, height, coding, motif } = pictureDescriptions[name];
  const rgb = paintMotif(motif, width, height);
  const bytes = encodeHevc({ width, height, rgb }, coding, motif.kind === 'landscape' ? 24 : 8);
  writeFileSync(path.join(heifFixtures, fileName(name)), bytes);
  console.log(`${fileName(name)}: ${bytes.length} bytes`);
}

function isName(name: string): name is PictureName {
  return name in pictureDescriptions;
}

const asked = process.argv.slice(2);
const names = Object.keys(pictureDescriptions).filter(isName);
mkdirSync(heifFixtures, { recursive: true });
for (const name of names) if (asked.length === 0 || asked.includes(name)) write(name);
