// SVG drawings: recognised by their root element, drawn at the size of the thumbnail, and only on request.

import sharp from 'sharp';
import { expect, test } from 'vitest';
import { recognize } from '../../../../src/image/decoders/index.js';
import { MemoryShortage } from '../../../../src/image/limits.js';
import { defaultDecoding } from '../../../../src/options/options.js';
import { type RenderOneOptions, renderOne } from '../../../support/images/render-one.js';
import { insideBox } from '../../../support/variants.js';

const NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
const svgOn = { ...defaultDecoding, svg: true };

const drawing = (attributes: string, content = '<path d="M0 0h5000v9999h-5000z" fill="red"/>') =>
  `<svg ${NAMESPACES} ${attributes}>${content}</svg>`;

function render(source: string | Buffer, options: Partial<RenderOneOptions> = {}) {
  const variant = insideBox(200);
  return renderOne(Buffer.from(source), {
    ...{ variant, maxPixels: 268_402_689, decoding: svgOn },
    ...options,
  });
}

/** Red, green, blue and alpha of a pixel. */
async function pixelAt(png: Buffer, left: number, top: number): Promise<number[]> {
  const pixel = { left, top, width: 1, height: 1 };
  return [...(await sharp(png).ensureAlpha().extract(pixel).raw().toBuffer())];
}

const LICENCE = `<!-- ${'A licence > of many words. '.repeat(35)}-->`;
const ENTITIES = Array.from(
  { length: 20 },
  (_, index) => `<!ENTITY ns_${index} "http://ns.example/${index}/">`,
);

const DRAWINGS: Readonly<Record<string, string>> = {
  plain: drawing('width="30" height="20"'),
  'with a byte order mark and a declaration': `\ufeff<?xml version="1.0" encoding="UTF-8"?>\n${drawing('width="30" height="20"')}`,
  'behind a long comment': `<?xml version="1.0"?>\n${LICENCE}\n${drawing('width="30" height="20"')}`,
  'behind a document type with entities': `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd" [${ENTITIES.join('\n')}]>${drawing('width="30" height="20"')}`,
  'with a prefix':
    '<svg:svg xmlns:svg="http://www.w3.org/2000/svg" width="30" height="20"><svg:rect width="9" height="9"/></svg:svg>',
  'with a line break in its tag': `<svg\n${NAMESPACES} width="30" height="20"/>`.replace(
    '/>',
    '><path d="M0 0h9"/></svg>',
  ),
};

for (const [name, source] of Object.entries(DRAWINGS))
  test(`a drawing ${name} is recognised and drawn`, async () => {
    await expect(render(source)).resolves.toMatchObject({
      ...{ sourceFormat: 'svg', sourceWidth: 30, sourceHeight: 20, width: 30, height: 20 },
    });
  });

test('other XML, and what only mentions a drawing, is none', () => {
  const others = [
    '<?xml version="1.0"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><svg/></x:xmpmeta>',
    '<!DOCTYPE html><svg></svg>',
    '<html><svg></svg></html>',
    `${LICENCE}<plist/>`,
    '<!-- <svg> -->',
    '<!-- <svg>',
    '<?xml <svg>',
    'text <svg>',
    '<svgz/>',
    '<',
    '',
  ];
  for (const text of others) expect(() => recognize(Buffer.from(text), svgOn), text).toThrow(/^not a JPEG/);
});

test('without the option a drawing is refused with what it needs', async () => {
  for (const source of Object.values(DRAWINGS))
    await expect(render(source, { decoding: defaultDecoding })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'SVG images cannot be read: drawings are not switched on (--svg)',
      needs: 'svg',
    });
});

const SIZES: ReadonlyArray<
  readonly [attributes: string, source: [number, number], thumbnail: [number, number]]
> = [
  ['width="400" height="100"', [400, 100], [200, 50]],
  ['viewBox="0 0 300 600"', [300, 600], [100, 200]],
  ['width="100%" height="100%" viewBox="0 0 400 300"', [400, 300], [200, 150]],
  // Never enlarged, as no photo is.
  ['width="24" height="24" viewBox="0 0 1000 1000"', [24, 24], [24, 24]],
  ['width="2in" height="1in"', [144, 72], [144, 72]],
  ['width="16000" height="16000"', [16_000, 16_000], [200, 200]],
];

