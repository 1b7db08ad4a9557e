// SVG drawings in real runs: not loaded from elsewhere, limited in time, and only on request.

import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { canaries, expectCanaries } from '../../support/canaries.js';
import { drawing, slowDrawing } from '../../support/images/drawings.js';
import { recordsIn } from '../../support/output.js';
import { jpeg, photoFolder, temporaryFolder } from '../../support/photos.js';
import { thumbs, thumbsJson } from '../../support/processes/command.js';
import {
  type CraftedFiles,
  corrupt,
  type ExpectedOutcome,
  expectOutcomes,
  GOOD,
  lacking,
} from '../../support/processes/expected-outcomes.js';

const SQUARE = '<path d="M0 0h20v30h-20z" fill="#c02040"/>';

test('a drawing loads no file and calls no host, however it refers to one', async () => {
  const canary = await canaries();
  const target = path.join(temporaryFolder(), 'target.png');
  fs.writeFileSync(
    target,
    await sharp(await jpeg(1))
      .png()
      .toBuffer(),
  );
  const style = path.join(path.dirname(target), 'style.css');
  fs.writeFileSync(style, 'path { fill: blue }');
  const inner = path.join(path.dirname(target), 'inner.svg');
  fs.writeFileSync(inner, drawing('<path id="a" d="M0 0h40v30h-40z" fill="blue"/>'));
  const places = [canary.pipe, `file://${canary.pipe}`, canary.url];
  const pictures = [target, `file://${target}`, 'good.jpg', './good.jpg', ...places];
  const ways: Record<string, string> = {};
  const add = (name: string, content: string) => {
    ways[`${Object.keys(ways).length}-${name}.svg`] = content;
  };
  const undefinedEntities: Record<string, string> = {};
  for (const href of pictures) {
    add('image', drawing(`${SQUARE}<image width="40" height="30" xlink:href="${href}"/>`));
    add('image-of-svg-2', drawing(`${SQUARE}<image width="40" height="30" href="${href}"/>`));
    const filter = `<filter id="f"><feImage xlink:href="${href}"/></filter>`;
    add('filter', drawing(`${filter}${SQUARE}<path d="M0 0h0" filter="url(#f)"/>`));
  }
  for (const href of [inner, `file://${inner}`, ...places]) {
    add('use', drawing(`${SQUARE}<use xlink:href="${href}#a"/>`));
    add('fill', drawing(`${SQUARE}<path d="M0 0h0" fill="url(${href}#a)"/>`));
    add(
      'include',
      drawing(`${SQUARE}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${href}"/>`),
    );
    add(
      'include-text',
      drawing(
        `${SQUARE}<desc><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="${href}"/></desc>`,
      ),
    );
  }
  for (const href of [style, `file://${style}`, ...places]) {
    add('import', drawing(`<style>@import url("${href}");</style>${SQUARE}`));
    add('stylesheet', `<?xml-stylesheet type="text/css" href="${href}"?>${drawing(SQUARE)}`);
    add('font', drawing(`<style>@font-face { font-family: a; src: url("${href}") }</style>${SQUARE}`));
    add('document-type', `<!DOCTYPE svg SYSTEM "${href}">${drawing(SQUARE)}`);
    undefinedEntities[`parameter-entity-${Object.keys(undefinedEntities).length}.svg`] =
      `<!DOCTYPE svg [<!ENTITY % e SYSTEM "${href}"> %e;]>${drawing(SQUARE)}`;
    undefinedEntities[`entity-${Object.keys(undefinedEntities).length}.svg`] =
      `<!DOCTYPE svg [<!ENTITY e SYSTEM "${href}">]>${drawing(`${SQUARE}<desc>&e;</desc>`)}`;
  }
  const [drawn, refused] = ['done 40 x 30', corrupt('SVG', "Entity 'e' not defined")];
  const outcomes = (files: typeof ways, outcome: ExpectedOutcome): CraftedFiles =>
    Object.fromEntries(Object.entries(files).map(([name, content]) => [name, [content, outcome]]));
  const { thumbnails } = await expectOutcomes(
    {
      'plain.svg': [drawing(SQUARE), drawn],
      ...outcomes(ways, drawn),
      ...outcomes(undefinedEntities, refused),
    },
    ['--svg'],
  );
  // A reference that is followed shows: librsvg follows this one for a drawing whose address it knows.
  const control = path.join(path.dirname(target), 'control.svg');
  fs.writeFileSync(control, drawing(`${SQUARE}<image width="40" height="30" xlink:href="target.png"/>`));
  const pixels = (source: string | Buffer) => sharp(source).raw().toBuffer();
  expect(await pixels(control)).not.toEqual(await pixels(Buffer.from(drawing(SQUARE))));
  const others = Object.keys(ways).filter((name) => thumbnails.get(name) !== thumbnails.get('plain.svg'));
  expect(others).toEqual([]);
  await expectCanaries(canary);
});

