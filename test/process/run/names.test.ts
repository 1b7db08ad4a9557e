import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expectSound, failuresIn, recordsIn } from '../../support/output.js';
import { jpeg, temporaryFolder } from '../../support/photos.js';
import { thumbs } from '../../support/processes/command.js';

const hostileNames = [
  'with space.jpg',
  ' leading and trailing .jpg',
  'quote\'s "and" `more`.jpg',
  '\nstarts with a newline.jpg',
  'new\nline.jpg',
  'line\u2028separator\u2029.jpg',
  'folder\nwith newline/inside.jpg',
  'stand-in\ufdd0\ufdd4.jpg',
  '-w.jpg',
  '--version.jpg',
  '[page=1].jpg',
  'real.jpg[shrink=8].jpg',
  '*?{a,b}(c)!.jpg',
  'back\\slash.jpg',
  '$(touch owned).jpg',
  '%00%n%s.jpg',
  'escape\u001b[31m\u001b]0;owned\u0007.jpg',
  'c1\u009b31m.jpg',
  'bidi\u202egpj.exe.jpg',
  'emoji 😀👩‍👧.jpg',
  'Å and A\u030a.jpg',
  'UPPER.JPG',
  'mixed.JpEg',
  `${'long'.repeat(60)}.jpg`,
];

test('a photo of any name is done and recorded under it, and no name reaches the terminal unescaped', async () => {
  const folder = temporaryFolder();
  const photos = path.join(folder, 'photos');
  for (const name of hostileNames) {
    fs.mkdirSync(path.dirname(path.join(photos, name)), { recursive: true });
    fs.writeFileSync(path.join(photos, name), await jpeg(1));
  }
  fs.writeFileSync(path.join(photos, 'broken\u001b[31m\n\u202e.jpg'), 'text');
  const out = path.join(folder, 'out');
  const exported = ['txt', 'csv', 'json'].map((extension) => path.join(out, `all.${extension}`));
  const { code, stdout, stderr } = await thumbs(
    [photos, '-o', out, '-w', '1', '-v', '--json', ...exported.flatMap((file) => ['--export', file])],
    { cwd: folder },
  );
  expect(code).toBe(1);
  await expectSound(out);
  const done = recordsIn(out).filter(({ status }) => status === 'done');
  expect(done.map(({ source }) => source)).toEqual(hostileNames.map((name) => `../photos/${name}`).sort());
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what must not be there
  const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
  expect(stdout).not.toMatch(raw);
  expect(stderr).not.toMatch(raw);
  expect(fs.readFileSync(path.join(out, 'manifest.jsonl'), 'utf8')).not.toMatch(raw);
  expect(stderr).toContain('UNSUPPORTED photos/broken\\u001b[31m\\u000a\\u202e.jpg: not a JPEG');
  expect(failuresIn(out)[0]?.[2]).toMatch(/^\.\.\/photos\/broken\\u001b\[31m\\u000a\\u202e\.jpg: not a JPEG/);
  // Each event is one line of JSON: no name has broken a line.
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events).toHaveLength(hostileNames.length + 3);
  expect(fs.readdirSync(folder).sort()).toEqual(['out', 'photos']);
  const json = JSON.parse(fs.readFileSync(path.join(out, 'all.json'), 'utf8'));
  expect(Object.keys(json).sort()).toEqual(recordsIn(out).map(({ source }) => source));
  const lines = fs.readFileSync(path.join(out, 'all.txt'), 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(hostileNames.length);
});

test('a path with a leading dash can be given after --', async () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, '-photos'));
  fs.writeFileSync(path.join(folder, '-photos', 'a.jpg'), await jpeg(1));
  const { code } = await thumbs(['-o', 'out', '--', '-photos'], { cwd: folder });
  expect(code).toBe(0);
  expect(recordsIn(path.join(folder, 'out'))).toHaveLength(1);
});