for (const [attributes, [sourceWidth, sourceHeight], [width, height]] of SIZES)
  test(`a drawing with ${attributes} is ${sourceWidth} x ${sourceHeight} and its thumbnail ${width} x ${height}`, async () => {
    const found = await render(drawing(attributes));
    expect(found).toMatchObject({ sourceWidth, sourceHeight, width, height });
  });

test('a drawing is rendered at the size of its thumbnail, with sharp edges and a clear background', async () => {
  // Scaled down from a rendering of its own size, the edge would be blurred.
  const { thumbnail } = await render(
    drawing('viewBox="0 0 2000 2000"', '<path d="M0 0h1000v2000h-1000z" fill="#c02040"/>'),
  );
  expect(await pixelAt(thumbnail, 99, 100)).toEqual([192, 32, 64, 255]);
  expect((await pixelAt(thumbnail, 100, 100))[3]).toBe(0);
});

test('a picture that a drawing holds is drawn', async () => {
  const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#20c040' } })
    .png()
    .toBuffer();
  const image = `<image width="40" height="40" xlink:href="data:image/png;base64,${picture.toString('base64')}"/>`;
  const { thumbnail } = await render(drawing('width="40" height="40"', image));
  expect(await pixelAt(thumbnail, 20, 20)).toEqual([32, 192, 64, 255]);
});

test('a drawing over the limit of pixels is too large, whatever it costs', async () => {
  await expect(render(drawing('width="20000" height="20000"'))).rejects.toMatchObject({
    code: 'TOO_LARGE',
    message: '20000 x 20000 pixels are more than the limit of 268402689',
  });
});

const REFUSED: Readonly<Record<string, readonly [source: string, code: string, message: RegExp]>> = {
  'without a size': [
    drawing('', '<rect width="50%" height="50%"/>'),
    'UNSUPPORTED',
    /^SVG images with no size of their own are not supported$/,
  ],
  'with sides of 1e9': [
    drawing('width="1000000000" height="1000000000"'),
    'UNSUPPORTED',
    /no size of their own/,
  ],
  'with very different sides': [
    drawing('width="100000" height="1"'),
    'UNSUPPORTED',
    /one side 32767 times as long/,
  ],
  'with sides of 0': [drawing('width="0" height="0"'), 'CORRUPT', /bad dimensions/],
  'that ends in the middle': [drawing('width="9" height="9"').slice(0, -9), 'CORRUPT', /XML parse error/],
  'of elements in elements': [
    drawing('width="9" height="9"', '<g>'.repeat(9999) + '</g>'.repeat(9999)),
    'CORRUPT',
    /Excessive depth/,
  ],
  'of entities of entities': [
    `<!DOCTYPE svg [<!ENTITY a0 "${'x'.repeat(99)}">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join('')}]>${drawing('width="9" height="9"', '<text>&a9;</text>')}`,
    'CORRUPT',
    /amplification/,
  ],
  'of a million elements': [
    drawing('width="9" height="9"', '<g/>'.repeat(1_000_001)),
    'UNSUPPORTED',
    /more than 1000000 elements/,
  ],
};

for (const [name, [source, code, message]] of Object.entries(REFUSED))
  test(`a drawing ${name} is ${code}`, async () => {
    await expect(render(source)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

test('a drawing that needs more memory than there is is not even parsed; pictures in it do not count', async () => {
  const maxMemory = 250e6;
  const many = drawing('width="9" height="9"', '<g/>'.repeat(20_000));
  await expect(render(many, { maxMemory })).rejects.toBeInstanceOf(MemoryShortage);
  // Parsed, it would be corrupt.
  await expect(render(many.slice(0, -9), { maxMemory })).rejects.toBeInstanceOf(MemoryShortage);
  await expect(render(many)).resolves.toMatchObject({ width: 9 });
  const picture = `<image xlink:href="data:image/png;base64,${'A'.repeat(3e6)}"/>`;
  await expect(render(drawing('width="9" height="9"', picture), { maxMemory })).resolves.toMatchObject({
    width: 9,
  });
  await expect(
    render(drawing('width="9" height="9"', picture.replace(';base64', '')), { maxMemory }),
  ).rejects.toBeInstanceOf(MemoryShortage);
});
