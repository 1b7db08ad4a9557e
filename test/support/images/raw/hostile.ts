// RAW files that are made to keep a reader busy, to lead it out of the file, or to make it ask for memory.

import { PHOTO } from './families.js';
import { rawContents, rawFile } from './files.js';
import {
  below,
  data,
  longs,
  picture,
  type RawDirectory,
  type RawTag,
  shorts,
  tiffStructure,
} from './tiff-structure.js';

/** What such a file has: its bytes, and whether there is a preview in it that a reader should find. */
export interface HostileRaw {
  readonly bytes: Buffer;
  readonly hasPreview: boolean;
}

const DNG_VERSION = data(0xc612, Buffer.from([1, 4, 0, 0]));
const le = { isLittleEndian: true } as const;

function dngOf(...tags: RawTag[]): Buffer {
  return tiffStructure({ tags: [DNG_VERSION, ...tags] }, le);
}

/** The bytes with a number of 32 bits, little-endian, at these places. */
function patched(bytes: Buffer, ...patches: ReadonlyArray<readonly [at: number, value: number]>): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, value] of patches) copy.writeUInt32LE(value, at);
  return copy;
}

/** Where a tag's entry lies in the first directory of a little-endian file. */
function entryAt(bytes: Buffer, tag: number): number {
  const start = bytes.readUInt32LE(4);
  for (let at = start + 2; at < start + 2 + 12 * bytes.readUInt16LE(start); at += 12)
    if (bytes.readUInt16LE(at) === tag) return at;
  throw new RangeError(`Expected a tag ${tag}`);
}

function withEntry(bytes: Buffer, tag: number, count: number, value: number): Buffer {
  const at = entryAt(bytes, tag);
  return patched(bytes, [at + 4, count], [at + 8, value]);
}

/** Ends in a directory that is its own next one. */
function loop(bytes: Buffer): Buffer {
  const start = bytes.readUInt32LE(4);
  return patched(bytes, [start + 2 + 12 * bytes.readUInt16LE(start), start]);
}

/** Each directory is the next of the one before. */
function chain(length: number): RawDirectory {
  let directory: RawDirectory = { tags: [longs(254, 1)] };
  for (let index = 1; index < length; index += 1) directory = { tags: [longs(254, 1)], next: directory };
  return directory;
}

/** Each directory leads to the same sixteen below. */
function nested(depth: number): RawDirectory {
  if (depth === 0) return { tags: [longs(254, 1)] };
  const inner = nested(depth - 1);
  return { tags: [longs(254, 1), below(330, ...Array<RawDirectory>(3).fill(inner))] };
}

function box(type: string, content: Buffer, size = 8 + content.length): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(size);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

const CR3_TYPE = box('ftyp', Buffer.from('crx \0\0\0\x01crx isom', 'latin1'));

function boxesInBoxes(depth: number): Buffer {
  let inner: Buffer = Buffer.alloc(0);
  for (let index = 0; index < depth; index += 1) inner = box('moov', inner);
  return inner;
}

/** A JPEG's beginning with very many segments, or fill bytes, before the frame header. */
function jpegWith(filler: Buffer, jpeg: Buffer): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), filler, jpeg.subarray(2)]);
}

/** A frame header that says 65,535 x 65,535 pixels. */
export function giant(jpeg: Buffer): Buffer {
  const copy = Buffer.from(jpeg);
  const frame = copy.indexOf('ffc00011', 0, 'hex');
  copy.writeUInt16BE(65_535, frame + 5);
  copy.writeUInt16BE(65_535, frame + 7);
  return copy;
}

