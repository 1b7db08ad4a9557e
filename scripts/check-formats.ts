// Holds libheif's and exiftool's command-line tools against `thumbs` on a folder of photos, and prints where they differ. Exit code 0 when
// they agree, 1 when something differs, 2 when it cannot be done. Only a temporary folder is written to.
// Run: npm run check:formats -- <folder> [--size <WxH>] [--embedded auto|always|never]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readManifest } from '../src/manifest/reading.js';
import type { ManifestRecord } from '../src/manifest/record.js';
import { defaultOptions } from '../src/options/options.js';
import { printable } from '../src/printable.js';
import { projectFolder } from './bundling.js';
import {
  compareTakenAt,
  type Difference,
  type Kind,
  kindOf,
  type Photo,
} from './check-formats/comparison.js';
import { complaintIn, readTags, type Tags } from './check-formats/exiftool.js';
import { compareHeic } from './check-formats/heic.js';
import { compareJpeg } from './check-formats/jpeg.js';
import { compareRaw } from './check-formats/raw.js';
import { missingTools } from './check-formats/tools.js';

/** Files whose tags one exiftool process reads. */
const FILES_AT_ONCE = 200;

const compare: Readonly<Record<Kind, (photo: Photo, tags: Tags) => Promise<Difference[]>>> = {
  heic: compareHeic,
  jpeg: compareJpeg,
  raw: compareRaw,
};

/** The records of a run over `folder`. What the run reports goes to stderr. */
function recordsOf(folder: string, out: string, options: readonly string[]): ManifestRecord[] {
  const command = [path.join(projectFolder, 'bin/thumbs.js'), folder, '-o', out, '--no-progress', ...options];
  try {
    execFileSync(process.execPath, command, { stdio: ['ignore', process.stderr, process.stderr] });
  } catch (error) {
    const somePhotosFailed = (error as { status?: unknown }).status === 1;
    if (!somePhotosFailed) throw error;
  }
  return [...readManifest(path.join(out, 'manifest.jsonl'))];
}

/** Compares every photo of a kind that the tools know, prints the differences, and returns how many photos differ. */
async function check(folder: string, scratch: string, { size, embedded }: typeof values): Promise<number> {
  const out = path.join(scratch, 'out');
  const options = ['--size', size, '--embedded', embedded];
  const photos = recordsOf(folder, out, options).flatMap((record): Photo[] => {
    const kind = kindOf(record);
    if (kind === undefined || 'sourceNameBase64' in record) return [];
    return [{ record, kind, file: path.resolve(out, record.source), out, scratch, size }];
  });
  let differing = 0;
  for (let first = 0; first < photos.length; first += FILES_AT_ONCE) {
    const some = photos.slice(first, first + FILES_AT_ONCE);
    const tags = readTags(some.map(({ file }) => file));
    for (const photo of some) {
      const own = tags.get(photo.file) ?? {};
      const differences = [...compareTakenAt(photo, own), ...(await compare[photo.kind](photo, own))];
      if (differences.length > 0) differing += 1;
      for (const { what, ours, theirs } of differences)
        console.log(
          printable(
            `${path.relative(folder, photo.file)}: ${what}: thumbs ${ours}; ${theirs}${complaintIn(own)}`,
          ),
        );
    }
  }
  const counts = (['heic', 'raw', 'jpeg'] as const).map(
    (kind) => `${photos.filter((photo) => photo.kind === kind).length} ${kind}`,
  );
  console.log(`${photos.length} photos compared (${counts.join(', ')}): ${differing} with differences`);
  return differing;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', short: 's', default: defaultOptions.size },
    embedded: { type: 'string', default: defaultOptions.embedded },
  },
});
const [folder] = positionals;
const missing = missingTools();
if (folder === undefined || positionals.length > 1) {
  console.error('usage: npm run check:formats -- <folder> [--size <WxH>] [--embedded auto|always|never]');
  process.exitCode = 2;
} else if (missing.length > 0) {
  for (const { program, debianPackage } of missing)
    console.error(`check-formats needs ${program} (Debian: apt-get install ${debianPackage})`);
  process.exitCode = 2;
} else {
  // The manifest names the photos by their real paths.
  const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-check-formats-')));
  try {
    process.exitCode = (await check(fs.realpathSync(folder), scratch, values)) === 0 ? 0 : 1;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}
