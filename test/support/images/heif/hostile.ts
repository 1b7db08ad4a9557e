// HEIFs that are bombs, loops and lies. Each is small; what they claim, or make a careless reader do, is not.

import { box, fullBox, text, u8, u16, u32, u64 } from './boxes.js';
import { type HeifFile, heifFile, type Item } from './file.js';
import {
  auxiliaryOf,
  codedItem,
  derivedFrom,
  gridData,
  gridItem,
  identityItem,
  overlayItem,
  thumbnailOf,
} from './items.js';
import { heifPhoto, heifPhotoFile, PHOTO } from './photo.js';
import { heifPicture } from './pictures.js';
import {
  ALPHA_TYPES,
  auxiliaryType,
  cleanAperture,
  coloursOf,
  type Property,
  profile,
  rotation,
  size,
} from './properties.js';

export type HostileFiles = Readonly<Record<string, Buffer>>;

const COLOURS = [coloursOf(heifPicture('quarters'))];
const QUARTERS = () => codedItem(1, 'quarters', { further: COLOURS });

function withItem(change: Partial<Item>, file: Partial<HeifFile> = {}): Buffer {
  return heifFile({ items: [{ ...QUARTERS(), ...change }], ...file });
}

function withProperties(...properties: readonly Property[]): Buffer {
  return heifPhoto({ picture: 'quarters', properties });
}

function repeated<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** A grid all of whose tiles are one and the same item. */
function gridOfOne(columns: number, rows: number, width: number, height: number, tile: Item): Buffer {
  return heifFile({
    items: [gridItem(1, { columns, rows, width, height }, { further: COLOURS }), tile],
    references: [derivedFrom(1, ...Array<number>(columns * rows).fill(tile.id))],
  });
}

/** Grids of more pixels than the limit, and counts of tiles that the file does not hold. */
export function gridBombs(): HostileFiles {
  const tile = codedItem(2, 'tile', { isHidden: true });
  return {
    'one-tile-65535.heic': gridOfOne(1, 1, 65_535, 65_535, tile),
    'tiles-65025.heic': gridOfOne(255, 255, 255 * 512, 255 * 512, tile),
    'tiles-65025-said-small.heic': gridOfOne(255, 255, 512, 512, tile),
    'said-4-billion.heic': gridOfOne(1, 1, 0xffffffff, 0xffffffff, tile),
    'no-tiles.heic': heifFile({
      items: [gridItem(1, { columns: 256, rows: 256, width: 4000, height: 4000 })],
    }),
    'fewer-tiles.heic': heifFile({
      items: [gridItem(1, { columns: 8, rows: 6, width: 4032, height: 3024 }), tile],
      references: [derivedFrom(1, 2, 2, 2)],
    }),
    'missing-tiles.heic': heifFile({
      items: [gridItem(1, { columns: 2, rows: 2, width: 128, height: 128 })],
      references: [derivedFrom(1, 50, 51, 52, 53)],
    }),
    'of-no-size.heic': gridOfOne(1, 1, 0, 0, tile),
    'short-data.heic': heifFile({
      items: [
        { ...gridItem(1, { columns: 1, rows: 1, width: 512, height: 512 }), data: Buffer.from([0, 0]) },
        tile,
      ],
      references: [derivedFrom(1, 2)],
    }),
    'other-tile-sizes.heic': heifFile({
      items: [
        gridItem(1, { columns: 2, rows: 1, width: 128, height: 96 }, { further: COLOURS }),
        codedItem(2, 'red', { isHidden: true }),
        codedItem(3, 'landscape', { isHidden: true }),
      ],
      references: [derivedFrom(1, 2, 3)],
    }),
  };
}

