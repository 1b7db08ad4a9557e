// The files that encoders write, and the sizes that they read from any file's header.

import sharp, { type Sharp } from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { mulberry32 } from '../../../../scripts/painting/noise.js';
import { encoders } from '../../../../src/image/encoders/index.js';
import { renderThumbnails } from '../../../../src/image/render.js';
import { type OutputFormat, outputFormatNames } from '../../../../src/options/output-formats.js';
import { resolveVariants } from '../../../../src/options/variant-spec.js';

const [WIDTH, HEIGHT] = [37, 23];

/** Every setting that changes the form of a file. */
const FORMS: Readonly<Record<OutputFormat, readonly string[]>> = {
  png: ['', ',progressive', ',palette', ',palette,progressive'],
  webp: ['', ',lossless', ',quality=1', ',effort=6'],
  jpeg: ['', ',progressive', ',quality=100', ',quality=1'],
  avif: ['', ',lossless', ',quality=1'],
};

/** All forms of all formats, as specs without a size. */
const SPECS: ReadonlyArray<readonly [format: OutputFormat, spec: string]> = outputFormatNames.flatMap(
  (format) => FORMS[format].map((form) => [format, `format=${format}${form}`] as const),
);

/** A photo with more than 256 colours; its transparent pixels have colours too. */
function photoOf(channels: 3 | 4, width = WIDTH, height = HEIGHT): Sharp {
  const random = mulberry32(channels);
  const data = Uint8Array.from({ length: width * height * channels }, (_, at) =>
    channels === 4 && at % 4 === 3 ? (Math.floor(at / 4) % 3) * 127.5 : random() * 256,
  );
  return sharp(data, { raw: { width, height, channels } });
}

/** The file of a variant that has the photo's own size. */
async function thumbnailOf(photo: Buffer, settings: string, size = '200x200'): Promise<Buffer> {
  const variants = resolveVariants(`${size},${settings}`, {});
  const { thumbnails } = await renderThumbnails(photo, { variants, maxPixels: 1e6 });
  return thumbnails[0]?.bytes ?? Buffer.alloc(0);
}

/** RGBA. */
function pixelsOf(file: Buffer): Promise<Buffer> {
  return sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer();
}

/** A small file of each form. */
const files: Array<{ readonly format: OutputFormat; readonly spec: string; readonly file: Buffer }> = [];

beforeAll(async () => {
  for (const channels of [3, 4] as const) {
    const photo = await photoOf(channels).png().toBuffer();
    for (const [format, spec] of SPECS)
      files.push({ format, spec: `${spec}, ${channels} channels`, file: await thumbnailOf(photo, spec) });
  }
});

