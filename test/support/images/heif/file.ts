// Writes HEIF files item by item (ISO/IEC 23008-12; the boxes are those of ISO/IEC 14496-12, 8.11), so that a test can leave something out,
// contradict itself or lie. What is written here of an item is what the test says of it: no item is completed or corrected.

import { box, fullBox, text, u8, u16, u32 } from './boxes.js';
import type { Property } from './properties.js';

/** Where an item's data lie; made from its `data` unless a test lies about it. */
export interface Location {
  /** 0: from the beginning of the file; 1: in `idat`; 2: in another item. */
  readonly method: number;
  readonly base: number;
  readonly extents: ReadonlyArray<readonly [offset: number, length: number]>;
  /** The number of extents that is written, if it is not theirs. */
  readonly count?: number;
}

export interface Item {
  /** From 1 to 65,535. */
  readonly id: number;
  /** `hvc1`, `grid`, `iovl`, `iden`, `Exif` ... */
  readonly type: string;
  /** Items with the same Buffer share one place. None: the item has no location, as `iden` has none. */
  readonly data?: Buffer;
  /** Sizes of the extents that the data are divided into. @default one extent */
  readonly extents?: readonly number[];
  /** @default mdat */
  readonly place?: 'mdat' | 'idat';
  readonly location?: Location;
  readonly isHidden?: boolean;
  readonly properties?: readonly Property[];
}

/** `dimg`, `thmb`, `auxl`, `cdsc`, `prem`: from an item to others. */
export interface Reference {
  readonly type: string;
  readonly from: number;
  readonly to: readonly number[];
}

export interface HeifFile {
  /** @default heic */
  readonly brand?: string;
  /** @default mif1 and the brand */
  readonly compatibleBrands?: readonly string[];
  /** In the order in which they are written. */
  readonly items: readonly Item[];
  readonly references?: readonly Reference[];
  /** Id of the primary item; null: the file names none. @default the first item's */
  readonly primary?: number | null;
  /** Boxes put between `meta` and `mdat`. */
  readonly further?: readonly Buffer[];
  /** Boxes put into `meta` behind all others. */
  readonly furtherMeta?: readonly Buffer[];
  /** Replaces the content of boxes of `meta` by their type; undefined leaves a box out. */
  readonly replaced?: Readonly<Record<string, Buffer | undefined>>;
}

export function heifFile(file: HeifFile): Buffer {
  const fileType = fileTypeBox(file);
  const further = Buffer.concat(file.further ?? []);
  const media = gathered(file.items, 'mdat');
  const indirect = gathered(file.items, 'idat');
  const metaAt = (mediaAt: number) => metaBox(file, { ...media, at: mediaAt }, { ...indirect, at: 0 });
  // The offsets have a fixed width, so the box is as long with the right ones.
  const mediaAt = fileType.length + metaAt(0).length + further.length + 8;
  return Buffer.concat([fileType, metaAt(mediaAt), further, box('mdat', ...media.pieces)]);
}

function fileTypeBox({ brand = 'heic', compatibleBrands = ['mif1', brand] }: HeifFile): Buffer {
  return box('ftyp', text(brand), u32(0), ...compatibleBrands.map(text));
}

interface Gathered {
  readonly pieces: readonly Buffer[];
  readonly offsets: ReadonlyMap<Buffer, number>;
}

/** The data that lie in one place, each once. */
function gathered(items: readonly Item[], place: 'mdat' | 'idat'): Gathered {
  const offsets = new Map<Buffer, number>();
  let end = 0;
  for (const item of items) {
    const { data } = item;
    if (data === undefined || (item.place ?? 'mdat') !== place || offsets.has(data)) continue;
    offsets.set(data, end);
    end += data.length;
  }
  return { pieces: [...offsets.keys()], offsets };
}

interface Placed extends Gathered {
  /** Where the first of the data begins. */
  readonly at: number;
}

function metaBox(file: HeifFile, media: Placed, indirect: Placed): Buffer {
  const { items, references = [], primary = items[0]?.id ?? null, replaced = {} } = file;
  const located = items.flatMap((item) => locationOf(item, media, indirect));
  const boxes: Record<string, Buffer | undefined> = {
    hdlr: fullBox('hdlr', 0, 0, u32(0), text('pict'), u32(0, 0, 0), u8(0)),
    pitm: primary === null ? undefined : fullBox('pitm', 0, 0, u16(primary)),
    iloc: itemLocations(located),
    iinf: fullBox('iinf', 0, 0, u16(items.length), ...items.map(itemInformation)),
    iref: references.length === 0 ? undefined : fullBox('iref', 0, 0, ...references.map(referenceBox)),
    iprp: itemProperties(items),
    idat: indirect.pieces.length === 0 ? undefined : box('idat', ...indirect.pieces),
  };
  const written = Object.entries(boxes).flatMap(([type, bytes]) => {
    if (!(type in replaced)) return bytes ?? [];
    const content = replaced[type];
    return content === undefined ? [] : box(type, content);
  });
  return fullBox('meta', 0, 0, ...written, ...(file.furtherMeta ?? []));
}

function itemInformation({ id, type, isHidden = false }: Item): Buffer {
  return fullBox('infe', 2, isHidden ? 1 : 0, u16(id, 0), text(type), u8(0));
}

function referenceBox({ type, from, to }: Reference): Buffer {
  return box(type, u16(from, to.length, ...to));
}

function locationOf(item: Item, media: Placed, indirect: Placed): Array<Location & { id: number }> {
  if (item.location !== undefined) return [{ ...item.location, id: item.id }];
  if (item.data === undefined) return [];
  const isIndirect = item.place === 'idat';
  const { at, offsets } = isIndirect ? indirect : media;
  let offset = offsets.get(item.data) ?? 0;
  const extents = (item.extents ?? [item.data.length]).map((length) => {
    const extent = [offset, length] as const;
    offset += length;
    return extent;
  });
  return [{ id: item.id, method: isIndirect ? 1 : 0, base: at, extents }];
}

/** `iloc` of version 1, with four bytes for each base, offset and length. */
function itemLocations(locations: ReadonlyArray<Location & { id: number }>): Buffer {
  const entries = locations.map(({ id, method, base, extents, count }) =>
    Buffer.concat([u16(id, method, 0), u32(base), u16(count ?? extents.length), u32(...extents.flat())]),
  );
  return fullBox('iloc', 1, 0, u8(0x44, 0x40), u16(locations.length), ...entries);
}

/** `ipco`, in which equal properties stand once, and `ipma`, which says whose they are. */
function itemProperties(items: readonly Item[]): Buffer {
  const numbers = new Map<string, number>();
  const boxes: Buffer[] = [];
  const associations = items.map(({ id, properties = [] }) => {
    const own = properties.map(({ box: bytes, isEssential }) => {
      const key = bytes.toString('latin1');
      const number = numbers.get(key) ?? boxes.push(bytes);
      numbers.set(key, number);
      return (isEssential ? 0x8000 : 0) | number;
    });
    return Buffer.concat([u16(id), u8(own.length), u16(...own)]);
  });
  // The first flag: numbers of 15 bits.
  const association = fullBox('ipma', 0, 1, u32(items.length), ...associations);
  return box('iprp', box('ipco', ...boxes), association);
}