/** Pictures that are made of themselves, or of others so often that no reader would end. */
export function loops(): HostileFiles {
  const grid = (id: number) => gridItem(id, { columns: 2, rows: 2, width: 128, height: 128 });
  const overlay = (id: number, count: number) =>
    overlayItem(id, { width: 64, height: 64, offsets: repeated(count, () => [0, 0] as const) });
  const identity = (id: number) => identityItem(id, 128, 96);
  const self = (item: Item, count: number) =>
    heifFile({ items: [item], references: [derivedFrom(1, ...Array<number>(count).fill(1))] });
  const levels = 12;
  return {
    'grid-of-itself.heic': self(grid(1), 4),
    'overlay-of-itself.heic': self(overlay(1, 2), 2),
    'identity-of-itself.heic': self(identity(1), 1),
    'grids-of-each-other.heic': heifFile({
      items: [grid(1), grid(2)],
      references: [derivedFrom(1, 2, 2, 2, 2), derivedFrom(2, 1, 1, 1, 1)],
    }),
    'identities-of-each-other.heic': heifFile({
      items: [identity(1), identity(2)],
      references: [derivedFrom(1, 2), derivedFrom(2, 1)],
    }),
    'thumbnail-of-itself.heic': heifPhoto(
      { picture: 'quarters' },
      { references: [thumbnailOf(PHOTO, PHOTO)] },
    ),
    'thumbnails-of-each-other.heic': heifPhoto(
      { picture: 'quarters', thumbnails: [{ picture: 'quarters-64x48' }] },
      { references: [thumbnailOf(PHOTO, 10)] },
    ),
    'alpha-of-itself.heic': heifPhoto(
      { picture: 'quarters', properties: [auxiliaryType(ALPHA_TYPES[0])] },
      { references: [auxiliaryOf(PHOTO, PHOTO)] },
    ),
    'alpha-of-alpha.heic': heifPhoto(
      { picture: 'quarters', alpha: 'alpha' },
      { references: [auxiliaryOf(PHOTO, 2)] },
    ),
    'described-by-itself.heic': heifPhoto(
      { picture: 'quarters' },
      { references: [{ type: 'cdsc', from: PHOTO, to: [PHOTO] }] },
    ),
    'identities-1000-deep.heic': heifFile({
      items: [...repeated(1000, (index) => identity(index + 1)), codedItem(1001, 'quarters')],
      references: repeated(1000, (index) => derivedFrom(index + 1, index + 2)),
    }),
    // Each level holds the next 256 times.
    'grids-of-grids.heic': heifFile({
      items: [
        ...repeated(levels, (index) =>
          gridItem(index + 1, { columns: 16, rows: 16, width: 1024, height: 1024 }),
        ),
        codedItem(levels + 1, 'red'),
      ],
      references: repeated(levels, (index) => derivedFrom(index + 1, ...Array<number>(256).fill(index + 2))),
    }),
    'overlays-of-overlays.heic': heifFile({
      items: [...repeated(levels, (index) => overlay(index + 1, 1000)), codedItem(levels + 1, 'red')],
      references: repeated(levels, (index) => derivedFrom(index + 1, ...Array<number>(1000).fill(index + 2))),
    }),
    'alphas-of-alphas.heic': heifFile({
      items: repeated(500, (index) =>
        codedItem(index + 1, 'alpha', { further: index > 0 ? [auxiliaryType(ALPHA_TYPES[0])] : [] }),
      ),
      references: repeated(499, (index) => auxiliaryOf(index + 2, index + 1)),
    }),
  };
}

/** A container without a good picture in it that costs a reader time: more items, boxes and properties than any camera writes. */
export function crowds(): HostileFiles {
  const many = repeated(10_000, (index) => codedItem(index + 2, 'red', { isHidden: true }));
  const small = { picture: 'quarters' } as const;
  const nested = (type: string, depth: number) => {
    let inner: Buffer = Buffer.alloc(0);
    for (let level = 0; level < depth; level += 1) inner = box(type, inner);
    return inner;
  };
  return {
    'items-10000.heic': heifPhoto(small, { items: many.map((item) => ({ ...item, id: item.id + 10 })) }),
    'thumbnails-10000.heic': heifFile({
      items: [QUARTERS(), ...many],
      references: many.map(({ id }) => thumbnailOf(id, 1)),
    }),
    'alphas-1000.heic': heifFile({
      items: [QUARTERS(), ...many.slice(0, 1000)],
      references: many.slice(0, 1000).map(({ id }) => auxiliaryOf(id, 1)),
    }),
    'turned-250-times.heic': withProperties(...Array<Property>(250).fill(rotation(1))),
    'boxes-100000.heic': heifPhoto(small, {
      furtherMeta: [Buffer.concat(Array<Buffer>(100_000).fill(box('free')))],
    }),
    'properties-30000.heic': withItem(
      {},
      { replaced: { iprp: box('ipco', ...Array<Buffer>(30_000).fill(size(9, 9).box)) } },
    ),
    ...Object.fromEntries(
      ['moov', 'trak', 'iprp', 'ipco', 'meta', 'dinf', 'grpl'].flatMap((type) => [
        [`${type}-1000-deep.heic`, heifPhoto(small, { furtherMeta: [nested(type, 1000)] })],
        [`${type}-1000-deep-behind.heic`, heifPhoto(small, { further: [nested(type, 1000)] })],
      ]),
    ),
  };
}

