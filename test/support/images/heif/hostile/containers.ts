// Containers that are crowded, broken or wrong about where things lie.

import { box, fullBox, text, u8, u16, u32, u64 } from '../boxes.js';
import { heifFile } from '../file.js';
import { auxiliaryOf, codedItem, derivedFrom, thumbnailOf } from '../items.js';
import { heifPhoto, heifPhotoFile } from '../photo.js';
import { type Property, rotation, size } from '../properties.js';
import { type HostileFiles, quartersItem, repeated, withItem } from './pieces.js';

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
      items: [quartersItem(), ...many],
      references: many.map(({ id }) => thumbnailOf(id, 1)),
    }),
    'alphas-1000.heic': heifFile({
      items: [quartersItem(), ...many.slice(0, 1000)],
      references: many.slice(0, 1000).map(({ id }) => auxiliaryOf(id, 1)),
    }),
    'turned-250-times.heic': heifPhoto({ ...small, properties: Array<Property>(250).fill(rotation(1)) }),
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