/** By what they do. */
export async function hostileRaws(): Promise<Readonly<Record<string, HostileRaw>>> {
  const { medium, large } = await rawContents();
  const linked = (jpeg: Buffer): RawTag[] => [shorts(259, 6), ...picture(513, 514, jpeg)];
  const plain = dngOf(
    ...linked(medium),
    below(330, { tags: [longs(256, PHOTO.width), longs(257, PHOTO.height)] }),
  );
  const cr3 = await rawFile('cr3');
  const raf = await rawFile('raf');
  const moov = cr3.indexOf('moov', 0, 'latin1');
  const found = { hasPreview: true } as const;
  const none = { hasPreview: false } as const;
  return {
    'directory-that-is-its-own-next.dng': { bytes: loop(plain), ...found },
    'directory-that-is-its-own-sub-directory.dng': {
      bytes: withEntry(plain, 330, 1, plain.readUInt32LE(4)),
      ...found,
    },
    'sub-directories-65535.dng': { bytes: withEntry(plain, 330, 65_535, 8), ...found },
    'sub-directories-2-to-the-32.dng': { bytes: withEntry(plain, 330, 0xffff_ffff, 8), ...found },
    'chain-of-500-directories.dng': {
      bytes: tiffStructure({ tags: [DNG_VERSION], next: chain(500) }, le),
      ...none,
    },
    'directories-in-directories.dng': { bytes: dngOf(below(330, nested(6))), ...none },
    'directory-of-65535-entries.cr2': {
      bytes: Buffer.concat([
        Buffer.from('II*\0\x10\0\0\0CR\x02\0\0\0\0\0\xff\xff', 'latin1'),
        Buffer.alloc(800_000, 1),
      ]),
      ...none,
    },
    'first-directory-past-the-end.cr2': {
      bytes: Buffer.from('II*\0\xf0\xff\xff\xffCR\x02\0\0\0\0\0', 'latin1'),
      ...none,
    },
    'preview-past-the-end.dng': { bytes: withEntry(plain, 513, 1, 0xffff_fff0), ...none },
    'preview-longer-than-the-file.dng': { bytes: withEntry(plain, 514, 1, 0xffff_ffff), ...none },
    'preview-of-no-bytes.dng': { bytes: withEntry(plain, 514, 1, 0), ...none },
    'preview-is-the-file-itself.dng': { bytes: patched(plain, [entryAt(plain, 513) + 8, 0]), ...none },
    'preview-in-a-preview.dng': {
      bytes: dngOf(
        ...linked(Buffer.concat([medium.subarray(0, -2), medium, large])),
        below(330, { tags: linked(medium) }),
      ),
      ...found,
    },
    'preview-with-100000-segments.dng': {
      bytes: dngOf(...linked(jpegWith(Buffer.alloc(600_000, Buffer.from('fffe00044141', 'hex')), medium))),
      ...none,
    },
    'preview-with-a-million-fill-bytes.dng': {
      bytes: dngOf(...linked(jpegWith(Buffer.alloc(1_000_000, 0xff), medium))),
      ...none,
    },
    'preview-that-is-lossless.dng': {
      bytes: dngOf(...linked(Buffer.from(medium.toString('hex').replace('ffc00011', 'ffc30011'), 'hex'))),
      ...none,
    },
    'preview-of-12-bits.dng': {
      bytes: dngOf(...linked(Buffer.from(medium.toString('hex').replace('ffc0001108', 'ffc100110c'), 'hex'))),
      ...none,
    },
    'maker-note-that-is-its-own-directory.nef': { bytes: await selfNote(), ...none },
    'boxes-1000-deep.cr3': { bytes: Buffer.concat([CR3_TYPE, boxesInBoxes(1000)]), ...none },
    'boxes-100000.cr3': {
      bytes: Buffer.concat([CR3_TYPE, box('moov', Buffer.alloc(800_000, box('free', Buffer.alloc(0))))]),
      ...none,
    },
    'box-of-size-zero.cr3': {
      bytes: Buffer.concat([CR3_TYPE, box('moov', box('trak', Buffer.alloc(0), 0), 0)]),
      ...none,
    },
    'box-of-size-four.cr3': { bytes: Buffer.concat([CR3_TYPE, box('moov', Buffer.alloc(64), 4)]), ...none },
    'box-of-64-bits.cr3': {
      bytes: Buffer.concat([
        CR3_TYPE,
        box('moov', Buffer.from('ffffffffffffffff0000000000000000', 'hex'), 1),
      ]),
      ...none,
    },
    'box-larger-than-its-parent.cr3': { bytes: patchedBox(cr3, moov - 4, 0x7fff_ffff), ...none },
    'jpeg-past-the-end.raf': { bytes: patchedBox(raf, 84, 0xffff_ff00), ...none },
    'tags-4-billion.raf': { bytes: patchedBox(raf, raf.readUInt32BE(92), 0xffff_ffff), ...found },
    'nothing-behind-the-header.raf': { bytes: raf.subarray(0, 90), ...none },
    'nothing-behind-the-type.cr3': { bytes: CR3_TYPE, ...none },
  };
}

/** A preview that claims more pixels than any limit allows. */
export async function giantPreview(): Promise<Buffer> {
  const { medium } = await rawContents();
  return dngOf(shorts(259, 6), ...picture(513, 514, giant(medium)));
}

/** A preview of 480 x 320 pixels that is said to be all of the file. */
export async function endlessPreview(): Promise<{ readonly bytes: Buffer; readonly jpeg: Buffer }> {
  const { medium: jpeg } = await rawContents();
  const endless = Buffer.concat([jpeg, Buffer.alloc(6_000_000)]);
  return { bytes: dngOf(shorts(259, 6), ...picture(513, 514, endless)), jpeg };
}

function patchedBox(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(value, at);
  return copy;
}

/** A Nikon note whose preview directory is the note's own. */
async function selfNote(): Promise<Buffer> {
  const header = Buffer.from('Nikon\0\x02\x11\0\0II*\0\x08\0\0\0', 'latin1');
  const note = { header, base: 10, directory: { tags: [longs(0x0011, 8)] } };
  return dngOf(below(0x8769, { tags: [{ tag: 0x927c, value: { note } }] }));
}