/** Locations that lie beyond the file, overlap or are counted wrongly. */
export function locationLies(): HostileFiles {
  const at = (base: number, ...extents: Array<readonly [number, number]>) =>
    withItem({ location: { method: 0, base, extents } });
  const fullLocation = (...content: readonly Buffer[]) => ({ replaced: { iloc: Buffer.concat(content) } });
  return {
    'beyond-the-end.heic': at(0, [1_000_000, 300]),
    'beyond-4-gigabytes.heic': at(0xffffffff, [0xffffffff, 0xffffffff]),
    'over-the-end.heic': at(0, [100, 1_000_000]),
    'of-no-length.heic': at(0, [100, 0]),
    'no-extents.heic': at(0),
    // 60,000 times the whole file: 45 GB.
    'overlapping.heic': withItem({
      location: { method: 0, base: 0, extents: Array(60_000).fill([0, 700_000]) },
    }),
    'overlapping-within.heic': withItem({
      location: { method: 0, base: 0, extents: Array(60_000).fill([0, 480_000]) },
    }),
    'extents-lost.heic': withItem({ location: { method: 0, base: 0, extents: [[0, 9]], count: 0xffff } }),
    // Version 2 counts items in four bytes.
    'items-4-billion.heic': withItem({}, fullLocation(u8(2), u8(0, 0, 0), u8(0x44, 0x40), u32(0xffffffff))),
    'extents-without-bytes.heic': withItem(
      {},
      fullLocation(u8(1, 0, 0, 0), u8(0, 0), u16(1), u16(1, 0, 0), u16(0xffff)),
    ),
    'in-absent-idat.heic': withItem({ location: { method: 1, base: 0, extents: [[0, 300]] } }),
    'in-itself.heic': withItem({ location: { method: 2, base: 0, extents: [[0, 300]] } }),
    'by-unknown-method.heic': withItem({ location: { method: 9, base: 0, extents: [[0, 300]] } }),
    'no-location.heic': withItem({}, { replaced: { iloc: undefined } }),
  };
}

/** What properties claim, and items without the ones that they need. */
export function propertyLies(): HostileFiles {
  const { data, properties = [] } = QUARTERS();
  const [configuration] = properties;
  const rest = properties.slice(2);
  const said = (width: number, height: number) =>
    withItem({ properties: [...(configuration ? [configuration] : []), size(width, height), ...rest] });
  const configured = (content: Buffer) =>
    withItem({ properties: [{ box: box('hvcC', content), isEssential: true }, ...properties.slice(1)] });
  const raw = (bytes: Buffer): Property => ({ box: bytes, isEssential: true });
  const aperture = (width: number, denominator: number, right = 0) =>
    cleanAperture({ width: [width, denominator], height: [48, 1], right: [right, 1], below: [0, 1] });
  return {
    'said-65535.heic': said(65_535, 65_535),
    'said-4-billion.heic': said(0xffffffff, 0xffffffff),
    'said-16000.heic': said(16_000, 16_000),
    'said-1.heic': said(1, 1),
    'said-0.heic': said(0, 0),
    'not-said.heic': withItem({ properties: [...(configuration ? [configuration] : []), ...rest] }),
    'no-configuration.heic': withItem({ properties: properties.slice(1) }),
    'empty-configuration.heic': configured(Buffer.alloc(0)),
    'zero-configuration.heic': configured(Buffer.alloc(200)),
    'long-configuration.heic': configured(Buffer.alloc(2_000_000, 0xff)),
    'no-data.heic': heifFile({ items: [{ ...QUARTERS(), data: Buffer.alloc(0) }] }),
    'random-data.heic': heifFile({ items: [{ ...QUARTERS(), data: Buffer.alloc(data?.length ?? 0, 0x5a) }] }),
    'long-unit.heic': heifFile({
      items: [{ ...QUARTERS(), data: Buffer.concat([u32(0xffffffff), Buffer.alloc(99)]) }],
    }),
    'clap-of-nothing.heic': withProperties(aperture(0, 1)),
    'clap-by-zero.heic': withProperties(aperture(64, 0)),
    'clap-negative.heic': withProperties(aperture(-64, 1)),
    'clap-vast.heic': withProperties(aperture(0x7fffffff, 1)),
    'clap-elsewhere.heic': withProperties(aperture(64, 1, 0x7fffffff)),
    'pixi-255.heic': withProperties(raw(fullBox('pixi', 0, 0, u8(255, ...Array<number>(255).fill(255))))),
    'profile-4-megabytes.heic': heifPhoto({
      picture: 'quarters',
      colours: [profile(Buffer.alloc(4_000_000, 1))],
    }),
    'unknown-essential.heic': withProperties(raw(box('xyzw', u32(1)))),
    'essential-without-end.heic': withProperties(raw(Buffer.concat([u32(0xffffffff), text('irot'), u8(1)]))),
    'property-65535.heic': withItem(
      {},
      { replaced: { iprp: Buffer.concat([box('ipco', size(128, 96).box), association(0x7fff)]) } },
    ),
    'property-0.heic': withItem({}, { replaced: { iprp: Buffer.concat([box('ipco'), association(0)]) } }),
    'associations-4-billion.heic': withItem(
      {},
      { replaced: { iprp: Buffer.concat([box('ipco'), fullBox('ipma', 1, 1, u32(0xffffffff))]) } },
    ),
  };
}

