// Small valid RAW files of each family: the directories, boxes and maker notes that its cameras write, JPEGs of three sizes, and a stub in
// place of the sensor's data.

import { LOSSLESS, SECRETS, withOwnExif } from './pictures.js';
import {
  below,
  data,
  longs,
  type MakerNote,
  picture,
  type RawDirectory,
  type RawTag,
  shorts,
  text,
  tiffStructure,
} from './tiff-structure.js';

/** What a made RAW file has in it. */
export interface RawContents {
  /** A thumbnail, a preview and a large preview; a family that has fewer leaves out the first or the last. */
  readonly small: Buffer;
  readonly medium: Buffer;
  readonly large: Buffer;
  /** EXIF orientation. */
  readonly orientation: number;
}

/** The photo in all of them, as stored. */
export const PHOTO = { width: 6000, height: 4000 } as const;

const SENSOR = Buffer.alloc(256, 0x5a);
const TIME = '2024:05:01 12:30:05';

/** Makes one file. By extension. */
export const families: Readonly<Record<string, (contents: RawContents) => Buffer>> = {
  cr2,
  cr3,
  nef: (contents) => nikon(contents, false),
  nrw: (contents) => nikon(contents, true),
  arw: sony,
  sr2: sony,
  dng: (contents) => dng(contents, 7),
  orf,
  rw2,
  raf,
  pef,
  srw,
  '3fr': hasselblad,
  iiq,
  gpr: (contents) => dng(contents, 9),
};

/** EXIF with what a record may have, and what none may have. */
function exif(note?: MakerNote): RawTag {
  const tags = [
    text(0x9003, TIME),
    text(0x9011, '+02:00'),
    text(0xa430, SECRETS[1]),
    text(0xa431, SECRETS[0]),
  ];
  const size = [longs(0xa002, PHOTO.width), longs(0xa003, PHOTO.height)];
  return below(0x8769, {
    tags: [...tags, ...size, ...(note === undefined ? [] : [{ tag: 0x927c, value: { note } }])],
  });
}

function common(orientation: number, make: string, note?: MakerNote): RawTag[] {
  return [
    text(0x010f, make),
    shorts(0x0112, orientation),
    text(0x013b, SECRETS[1]),
    exif(note),
    below(0x8825, { tags: [text(0x0012, SECRETS[2])] }),
  ];
}

/** Tags of a picture's size, compression and colours, and its one strip. */
function strip(
  { width, height }: { readonly width: number; readonly height: number },
  compression: number,
  photometric: number,
  strip: Buffer,
): RawTag[] {
  return [
    longs(256, width),
    longs(257, height),
    shorts(259, compression),
    shorts(262, photometric),
    ...picture(273, 279, strip),
    longs(278, height),
  ];
}

function cfa(compression: number, bytes: Buffer = SENSOR): RawTag[] {
  return [
    longs(254, 0),
    ...strip({ width: PHOTO.width + 48, height: PHOTO.height + 24 }, compression, 32_803, bytes),
  ];
}

function linked(jpeg: Buffer): RawTag[] {
  return [shorts(259, 6), ...picture(513, 514, jpeg)];
}

function cr2({ small, large, orientation }: RawContents): Buffer {
  const raw: RawDirectory = { tags: [shorts(259, 6), ...picture(273, 279, LOSSLESS), longs(0xc5d8, 1)] };
  const rgb: RawDirectory = { tags: strip({ width: 8, height: 8 }, 1, 2, Buffer.alloc(192)), next: raw };
  const thumbnail: RawDirectory = { tags: picture(513, 514, small), next: rgb };
  const first = [...common(orientation, 'Canon'), ...strip({ width: 720, height: 480 }, 6, 6, large)];
  const mark = Buffer.from('CR\x02\0\0\0\0\0', 'latin1');
  return tiffStructure({ tags: first, next: thumbnail }, { isLittleEndian: true, mark });
}

