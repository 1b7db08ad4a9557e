import { expect, test } from 'vitest';
import { Declined } from '../../../../../src/image/decoders/declined.js';
import { Header } from '../../../../../src/image/decoders/jpeg/header/header.js';
import { exif, segment, withSegments } from '../../../../support/images/hostile-images.js';
import { encodeJpeg } from '../../../../support/images/jpeg/encoder.js';
import { pieceOf, withBefore, withByte } from '../../../../support/images/jpeg/surgery.js';

const SOF0 = 0xc0;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const COM = 0xfe;

const raw = { data: new Uint8Array(33 * 17 * 3).fill(99), width: 33, height: 17, channels: 3 };
const colour = encodeJpeg(raw, {
  sampling: [
    [2, 1],
    [1, 1],
    [1, 1],
  ],
});
const jfif = segment(APP0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1'));

function adobe(transform: number): Buffer {
  return segment(APP14, Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]));
}

function profile(number: number, chunks: number, data: string): Buffer {
  return segment(
    APP2,
    Buffer.concat([Buffer.from('ICC_PROFILE\0'), Buffer.from([number, chunks]), Buffer.from(data)]),
  );
}

/** The header as it is at the first scan. */
function readHeader(bytes: Buffer): Header {
  const header = new Header(bytes);
  expect(header.nextScan()).toBeDefined();
  return header;
}

/** Why a header is not read. */
function reasonOf(bytes: Buffer): string {
  try {
    readHeader(bytes);
  } catch (error) {
    if (error instanceof Declined) return error.message;
    throw error;
  }
  return 'read';
}

/** The image with components of other names. */
function named(bytes: Buffer, names: readonly number[]): Buffer {
  return names.reduce(
    (copy, name, index) => withByte(withByte(copy, SOF0, 10 + 3 * index, name), SOS, 5 + 2 * index, name),
    bytes,
  );
}

test('frame, scan and restart interval are read', () => {
  const header = new Header(
    encodeJpeg(raw, {
      sampling: [
        [2, 1],
        [1, 1],
        [1, 1],
      ],
      restartInterval: 300,
    }),
  );
  const scan = header.nextScan();
  expect(header.frame).toEqual({
    isProgressive: false,
    width: 33,
    height: 17,
    components: [
      { id: 1, h: 2, v: 1, quantisationTable: 0 },
      { id: 2, h: 1, v: 1, quantisationTable: 1 },
      { id: 3, h: 1, v: 1, quantisationTable: 1 },
    ],
  });
  expect(scan).toMatchObject({
    spectralStart: 0,
    spectralEnd: 63,
    approximationHigh: 0,
    approximationLow: 0,
  });
  expect(scan?.components).toEqual([
    { index: 0, dcTable: 0, acTable: 0 },
    { index: 1, dcTable: 1, acTable: 1 },
    { index: 2, dcTable: 1, acTable: 1 },
  ]);
  expect(header.restartInterval).toBe(300);
  expect([header.orientation, header.profile]).toEqual([1, undefined]);
});

test('data begins behind the scan header, and behind the data the image ends', () => {
  const header = new Header(colour);
  const scan = header.nextScan();
  const { start, end } = pieceOf(colour, SOS);
  expect(scan?.dataOffset).toBe(start + 2 + colour.readUInt16BE(start + 2));
  expect(header.nextScan(end + 1)).toBeUndefined();
});

test('a marker may have any number of fill bytes before it', () => {
  for (const marker of [DQT, SOF0, SOS])
    for (const count of [1, 2, 100])
      expect(readHeader(withBefore(colour, marker, Buffer.alloc(count, 0xff))).frame.width).toBe(33);
});

test('bytes between two segments that are no fill bytes are not skipped', () => {
  for (const marker of [DQT, SOF0, SOS])
    for (const bytes of [[0], [0xfe], [0xff, 0xff, 0]])
      expect(reasonOf(withBefore(colour, marker, Buffer.from(bytes)))).not.toBe('read');
});