function association(property: number): Buffer {
  return fullBox('ipma', 0, 1, u32(1), u16(1), u8(1), u16(property));
}

/** Files whose boxes are missing, twice or of impossible lengths, and whose primary item is none. */
export function brokenContainers(): HostileFiles {
  const sound = heifPhoto({ picture: 'quarters', thumbnails: [{ picture: 'quarters-64x48' }] });
  const replaced = (type: string, content: Buffer | undefined) =>
    heifFile({ ...heifPhotoFile({ picture: 'quarters' }), replaced: { [type]: content } });
  const types = ['hdlr', 'pitm', 'iloc', 'iinf', 'iprp'];
  const meta = sound.subarray(sound.indexOf('meta') - 4, sound.indexOf('mdat') - 4);
  return {
    'type-alone.heic': sound.subarray(0, 24),
    'meta-twice.heic': Buffer.concat([sound.subarray(0, 24), meta, sound.subarray(24)]),
    'media-lost.heic': sound.subarray(0, sound.indexOf('mdat') - 4),
    'primary-missing.heic': heifPhoto({ picture: 'quarters' }, { primary: 77 }),
    'primary-is-exif.heic': heifPhoto(
      { picture: 'quarters', exif: Buffer.from('II*\0\x08\0\0\0\0\0') },
      { primary: 3 },
    ),
    'primary-unsaid.heic': heifPhoto({ picture: 'quarters' }, { primary: null }),
    'exif-beyond.heic': heifPhoto(
      { picture: 'quarters' },
      {
        items: [{ id: 3, type: 'Exif', data: u32(0xffffffff, 1, 2) }],
        references: [{ type: 'cdsc', from: 3, to: [1] }],
      },
    ),
    'handler-of-video.heic': replaced('hdlr', Buffer.concat([u32(0, 0), text('vide'), u32(0, 0, 0), u8(0)])),
    'references-of-everything.heic': heifPhoto(
      { picture: 'quarters' },
      { references: repeated(200, (index) => derivedFrom(index + 1, ...repeated(300, (to) => to))) },
    ),
    'groups-4-billion.heic': heifPhoto(
      { picture: 'quarters' },
      { furtherMeta: [box('grpl', fullBox('altr', 0, 0, u32(1, 0xffffffff, 1)))] },
    ),
    'size-of-64-bits.heic': Buffer.concat([sound, u32(1), text('free'), u64(0x7fffffffffffffffn)]),
    ...Object.fromEntries(
      types.flatMap((type) => [
        [`${type}-missing.heic`, replaced(type, undefined)],
        [`${type}-empty.heic`, replaced(type, Buffer.alloc(0))],
        [`${type}-of-ones.heic`, replaced(type, Buffer.alloc(40, 0xff))],
      ]),
    ),
  };
}

/** Items of codecs other than HEVC, by their types. */
export function otherCodecs(types: readonly string[]): HostileFiles {
  return Object.fromEntries(types.map((type) => [`${type.trim()}.heic`, withItem({ type })]));
}

/** A sound grid of `columns` x `rows` tiles of 512 pixels in a file of 13 kB, each of which takes its time. */
export function slowHeif(columns: number, rows: number): Buffer {
  const tile = codedItem(2, 'tile', { isHidden: true, further: COLOURS });
  return gridOfOne(columns, rows, columns * 512, rows * 512, tile);
}

/** A grid whose tiles are grids. */
export function gridOfGrids(): Buffer {
  const inner = { columns: 32, rows: 32, width: 16_384, height: 16_384 };
  return heifFile({
    items: [
      {
        ...gridItem(1, { columns: 2, rows: 2, width: 128, height: 128 }),
        data: gridData({ columns: 2, rows: 2, width: 128, height: 128 }),
      },
      gridItem(2, inner),
      codedItem(3, 'tile'),
    ],
    references: [derivedFrom(1, 2, 2, 2, 2), derivedFrom(2, ...Array<number>(1024).fill(3))],
  });
}