function nikon({ medium, large, orientation }: RawContents, isLittleEndian: boolean): Buffer {
  const header = Buffer.from(isLittleEndian ? 'II*\0\x08\0\0\0' : 'MM\0*\0\0\0\x08', 'latin1');
  const note = {
    header: Buffer.concat([Buffer.from('Nikon\0\x02\x11\0\0', 'latin1'), header]),
    base: 10,
    directory: { tags: [text(0x001d, SECRETS[0]), below(0x0011, { tags: linked(medium) })] },
  };
  const sub = [{ tags: [longs(254, 1), ...linked(large)] }, { tags: cfa(34_713) }];
  return tiffStructure(
    {
      tags: [
        ...common(orientation, 'NIKON', note),
        ...strip({ width: 8, height: 8 }, 1, 2, Buffer.alloc(192)),
        below(330, ...sub),
      ],
    },
    { isLittleEndian },
  );
}

function sony({ small, medium, large, orientation }: RawContents): Buffer {
  const third = { tags: [longs(254, 1), ...strip({ width: 720, height: 480 }, 7, 6, large)] };
  const second = { tags: [longs(254, 1), ...linked(small)], next: third };
  const raw = { tags: [...cfa(32_767), longs(0xc620, PHOTO.width, PHOTO.height)] };
  const first = [...common(orientation, 'SONY'), ...linked(medium), below(330, raw)];
  return tiffStructure({ tags: first, next: second }, { isLittleEndian: true });
}

function dng({ medium, large, orientation }: RawContents, compression: number): Buffer {
  const raw = { tags: [...cfa(compression, LOSSLESS), longs(0xc620, PHOTO.width, PHOTO.height)] };
  const previews = [medium, large].map((jpeg) => ({
    tags: [longs(254, 1), ...strip({ width: 480, height: 320 }, 7, 6, jpeg)],
  }));
  const version = data(0xc612, Buffer.from([1, 4, 0, 0]));
  const thumbnail = strip({ width: 8, height: 8 }, 1, 2, Buffer.alloc(192));
  const first = [...common(orientation, 'Leica'), version, ...thumbnail, below(330, raw, ...previews)];
  return tiffStructure({ tags: first }, { isLittleEndian: true });
}

function orf({ medium, orientation }: RawContents): Buffer {
  const settings = { tags: [longs(0x0100, 1), ...picture(0x0101, 0x0102, medium)] };
  const note = {
    header: Buffer.from('OLYMPUS\0II\x03\0', 'latin1'),
    base: 0,
    directory: { tags: [below(0x2020, settings)] },
  };
  const sensor = strip(PHOTO, 1, 32_803, SENSOR);
  return tiffStructure(
    { tags: [...common(orientation, 'OLYMPUS', note), ...sensor] },
    { isLittleEndian: true, magic: 0x4f52 },
  );
}

function rw2({ medium, orientation }: RawContents): Buffer {
  const borders = [shorts(0x0004, 8), shorts(0x0005, 16), shorts(0x0006, 4008), shorts(0x0007, 6016)];
  const sensor = [shorts(0x0002, 6064), shorts(0x0003, 4024), ...borders];
  return tiffStructure(
    {
      tags: [...common(orientation, 'Panasonic'), ...sensor, data(0x002e, withOwnExif(medium, orientation))],
    },
    { isLittleEndian: true, magic: 0x0055, mark: Buffer.alloc(16, 0x88) },
  );
}

function raf({ medium, orientation }: RawContents): Buffer {
  const jpeg = withOwnExif(medium, orientation);
  const tags = Buffer.from('00000002010000040fc417a0011100040fa01770', 'hex');
  const header = Buffer.alloc(148);
  header.write('FUJIFILMCCD-RAW 0201FF393101X-T5', 'latin1');
  const values = [
    148,
    jpeg.length,
    148 + jpeg.length,
    tags.length,
    148 + jpeg.length + tags.length,
    SENSOR.length,
  ];
  for (const [index, value] of values.entries()) header.writeUInt32BE(value, 84 + 4 * index);
  return Buffer.concat([header, jpeg, tags, SENSOR]);
}

