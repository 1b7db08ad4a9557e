// Image sequences: files whose pictures are the samples of a track (ISO/IEC 23008-12, 7; the boxes are those of ISO/IEC 14496-12, 8), as
// cameras write bursts. Such a file may have an item beside its track, or none.

import { box, fullBox, text, u8, u16, u32 } from './boxes.js';
import { type HeifFile, heifFile } from './file.js';
import { type CodedPicture, heifPicture, type PictureName } from './pictures.js';

const TIMESCALE = 10;
const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** A file of one track with these pictures, all of the same coding; `file`: the items beside it. */
export function heifSequence(names: readonly [PictureName, ...PictureName[]], file?: HeifFile): Buffer {
  const pictures = names.map((name) => heifPicture(name));
  const samples = Buffer.concat(pictures.map(({ data }) => data));
  const written = (dataAt: number): Buffer => {
    const movie = movieBox(pictures, dataAt);
    const media = box('mdat', samples);
    if (file !== undefined) return heifFile({ ...file, further: [movie, media] });
    return Buffer.concat([box('ftyp', text('msf1'), u32(0), text('msf1hevc')), movie, media]);
  };
  // The offset has a fixed width, so it moves nothing.
  return written(written(0).indexOf(samples));
}

function movieBox(pictures: readonly CodedPicture[], dataAt: number): Buffer {
  const duration = pictures.length;
  return box(
    'moov',
    fullBox(
      'mvhd',
      0,
      0,
      u32(0, 0, TIMESCALE, duration, 0x10000),
      u16(0x100, 0),
      u32(0, 0),
      MATRIX,
      u32(0, 0, 0, 0, 0, 0, 2),
    ),
    box('trak', trackHeader(pictures, duration), mediaBox(pictures, duration, dataAt)),
  );
}

function trackHeader([picture]: readonly CodedPicture[], duration: number): Buffer {
  const [width = 0, height = 0] = [picture?.width, picture?.height];
  // Enabled, in the movie.
  return fullBox(
    'tkhd',
    0,
    3,
    u32(0, 0, 1, 0, duration, 0, 0),
    u16(0, 0, 0, 0),
    MATRIX,
    u32(width * 0x10000, height * 0x10000),
  );
}

function mediaBox(pictures: readonly CodedPicture[], duration: number, dataAt: number): Buffer {
  const reference = fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1));
  return box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, TIMESCALE, duration), u16(0x55c4, 0)),
    fullBox('hdlr', 0, 0, u32(0), text('pict'), u32(0, 0, 0), u8(0)),
    box(
      'minf',
      fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)),
      box('dinf', reference),
      sampleTable(pictures, dataAt),
    ),
  );
}

function sampleTable(pictures: readonly CodedPicture[], dataAt: number): Buffer {
  const count = pictures.length;
  return box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry(pictures)),
    fullBox('stts', 0, 0, u32(1, count, 1)),
    fullBox('stsc', 0, 0, u32(1, 1, count, 1)),
    fullBox('stsz', 0, 0, u32(0, count, ...pictures.map(({ data }) => data.length))),
    fullBox('stco', 0, 0, u32(1, dataAt)),
  );
}

function sampleEntry([picture]: readonly CodedPicture[]): Buffer {
  if (picture === undefined) throw new Error('Expected a sequence of one picture or more');
  const { width, height, configuration } = picture;
  return box(
    'hvc1',
    u32(0),
    u16(0, 1, 0, 0),
    u32(0, 0, 0),
    u16(width, height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(24, 0xffff),
    box('hvcC', configuration),
    // Every picture is intra coded.
    fullBox('ccst', 0, 0, u32(0xfc000000)),
  );
}