test('comments and unknown application segments are ignored', () => {
  const others = [
    segment(COM, Buffer.from('Exif\0\0 II*')),
    segment(APP0, Buffer.from('JFXX\0')),
    segment(APP1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>')),
    segment(APP2, Buffer.from('MPF\0')),
    segment(0xed, Buffer.from('Photoshop 3.0\0')),
    segment(0xef, Buffer.alloc(0)),
  ];
  const header = readHeader(withSegments(colour, others));
  expect([header.orientation, header.profile]).toEqual([1, undefined]);
});

test('the length of a segment is two or more, and ends before the file does', () => {
  expect(readHeader(withSegments(colour, [Buffer.from([0xff, COM, 0, 2])])).frame.width).toBe(33);
  for (const length of [0, 1]) {
    const tooShort = Buffer.from([0xff, COM, 0, length]);
    expect(reasonOf(withSegments(colour, [tooShort]))).toBe('an invalid segment length');
  }
  const tooLong = withSegments(colour, [Buffer.from([0xff, COM, 0xff, 0xff])]);
  expect(reasonOf(tooLong)).toBe('an invalid segment length');
});

test('a file that ends anywhere before its data is declined', () => {
  const data = pieceOf(colour, SOS).start + 2 + 12;
  for (let length = 0; length < data; length += 1) {
    const cut = colour.subarray(0, length);
    expect(() => new Header(cut).nextScan(), `${length} bytes`).toThrow(Declined);
  }
  expect(new Header(colour.subarray(0, data)).nextScan()).toBeDefined();
});

test('the last restart interval and the last table of a number count', () => {
  const twice = [segment(DRI, Buffer.from([0, 5])), segment(DRI, Buffer.from([1, 2]))];
  expect(readHeader(withSegments(colour, twice)).restartInterval).toBe(258);
  const table = segment(DQT, Buffer.from([0, ...Array(64).fill(7)]));
  expect(readHeader(withBefore(colour, SOS, table)).quantisationTables[0]?.[5]).toBe(7);
});

test('several tables may stand in one segment', () => {
  const tables = Buffer.from([2, ...Array(64).fill(7), 3, ...Array(64).fill(9)]);
  const { quantisationTables } = readHeader(withSegments(colour, [segment(DQT, tables)]));
  expect([quantisationTables[2]?.[63], quantisationTables[3]?.[0]]).toEqual([7, 9]);
});

test('EXIF gives the orientation', () => {
  for (let orientation = 1; orientation <= 8; orientation += 1)
    expect(readHeader(withSegments(colour, [exif([[0x112, 3, 1, orientation]])])).orientation).toBe(
      orientation,
    );
});

test('a colour profile is put together from its chunks', () => {
  expect(readHeader(withSegments(colour, [profile(1, 1, 'whole')])).profile?.toString()).toBe('whole');
  const three = [
    profile(1, 3, 'in '),
    segment(COM, Buffer.from('between')),
    profile(2, 3, 'three '),
    profile(3, 3, 'parts'),
  ];
  expect(readHeader(withSegments(colour, three)).profile?.toString()).toBe('in three parts');
});

test('a colour profile with chunks that are missing, doubled or in another order is declined', () => {
  const disorders = [
    [profile(0, 1, 'x')],
    [profile(1, 0, 'x')],
    [profile(1, 2, 'x')],
    [profile(2, 2, 'x'), profile(1, 2, 'x')],
    [profile(1, 1, 'x'), profile(1, 1, 'x')],
    [profile(1, 1, 'x'), profile(2, 1, 'x')],
    [profile(1, 2, 'x'), profile(2, 3, 'x')],
  ];
  for (const chunks of disorders)
    expect(reasonOf(withSegments(colour, chunks))).toBe('ICC profile chunks missing or out of order');
  expect(reasonOf(withSegments(colour, [segment(APP2, Buffer.from('ICC_PROFILE\0\x01'))]))).toBe(
    'a damaged ICC profile segment',
  );
});

// The rules of libjpeg (jdapimin.c, default_decompress_parms).
test('three components are YCbCr by a JFIF segment, else by an Adobe segment, else by their names', () => {
  const other = 'a colour space other than YCbCr';
  const rgb = named(colour, [0x52, 0x47, 0x42]);
  const rules: ReadonlyArray<readonly [Buffer, Buffer[], string]> = [
    [colour, [], 'read'],
    [colour, [jfif], 'read'],
    [colour, [adobe(1)], 'read'],
    [colour, [adobe(0)], other],
    [colour, [adobe(2)], other],
    [colour, [jfif, adobe(0)], 'read'],
    [colour, [adobe(0), jfif], 'read'],
    [rgb, [], other],
    [rgb, [jfif], 'read'],
    [rgb, [adobe(1)], 'read'],
    [named(colour, [0, 1, 2]), [], other],
    // Too short to be Adobe's.
    [colour, [segment(APP14, Buffer.from('Adobe\0d\0\0\0\0'))], 'read'],
  ];
  for (const [image, segments, expected] of rules)
    expect(
      reasonOf(withSegments(image, segments)),
      `rule ${rules.findIndex((rule) => rule[1] === segments)}`,
    ).toBe(expected);
});

test('a JFIF segment that is too short does not decide colours', () => {
  const short = segment(APP0, Buffer.from('JFIF\0\x01\x01', 'latin1'));
  expect(reasonOf(withSegments(colour, [short, adobe(0)]))).toBe('a colour space other than YCbCr');
});

test('one component is grey, whatever its name and its factors', () => {
  const grey = encodeJpeg({ ...raw, data: raw.data.slice(0, 33 * 17), channels: 1 });
  const odd = withByte(named(grey, [0x52]), SOF0, 11, 0x42);
  for (const bytes of [grey, withSegments(grey, [adobe(0)]), odd])
    expect(readHeader(bytes).frame.components).toMatchObject([{ h: 1, v: 1 }]);
});

test('a scan names components of the frame, in its order, and tables that there can be', () => {
  const reason = 'a damaged scan header';
  expect(reasonOf(withByte(colour, SOS, 5, 9))).toBe(reason);
  expect(reasonOf(withByte(colour, SOS, 7, 1))).toBe(reason);
  expect(reasonOf(withByte(colour, SOS, 6, 0x40))).toBe(reason);
  expect(reasonOf(withByte(colour, SOS, 6, 0x04))).toBe(reason);
  expect(reasonOf(withByte(colour, SOS, 4, 2))).toBe(reason);
  const backwards = withByte(withByte(colour, SOS, 7, 3), SOS, 9, 2);
  expect(reasonOf(backwards)).toBe(reason);
});