test('a drawing that takes too long is one record, and what is beside it is done', async () => {
  await expectOutcomes(
    {
      'slow.svg': [slowDrawing(15_000), /^TIMEOUT not finished after 1 s$/],
      'plain.svg': [drawing(SQUARE), 'done 40 x 30'],
    },
    ['--svg', '--timeout', '1'],
  );
});

test('drawings are counted, and with --svg they are photos; one that is named needs it too, and is tried again with it', async () => {
  const { folder, out } = photoFolder(1);
  fs.writeFileSync(path.join(folder, 'photos/a.svg'), drawing(SQUARE));
  fs.writeFileSync(path.join(folder, 'photos/B.SVG'), drawing(SQUARE, 'width="50" height="30"'));
  const without = await thumbsJson(['photos'], { cwd: folder });
  expect(without).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(
      '\n2 SVG files passed over: drawings are not switched on (--svg)\nmanifest ',
    ),
  });
  expect(without.events.at(-1)).toMatchObject({
    photos: 1,
    passedOver: { svg: 2 },
    lacking: [{ format: 'SVG', extensions: { svg: 2 }, needs: 'svg', remedy: '--svg' }],
  });
  const named = await thumbs(['photos', 'photos/a.svg'], { cwd: folder });
  expect([named.code, named.stderr.split('\n')]).toEqual([
    1,
    expect.arrayContaining([
      `${lacking('SVG', 'drawings are not switched on', '--svg').replace(' ', ' photos/a.svg: ')}`,
      '1 SVG file passed over: drawings are not switched on (--svg)',
    ]),
  ]);
  expect((await thumbs(['photos', '--svg'], { cwd: folder })).code).toBe(0);
  expect(recordsIn(out).map(({ source, status }) => `${status} ${source}`)).toEqual([
    'done ../photos/B.SVG',
    'done ../photos/a.svg',
    'done ../photos/photo-1.jpg',
  ]);
  // The photo is not made again, because the option changes no pixel of it.
  const again = await thumbsJson(['photos', '--svg'], { cwd: folder });
  expect(again.events.at(-1)).toMatchObject({ made: 0, unchanged: 3 });
});

test('what a file is called does not matter: JPEGs and drawings under other names', async () => {
  const good = await jpeg(1);
  await expectOutcomes(
    {
      'photo.svg': [good, GOOD],
      'photo.mpo': [good, GOOD],
      'photo.png': [good, GOOD],
      'drawing.jpg': [drawing(SQUARE), 'done 40 x 30'],
    },
    ['--svg'],
  );
  const any = { 'photo.heic': good, 'photo.NEF': good, 'photo.mov': good, photo: good, 'photo.xyz': good };
  await expectOutcomes(
    Object.fromEntries(Object.entries(any).map(([name, bytes]) => [name, [bytes, GOOD] as const])),
    ['--any-extension'],
  );
  // What is named itself is taken by its content, without an option.
  const folder = temporaryFolder();
  const names = ['photo.heic', 'photo.nef', 'photo.svg'];
  for (const name of names) fs.writeFileSync(path.join(folder, name), good);
  expect((await thumbs(names, { cwd: folder })).code).toBe(0);
  expect(recordsIn(path.join(folder, 'thumbnails'))).toMatchObject(
    names.map((name) => ({ source: `../${name}`, status: 'done', sourceFormat: 'jpeg' })),
  );
});
