// The help, and subcommands that are mistyped.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { recordsIn } from '../../support/output.js';
import { photoFolder, temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

test('`thumbs help` is the help, and `thumbs help <command>` that of a command with its options', async () => {
  const [help, option, verify, verifyOption, ofHelp] = await Promise.all([
    thumbs(['help']),
    thumbs(['--help']),
    thumbs(['help', 'verify']),
    thumbs(['verify', '--help']),
    thumbs(['help', 'help']),
  ]);
  expect(help).toEqual({ code: 0, signal: null, stdout: option.stdout, stderr: '' });
  expect(help.stdout).toMatch(/^ {2}help \[command\] /m);
  expect(verify).toEqual({ code: 0, signal: null, stdout: verifyOption.stdout, stderr: '' });
  expect(verify.stdout).toContain('--repair');
  expect(ofHelp).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: thumbs help /) });
});

test('a mistyped subcommand is refused with the one that it resembles', async () => {
  const folder = temporaryFolder();
  const [path, withOption, help, other] = await Promise.all(
    [['vrify'], ['vrify', '--repair'], ['help', 'vrify'], ['photos']].map((args) =>
      thumbs(args, { cwd: folder }),
    ),
  );
  expect(path).toMatchObject({
    code: 2,
    stderr: `thumbs: Cannot read ${folder}/vrify: no such file or directory (ENOENT) (Did you mean verify?)\n`,
  });
  for (const refused of [withOption, help])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('(Did you mean verify?)') });
  expect(other?.stderr).toBe(`thumbs: Cannot read ${folder}/photos: no such file or directory (ENOENT)\n`);
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('a path with a slash, and one that exists, is no mistyped subcommand', async () => {
  const { folder } = photoFolder(1);
  fs.renameSync(path.join(folder, 'photos'), path.join(folder, 'vrify'));
  const [missing, existing] = await Promise.all([
    thumbs(['./prun'], { cwd: folder }),
    thumbs(['vrify', '-w', '0'], { cwd: folder }),
  ]);
  for (const { code, stderr } of [missing, existing])
    expect([code, stderr]).toEqual([2, expect.not.stringContaining('Did you mean')]);
});

test('a folder that is called help is reached by its path', async () => {
  const { folder } = photoFolder(2);
  fs.renameSync(path.join(folder, 'photos'), path.join(folder, 'help'));
  expect((await thumbs(['./help'], { cwd: folder })).code).toBe(0);
  expect(recordsIn(path.join(folder, 'thumbnails'))).toHaveLength(2);
});