test('every form of every format is decoded at the size that is read from its header', async () => {
  for (const [width, height] of [
    [1, 1],
    [1, 9],
    [200, 3],
    [64, 64],
  ] as const)
    for (const channels of [3, 4] as const) {
      const photo = await photoOf(channels, width, height).png().toBuffer();
      for (const [format, spec] of SPECS) {
        const file = await thumbnailOf(photo, spec);
        const said = `${width}x${height}, ${channels} channels, ${spec}`;
        expect(encoders[format].readSize(file), said).toEqual({ width, height });
        const { info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
        expect([info.width, info.height], said).toEqual([width, height]);
      }
    }
});

test('no encoder reads a size from a file of another format', () => {
  for (const { format, spec, file } of files)
    for (const other of outputFormatNames.filter((name) => name !== format))
      expect(encoders[other].readSize(file), `${spec} by ${other}`).toBeUndefined();
});

test('of every beginning of a file the size is read rightly or not at all, and not before it is there', () => {
  for (const { format, spec, file } of files) {
    let known = false;
    for (let length = 0; length < file.length; length += 1) {
      const size = encoders[format].readSize(file.subarray(0, length));
      const said = `${length} bytes of ${spec}`;
      if (size !== undefined) expect(size, said).toEqual({ width: WIDTH, height: HEIGHT });
      else expect(known, said).toBe(false);
      known ||= size !== undefined;
      if (length < 20) expect(size, said).toBeUndefined();
    }
  }
});

test('2,000 damaged files of each format: a size is read or not, and nothing is thrown', () => {
  const random = mulberry32(2000);
  for (const format of outputFormatNames) {
    const own = files.filter((each) => each.format === format);
    for (let round = 0; round < 2000; round += 1) {
      const mutant = Buffer.from(own[round % own.length]?.file ?? []);
      const changes = 1 + Math.floor(random() * 8);
      // Half of them in the header, where sizes and lengths are.
      for (let change = 0; change < changes; change += 1) {
        const reach = random() < 0.5 ? 64 : mutant.length;
        const value = random() < 0.3 ? [0, 1, 127, 255][change % 4] : random() * 256;
        mutant[Math.floor(random() * Math.min(reach, mutant.length))] = value ?? 0;
      }
      const end = random() < 0.2 ? Math.floor(random() * mutant.length) : mutant.length;
      for (const name of outputFormatNames) {
        const size = encoders[name].readSize(mutant.subarray(0, end));
        if (size === undefined) continue;
        expect(Number.isInteger(size.width) && Number.isInteger(size.height), format).toBe(true);
      }
    }
  }
});

test('PNG and lossless WebP and AVIF have every pixel that shows', async () => {
  for (const channels of [3, 4] as const) {
    const photo = await photoOf(channels).png().toBuffer();
    const wanted = await pixelsOf(photo);
    for (const spec of [
      'format=png',
      'format=png,progressive',
      'format=webp,lossless',
      'format=webp,lossless,effort=6',
      'format=avif,lossless',
    ]) {
      const found = await pixelsOf(await thumbnailOf(photo, spec));
      expect(found.length).toBe(wanted.length);
      const isOther = (at: number) => found[at] !== wanted[at];
      const other = [...wanted.keys()].filter((at) => isOther(at) && (at % 4 === 3 || wanted[at | 3] !== 0));
      expect(other.length, `${spec}, ${channels} channels`).toBe(0);
    }
  }
});

test('a palette has at most 256 colours, of photos with more', async () => {
  for (const channels of [3, 4] as const) {
    const photo = await photoOf(channels, 64, 64).png().toBuffer();
    for (const spec of ['format=png,palette', 'format=png,palette,progressive']) {
      const file = await thumbnailOf(photo, spec);
      expect((await sharp(file).metadata()).isPalette, spec).toBe(true);
      expect(coloursIn(await pixelsOf(file)), spec).toBeLessThanOrEqual(256);
    }
    expect(coloursIn(await pixelsOf(photo))).toBeGreaterThan(256);
  }
});

function coloursIn(rgba: Buffer): number {
  const colours = new Set<number>();
  for (let at = 0; at < rgba.length; at += 4) colours.add(rgba.readUInt32LE(at));
  return colours.size;
}

test('JPEG and PNG are progressive where that is asked for, and only there', async () => {
  const photo = await photoOf(3).png().toBuffer();
  for (const settings of ['format=jpeg', 'format=png', 'format=png,palette'])
    for (const isProgressive of [false, true]) {
      const spec = isProgressive ? `${settings},progressive` : settings;
      const metadata = await sharp(await thumbnailOf(photo, spec)).metadata();
      expect(metadata.isProgressive, spec).toBe(isProgressive);
    }
});

/** The same pixels in files of several formats, with everything that a file can say besides. */
async function annotated(channels: 3 | 4): Promise<Readonly<Record<string, Buffer>>> {
  const image = sharp(await photoOf(channels).png().toBuffer())
    .withMetadata({ density: 300 })
    .withExif({ IFD0: { Artist: 'somebody', Orientation: '1' } })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">somebody</x:xmpmeta>')
    .withIccProfile('srgb');
  return {
    PNG: await image.clone().png().toBuffer(),
    WebP: await image.clone().webp({ lossless: true }).toBuffer(),
    TIFF: await image.clone().tiff({ compression: 'lzw' }).toBuffer(),
    JPEG: await image.clone().jpeg().toBuffer(),
  };
}

test('no thumbnail has metadata or a profile, whatever its photo has', async () => {
  for (const channels of [3, 4] as const)
    for (const [name, photo] of Object.entries(await annotated(channels))) {
      expect(photo.includes('somebody'), name).toBe(true);
      for (const [, spec] of SPECS)
        for (const fit of ['inside', 'cover', 'contain']) {
          const file = await thumbnailOf(photo, `fit=${fit},${spec}`, '30x30');
          const said = `${name} to ${fit}, ${spec}`;
          const { exif, xmp, icc, iptc, orientation, density } = await sharp(file).metadata();
          expect({ exif, xmp, icc, iptc, orientation }, said).toEqual({});
          // libvips' own for a file that states none.
          expect(density ?? 72, said).toBe(72);
          expect(file.includes('somebody'), said).toBe(false);
          expect(file.toString('latin1'), said).not.toMatch(/Exif|EXIF|ICC_PROFILE|iCCP|ICCP/);
        }
    }
});

test('equal pixels give equal bytes, whatever density their photos state', async () => {
  const photos = await Promise.all(
    [72, 300, 601].map((density) => photoOf(3).withMetadata({ density }).png().toBuffer()),
  );
  const tiff = await photoOf(3).withMetadata({ density: 150 }).tiff({ compression: 'lzw' }).toBuffer();
  for (const [, spec] of SPECS)
    for (const fit of ['inside', 'cover', 'contain', 'fill']) {
      const found = new Set<string>();
      for (const photo of [...photos, tiff])
        found.add((await thumbnailOf(photo, `fit=${fit},${spec}`, '20x20')).toString('latin1'));
      expect(found.size, `${fit}, ${spec}`).toBe(1);
    }
});

/** What is asked for, and how sharp is to be told so. The first of each format are the defaults of docs/variants.md and bench.md. */
const SETTINGS: ReadonlyArray<
  readonly [format: OutputFormat, settings: string, asSharp: (image: Sharp) => Sharp]
> = [
  ['png', '', (image) => image.png({ compressionLevel: 2, adaptiveFiltering: true })],
  [
    'png',
    ',progressive',
    (image) => image.png({ compressionLevel: 2, adaptiveFiltering: true, progressive: true }),
  ],
  ['png', ',palette', (image) => image.png({ palette: true, compressionLevel: 9 })],
  ['webp', '', (image) => image.webp({ quality: 80, effort: 2 })],
  ['webp', ',quality=31,effort=5', (image) => image.webp({ quality: 31, effort: 5 })],
  ['webp', ',lossless', (image) => image.webp({ lossless: true, effort: 2 })],
  ['jpeg', '', (image) => image.jpeg({ quality: 80 })],
  ['jpeg', ',quality=31,progressive', (image) => image.jpeg({ quality: 31, progressive: true })],
  ['avif', '', (image) => image.avif({ quality: 65, effort: 0 })],
  ['avif', ',quality=31,effort=1', (image) => image.avif({ quality: 31, effort: 1 })],
  ['avif', ',lossless', (image) => image.avif({ lossless: true, effort: 0 })],
];

test('settings, and the documented defaults, reach the encoder: the bytes are those of sharp told the same', async () => {
  // Large enough for every setting to matter.
  const photo = await photoOf(3, 150, 100).blur(2).png().toBuffer();
  const seen = new Set<string>();
  for (const [format, settings, asSharp] of SETTINGS) {
    const found = await thumbnailOf(photo, `format=${format}${settings}`);
    const wanted = encoders[format].normalize(await asSharp(sharp(photo)).toBuffer());
    expect(found.equals(wanted), `${format}${settings}`).toBe(true);
    seen.add(found.toString('latin1'));
  }
  expect(seen.size).toBe(SETTINGS.length);
});