function pef({ small, medium, large, orientation }: RawContents): Buffer {
  const note = {
    header: Buffer.from('AOC\0MM', 'latin1'),
    directory: { tags: picture(0x0004, 0x0003, medium) },
  };
  const third = { tags: linked(large) };
  const second = { tags: linked(small), next: third };
  const first = [...common(orientation, 'PENTAX', note), ...strip(PHOTO, 65_535, 32_803, SENSOR)];
  return tiffStructure({ tags: first, next: second }, { isLittleEndian: false });
}

function srw({ small, medium, orientation }: RawContents): Buffer {
  const note = {
    header: Buffer.alloc(0),
    directory: { tags: [longs(0x0001, 1), below(0x0035, { tags: linked(medium) })] },
  };
  const first = [
    ...common(orientation, 'SAMSUNG', note),
    below(330, { tags: cfa(32_770) }, { tags: linked(small) }),
  ];
  return tiffStructure({ tags: first }, { isLittleEndian: true });
}

function hasselblad({ medium, orientation }: RawContents): Buffer {
  const first = [...common(orientation, 'Hasselblad'), ...linked(medium), below(330, { tags: cfa(1) })];
  return tiffStructure({ tags: first }, { isLittleEndian: false });
}

function iiq({ medium, orientation }: RawContents): Buffer {
  const first = [...common(orientation, 'Phase One'), ...linked(medium)];
  const mark = Buffer.from('IIIITwaR\x10\0\0\0\0\0\0\0', 'latin1');
  return tiffStructure({ tags: first }, { isLittleEndian: true, mark });
}

function box(type: string, ...content: Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.reduce((sum, { length }) => sum + length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
}

/** A box's numbers, each with its bytes. */
function fields(...values: ReadonlyArray<readonly [bytes: number, value: number]>): Buffer {
  return Buffer.concat(
    values.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      if (bytes === 8) field.writeBigUInt64BE(BigInt(value));
      else field.writeUIntBE(value, 0, bytes);
      return field;
    }),
  );
}

function track(sample: Buffer, offset: number): Buffer {
  const sizes = box('stsz', fields([4, 0], [4, 0], [4, 1], [4, sample.length]));
  const offsets = box('co64', fields([4, 0], [4, 1], [8, offset]));
  return box('trak', box('mdia', box('minf', box('stbl', sizes, offsets))));
}

function cr3({ small, medium, large, orientation }: RawContents): Buffer {
  const { width, height } = PHOTO;
  const directory = (tags: RawTag[]) => tiffStructure({ tags }, { isLittleEndian: true });
  const first = directory([longs(256, width), longs(257, height), shorts(0x0112, orientation)]);
  const second = directory([text(0x9003, TIME), text(0x9011, '+02:00'), text(0xa431, SECRETS[0])]);
  const place = directory([text(0x0012, SECRETS[2])]);
  const thumbnail = box('THMB', fields([4, 0], [2, 160], [2, 120], [4, small.length], [4, 0x10000]), small);
  const preview = box('PRVW', fields([4, 0], [2, 1], [2, 480], [2, 320], [2, 1], [4, medium.length]), medium);
  const canon = [
    box('CNCV', Buffer.from('CanonCR3_001/00.09.00/00.00.00')),
    box('CMT1', first),
    box('CMT2', second),
  ];
  const type = box('ftyp', Buffer.from('crx \0\0\0\x01crx isom', 'latin1'));
  const moov = (at: number) =>
    box(
      'moov',
      box(
        'uuid',
        Buffer.from('85c0b687820f11e08111f4ce462b6a48', 'hex'),
        ...canon,
        box('CMT4', place),
        thumbnail,
      ),
      track(large, at),
      track(SENSOR, at + large.length),
    );
  const behind = box('uuid', Buffer.from('eaf42b5e1c984b88b9fbb7dc406e4d16', 'hex'), fields([8, 1]), preview);
  const at = type.length + moov(0).length + behind.length + 8;
  return Buffer.concat([type, moov(at), behind, box('mdat', large, SENSOR)]);
}
