// `npm run check:formats` as a process, with the real programs of libheif and exiftool, and with ones that answer something else.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';
import { heifPhoto } from '../../../support/images/heif/photo.js';
import { rotation } from '../../../support/images/heif/properties.js';
import { rawFile } from '../../../support/images/raw/files.js';
import { projectFolder, sampleImages } from '../../../support/paths.js';
import { snapshot, temporaryFolder } from '../../../support/photos.js';
import { type Finished, start } from '../../../support/processes/processes.js';
import { testWithPrograms } from '../../../support/requirements.js';

const testWithTools = testWithPrograms('heif-info', 'heif-convert', 'exiftool');

const script = path.join(projectFolder, 'scripts/check-formats.ts');

function checkFormats(
  folder: string,
  programs = process.env.PATH,
  ...options: readonly string[]
): Promise<Finished> {
  const env = { ...process.env, PATH: programs };
  return start(process.execPath, ['--import', 'tsx', script, folder, ...options], { cwd: projectFolder, env })
    .finished;
}

/** A folder with a JPEG in a subfolder, two that are not stored upright, and a picture that is not compared. */
async function photos(): Promise<string> {
  const folder = temporaryFolder();
  for (const name of ['orientation-6.jpg', 'orientation-7.jpg', 'alpha.png'])
    fs.copyFileSync(path.join(sampleImages, name), path.join(folder, name));
  fs.mkdirSync(path.join(folder, 'in it'));
  await sharp(path.join(sampleImages, 'dunes.jpg'))
    .withExif({ IFD2: { DateTimeOriginal: '2024:05:01 12:30:05', OffsetTimeOriginal: '+02:00' } })
    .toFile(path.join(folder, 'in it', 'with a time.jpg'));
  return folder;
}

function installed(name: string): string {
  return execFileSync('which', [name], { encoding: 'utf8' }).trim();
}

/** A `PATH` with a program that is used instead of the installed one of its name. */
function pathWith(name: string, shell: string): string {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${shell}\n`, { mode: 0o755 });
  return `${folder}:${process.env.PATH}`;
}

testWithTools(
  'photos on which the programs agree: no difference, exit code 0, and nothing is written beside them',
  async () => {
    const folder = await photos();
    const before = snapshot(folder);
    const { code, stdout } = await checkFormats(folder);
    expect(stdout).toBe('3 photos compared (0 heic, 0 raw, 3 jpeg): 0 with differences\n');
    expect(code).toBe(0);
    expect(snapshot(folder)).toEqual(before);
  },
);

testWithTools(
  'each difference is a line with the file, both answers, and what differs; exit code 1',
  async () => {
    const other = pathWith(
      'exiftool',
      `${installed('exiftool')} "$@" | sed -e 's/2024:05:01/2024:05:02/' -e 's/Orientation": 6/Orientation": 8/' -e 's/Orientation": 7/Orientation": 3/'`,
    );
    const { code, stdout } = await checkFormats(await photos(), other);
    const { width, height } = await sharp(path.join(sampleImages, 'orientation-7.jpg')).metadata();
    expect(stdout.trimEnd().split('\n').sort()).toEqual([
      '3 photos compared (0 heic, 0 raw, 3 jpeg): 3 with differences',
      'in it/with a time.jpg: takenAt: thumbs 2024-05-01T12:30:05+02:00; exiftool 2024-05-02T12:30:05+02:00',
      'orientation-6.jpg: orientation: thumbs would fit after a turn as by EXIF orientation 3; exiftool orientation 8',
      expect.stringMatching(/^orientation-7\.jpg: pixels: thumbs PSNR .* dB, .*; exiftool orientation 3$/),
      `orientation-7.jpg: size: thumbs ${height}x${width}; exiftool ${width}x${height}`,
    ]);
    expect(code).toBe(1);
  },
);

/** A folder with two HEICs of 512x384: one is turned, the other has a smaller picture that is used for thumbnails of 160 pixels. */
function heics(): string {
  const folder = temporaryFolder();
  fs.writeFileSync(
    path.join(folder, 'turned.heic'),
    heifPhoto({ picture: 'landscape', properties: [rotation(1)] }),
  );
  const thumbnails = [{ picture: 'landscape-thumbnail' } as const];
  fs.writeFileSync(path.join(folder, 'smaller.heic'), heifPhoto({ picture: 'landscape', thumbnails }));
  return folder;
}

testWithTools(
  'HEICs on which the programs agree, turned by the container and by a smaller picture',
  async () => {
    const { code, stdout } = await checkFormats(heics(), process.env.PATH, '--size', '160');
    expect(stdout).toBe('2 photos compared (2 heic, 0 raw, 0 jpeg): 0 with differences\n');
    expect(code).toBe(0);
  },
);

testWithTools('a HEIC that libheif shows otherwise, or refuses, is a line for each difference', async () => {
  const folder = heics();
  const other = path.join(temporaryFolder(), 'other.png');
  await sharp(path.join(sampleImages, 'dunes.jpg')).resize(300, 200, { fit: 'fill' }).png().toFile(other);
  const converter = `case "$2" in *turned*) cp ${other} "$3";; *) echo 'no such codec' >&2; exit 1;; esac`;
  const { code, stdout } = await checkFormats(folder, pathWith('heif-dec', converter));
  expect(stdout.trimEnd().split('\n')).toEqual([
    'smaller.heic: decoding: thumbs made a thumbnail; heif-dec no such codec',
    expect.stringMatching(/^turned\.heic: size: thumbs \d+x\d+; heif-dec 300x200$/),
    expect.stringMatching(/^turned\.heic: pixels: thumbs full picture PSNR .*; heif-dec full picture$/),
    '2 photos compared (2 heic, 0 raw, 0 jpeg): 2 with differences',
  ]);
  expect(code).toBe(1);
});

testWithTools('RAW files on which the programs agree, and a preview that exiftool alone has', async () => {
  const folder = temporaryFolder();
  for (const [extension, orientation] of [
    ['nef', 1],
    ['raf', 8],
    ['dng', 6],
  ] as const)
    fs.writeFileSync(path.join(folder, `${orientation}.${extension}`), await rawFile(extension, orientation));
  const agreeing = await checkFormats(folder);
  expect(agreeing.stdout).toBe('3 photos compared (0 heic, 3 raw, 0 jpeg): 0 with differences\n');
  expect(agreeing.code).toBe(0);
  const preview = await sharp(path.join(sampleImages, 'dunes.jpg')).resize(420, 280).jpeg().toBuffer();
  const tags = `"File:PreviewImage": "base64:${preview.toString('base64')}",`;
  const other = pathWith('exiftool', `${installed('exiftool')} "$@" | sed -e 's|^\\[{$|[{ ${tags}|'`);
  const differing = await checkFormats(folder, other);
  expect(differing.stdout).toMatch(
    /^1\.nef: preview: thumbs 480x320; exiftool .*420x280.* \(at least 400x26\d is wanted\)$/m,
  );
  expect(differing.code).toBe(1);
});

testWithTools('a program that is missing is named with its Debian package; exit code 2', async () => {
  const { code, stdout, stderr } = await checkFormats(await photos(), temporaryFolder());
  expect(stderr.trimEnd().split('\n')).toEqual([
    'check-formats needs heif-info (Debian: apt-get install libheif-examples)',
    'check-formats needs heif-dec or heif-convert (Debian: apt-get install libheif-examples)',
    'check-formats needs exiftool (Debian: apt-get install libimage-exiftool-perl)',
  ]);
  expect([code, stdout]).toEqual([2, '']);
});
