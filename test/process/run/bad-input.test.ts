// Files that are damaged, are no photos, or cannot be read: one record and one line each, whatever is beside them.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failuresIn, recordsIn } from '../../support/output.js';
import { damagedImages, oddImages } from '../../support/paths.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';
import { thumbsUnprivileged } from '../../support/processes/command.js';
import {
  type CraftedFile,
  corrupt,
  type ExpectedOutcome,
  expectOutcomes,
  GOOD,
  lacking,
  unsupported,
} from '../../support/processes/expected-outcomes.js';

/** The committed fixtures. */
const FIXTURES: Readonly<Record<string, ExpectedOutcome>> = {
  'truncated.jpg': corrupt('JPEG', '[Pp]remature end'),
  'corrupt-entropy.jpg': corrupt('JPEG'),
  'header-only.jpg': corrupt('JPEG'),
  'truncated.png': corrupt('PNG'),
  'bad-crc.png': corrupt('PNG'),
  'truncated.webp': corrupt('WEBP'),
  'truncated.gif': corrupt('GIF'),
  'truncated.tif': corrupt('TIFF'),
  'truncated.avif': corrupt('AVIF'),
  'text-named.jpg': unsupported('text'),
  'svg-named.jpg': lacking('SVG', 'drawings are not switched on', '--svg'),
  'pdf-named.png': unsupported('a PDF document'),
  'heic-named.jpg': corrupt('HEIC'),
  'zero-byte.jpg': 'CORRUPT the file is empty',
  'bomb.png': 'TOO_LARGE 20000 x 20000 pixels are more than the limit of 400000',
  'giant-header.jpg': 'TOO_LARGE 65500 x 65500 pixels are more than the limit of 400000',
  'good.jpg': 'done 240 x 160',
};

test('each bad file is one record and one line with its cause, and the photos beside them are done', async () => {
  expect(Object.keys(FIXTURES).sort()).toEqual(fs.readdirSync(damagedImages).sort());
  const server = net.createServer();
  onTestFinished(() => {
    server.close();
  });
  const fixtures = Object.entries(FIXTURES).map(([name, outcome]): [string, CraftedFile] => [
    `fixtures/${name}`,
    [fs.readFileSync(path.join(damagedImages, name)), outcome],
  ]);
  await expectOutcomes(
    {
      ...Object.fromEntries(fixtures),
      'folder.jpg/inside.jpg': [await jpeg(2), GOOD],
      'folder.jpg': [() => {}, 'UNREADABLE a folder, not a file'],
      'pipe.jpg': [(file) => execFileSync('mkfifo', [file]), 'UNREADABLE a named pipe, not a file'],
      'socket.jpg': [(file) => once(server.listen(file), 'listening'), 'UNREADABLE a socket, not a file'],
      'many-pixels.jpg': [
        await jpeg(3, 800, 600),
        'TOO_LARGE 800 x 600 pixels are more than the limit of 400000',
      ],
      'many-bytes.jpg': [Buffer.alloc(900_001), 'TOO_LARGE 900001 bytes are more than the limit of 900000'],
    },
    ['--max-pixels', '400000', '--max-file-size', '0.9'],
  );
});

test('images that decoders complain of without cause are done, beside damaged and unsupported ones', async () => {
  const outcomes: Readonly<Record<string, ExpectedOutcome>> = {
    'unsorted-tags.tif': 'done 40 x 30',
    'unsorted-tags-and-half-the-data.tif': corrupt('TIFF'),
    'old-lzw.tif': 'done 40 x 30',
    'bytes-before-frame.jpg': 'done 40 x 30',
    'bytes-before-frame-and-damage.jpg': corrupt('JPEG'),
    'wrong-scan-parameters.jpg': 'done 40 x 30',
    'wrong-scan-parameters-and-damage.jpg': corrupt('JPEG'),
    'lab-of-8-bits.tif': 'done 40 x 30',
    'lab-of-8-bits-and-half-the-data.tif': corrupt('TIFF'),
    'lab-with-two-inks.tif': 'UNSUPPORTED TIFF images with CIELAB colours in this form are not supported',
    'compression-lzma.tif': 'UNSUPPORTED TIFF images with LZMA compression are not supported',
  };
  const files = Object.entries(outcomes).map(([name, outcome]): [string, CraftedFile] => [
    name,
    [fs.readFileSync(path.join(oddImages, name)), outcome],
  ]);
  await expectOutcomes(Object.fromEntries(files));
});

test('an unreadable file is one record; an unreadable folder is reported, and the rest is walked', async () => {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  const out = path.join(folder, 'out');
  fs.mkdirSync(path.join(photos, 'locked'), { recursive: true });
  for (const name of ['good.jpg', 'secret.jpg', 'locked/inside.jpg'])
    fs.writeFileSync(path.join(photos, name), await jpeg(4));
  fs.chmodSync(path.join(photos, 'secret.jpg'), 0);
  fs.chmodSync(path.join(photos, 'locked'), 0);
  const { code, stderr } = await thumbsUnprivileged([photos, '-o', out]);
  fs.chmodSync(path.join(photos, 'locked'), 0o755);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^UNREADABLE FOLDER .*locked: permission denied \(EACCES\)$/m);
  expect(failuresIn(out)).toEqual([
    ['secret.jpg', 'UNREADABLE', '../photos/secret.jpg: permission denied (EACCES)'],
  ]);
  expect(recordsIn(out)).toHaveLength(2);
});

test('an output folder that cannot be written ends the run with exit 3', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'photos'));
  fs.writeFileSync(path.join(folder, 'photos', 'a.jpg'), await jpeg(5));
  fs.mkdirSync(path.join(folder, 'locked'), { mode: 0o555 });
  const { code, stderr } = await thumbsUnprivileged([
    path.join(folder, 'photos'),
    '-o',
    path.join(folder, 'locked'),
  ]);
  expect([code, stderr]).toEqual([
    3,
    `thumbs: Cannot write to ${folder}/locked: permission denied (EACCES)\n`,
  ]);
});
