// Damaged HEIFs by the thousand: small files of every kind that is read, each damaged in one or two of many ways, most of them in the
// container. The same seed gives the same bytes. To look at one: npx tsx test/support/images/heif/damaged-heifs.ts <file> <number> <seed>

import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  below,
  type Damages,
  damagedFile,
  flipped,
  pick,
  pieceDeleted,
  pieceDoubled,
  piecesSwapped,
  type Random,
  stretchDeleted,
  stretchDoubled,
} from '../damages.js';
import { tiff } from '../hostile-images.js';
import { type Field, piecesOf } from '../image-pieces.js';
import { heifFile } from './file.js';
import { codedItem, derivedFrom, identityItem, overlayItem } from './items.js';
import { heifPhoto, type Photo } from './photo.js';
import { heifPicture } from './pictures.js';
import { coloursOf, crop, mirroring, profile, rotation } from './properties.js';

export interface SoundHeif {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface DamagedHeif extends SoundHeif {
  /** What was done to it. */
  readonly damage: string;
}

/** Zero, and both sides of where 8, 15, 16, 31 and 32 bits end; a field takes those that fit. */
const EXTREMES = [0, 1, 2, 3, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];
/** Types to be put in place of others: of boxes, items and references. */
const TYPES = [
  'meta',
  'iinf',
  'iloc',
  'iref',
  'ipco',
  'ipma',
  'idat',
  'mdat',
  'hvcC',
  'ispe',
  'colr',
  'irot',
  'clap',
  'auxC',
  'hvc1',
  'grid',
  'iovl',
  'iden',
  'Exif',
  'dimg',
  'thmb',
  'auxl',
  'moov',
  'free',
];

/** The files to be damaged, each of some hundred bytes to some kilobytes. */
export function soundHeifs(): SoundHeif[] {
  const colours = [coloursOf(heifPicture('quarters'))];
  const grid = {
    columns: 2,
    rows: 2,
    width: 101,
    height: 87,
    tiles: ['red', 'green', 'blue', 'yellow'],
  } as const;
  const cutAndTurned = [crop([128, 96], { left: 9, top: 7, width: 80, height: 60 }), rotation(1)];
  const exif = tiff([[0x0112, 3, 1, 6]], Buffer.alloc(0));
  const photos: Record<string, Photo> = {
    plain: { picture: 'quarters' },
    'with smaller pictures': {
      picture: 'quarters-256x192',
      thumbnails: [{ picture: 'quarters-96x72' }, { picture: 'quarters-64x48' }],
    },
    turned: { picture: 'quarters', properties: [...cutAndTurned, mirroring('left and right')], exif },
    alpha: { picture: 'quarters', alpha: 'alpha' },
    'premultiplied alpha': { picture: 'quarters-premultiplied', alpha: 'alpha', isPremultiplied: true },
    grid: { picture: grid, exif },
    'grid in mdat, turned': { picture: grid, gridPlace: 'mdat', properties: [rotation(3)] },
    'grid with alpha and a smaller picture': {
      picture: { ...grid, width: 128, height: 96 },
      alpha: 'alpha',
      thumbnails: [{ picture: 'quarters-64x48' }],
    },
    '10 bits': { picture: 'quarters-10-bits' },
    grey: { picture: 'quarters-grey' },
    '4:4:4': { picture: 'quarters-4:4:4' },
    '4:2:2': { picture: 'quarters-4:2:2' },
    profile: { picture: 'quarters', colours: [profile(Buffer.alloc(300, 7)), ...colours] },
    landscape: { picture: 'landscape-thumbnail' },
  };
  const overlay = heifFile({
    items: [
      overlayItem(1, {
        width: 128,
        height: 96,
        offsets: [
          [0, 0],
          [50, 20],
        ],
      }),
      codedItem(2, 'red', { isHidden: true, further: colours }),
      codedItem(3, 'blue', { isHidden: true, further: colours }),
    ],
    references: [derivedFrom(1, 2, 3)],
  });
  const identity = heifFile({
    items: [
      identityItem(1, 128, 96, { further: [rotation(1)] }),
      codedItem(2, 'quarters', { isHidden: true }),
    ],
    references: [derivedFrom(1, 2)],
  });
  return [
    ...Object.entries(photos).map(([name, photo]) => ({ name, bytes: heifPhoto(photo) })),
    { name: 'overlay', bytes: overlay },
    { name: 'identity', bytes: identity },
  ];
}

const damages: Damages = {
  flip: (bytes, random) => flipped(bytes, 1, random),
  flips: (bytes, random) => flipped(bytes, 2 + below(20, random), random),
  'flips in the container': (bytes, random) => flipped(bytes, 1 + below(4, random), random, mediaAt(bytes)),
  'flips in the data': (bytes, random) => {
    const at = mediaAt(bytes);
    return Buffer.concat([bytes.subarray(0, at), flipped(bytes.subarray(at), 1 + below(5, random), random)]);
  },
  'cut off': (bytes, random) => bytes.subarray(0, below(bytes.length, random)),
  'cut off in the container': (bytes, random) => bytes.subarray(0, below(mediaAt(bytes), random)),
  'stretch deleted': stretchDeleted,
  'stretch doubled': stretchDoubled,
  'extreme bytes': (bytes, random) => {
    const copy = Buffer.from(bytes);
    const limit = random() < 0.5 ? mediaAt(bytes) : bytes.length;
    for (let times = 1 + below(4, random); times > 0; times -= 1)
      copy[below(limit, random)] = pick([0, 1, 2, 0x7f, 0x80, 0xff], random);
    return copy;
  },
  'box deleted': pieceDeleted,
  'box doubled': pieceDoubled,
  'boxes swapped': piecesSwapped,
  'box of another length': (bytes, random) => {
    const { start, end } = pick(piecesOf(bytes), random);
    const length = end - start;
    return withNumber(
      bytes,
      { at: start, bytes: 4, little: false },
      [...EXTREMES, length - 1, length + 8],
      random,
    );
  },
  'box put into another': (bytes, random) => {
    const [one, other] = [pick(piecesOf(bytes), random), pick(piecesOf(bytes), random)];
    const inside = Math.min(other.start + 8 + below(5, random), other.end);
    return Buffer.concat([
      bytes.subarray(0, inside),
      bytes.subarray(one.start, one.end),
      bytes.subarray(inside),
    ]);
  },
  'extreme number': (bytes, random) => withNumber(bytes, fieldOf(bytes, random), EXTREMES, random),
  'extreme numbers': (bytes, random) => {
    let copy = bytes;
    for (let times = 2 + below(3, random); times > 0; times -= 1)
      copy = withNumber(copy, fieldOf(bytes, random), EXTREMES, random);
    return copy;
  },
  'small number': (bytes, random) =>
    withNumber(bytes, fieldOf(bytes, random), [0, 1, 2, 3, 4, 5, 10, 100], random),
  'another type': (bytes, random) => {
    const places = TYPES.flatMap((type) => placesOf(bytes, type));
    const copy = Buffer.from(bytes);
    copy.write(pick(TYPES, random), pick(places, random), 'latin1');
    return copy;
  },
  'another size of the picture': (bytes, random) => {
    const at = pick(placesOf(bytes, 'ispe'), random) + 8 + 4 * below(2, random);
    return withNumber(bytes, { at, bytes: 4, little: false }, [...EXTREMES, 16_000, 129, 127], random);
  },
};

/** Damaged file `number` of a seed. */
export function damagedHeif(files: readonly SoundHeif[], number: number, seed: number): DamagedHeif {
  return damagedFile(files, damages, isWhole, { number, seed });
}

/** Whether it still has what the damages look for, so that it can be damaged again. */
function isWhole(bytes: Buffer): boolean {
  if (bytes.length < 100 || !bytes.includes('mdat') || !bytes.includes('ispe')) return false;
  return piecesOf(bytes).length > 0 && bytes.toString('latin1', 4, 8) === 'ftyp';
}

function mediaAt(bytes: Buffer): number {
  return Math.max(1, bytes.lastIndexOf('mdat'));
}

function placesOf(bytes: Buffer, type: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(type); at !== -1; at = bytes.indexOf(type, at + 1)) places.push(at);
  return places;
}

function fieldOf(bytes: Buffer, random: Random): Field {
  const fields = piecesOf(bytes).flatMap((piece) => piece.fields);
  return pick(fields, random);
}

function withNumber(
  bytes: Buffer,
  { at, bytes: width }: Field,
  numbers: readonly number[],
  random: Random,
): Buffer {
  const copy = Buffer.from(bytes);
  if (at + width > copy.length) return copy;
  const fitting = numbers.filter((number) => number >= 0 && number < 256 ** width);
  copy.writeUIntBE(pick(fitting, random), at, width);
  return copy;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path = '', number, seed] = process.argv.slice(2);
  const { name, damage, bytes } = damagedHeif(soundHeifs(), Number(number), Number(seed));
  fs.writeFileSync(path, bytes);
  console.log(`${name}: ${damage}`);
}
