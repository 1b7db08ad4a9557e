// The images to be damaged.

import sharp from 'sharp';
import { exif, segment, withSegments } from '../../hostile-images.js';
import { sampled } from '../components.js';
import { type EncoderOptions, encodeJpeg } from '../encoder.js';
import { picture } from '../pictures.js';
import { kindsOf } from '../reference/kinds.js';

/** An image without damage. */
export interface SoundJpeg {
  readonly name: string;
  readonly isProgressive: boolean;
  /** Whether its data is long enough to be decoded from several places at once. */
  readonly isLarge: boolean;
  readonly bytes: Buffer;
}

/** Small ones: every sampling, restart intervals, progressive ones, EXIF and a colour profile. */
export async function soundJpegs(): Promise<SoundJpeg[]> {
  const raw = await picture({ scene: 'lake', width: 75, height: 52, seed: 3, saturation: 2 });
  const grey = { ...raw, data: raw.data.filter((_, at) => at % 3 === 1), channels: 1 };
  const image = sharp(raw.data, { raw: { ...raw, channels: 3 } });
  const own = (options: EncoderOptions) => encodeJpeg(raw, options);
  const images: Array<[name: string, bytes: Buffer]> = [
    ['4:2:0', await image.clone().jpeg({ quality: 85 }).toBuffer()],
    ['4:4:4', await image.clone().jpeg({ chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer()],
    ['4:2:2', own({ sampling: sampled(2, 1) })],
    ['4:4:0', own({ sampling: sampled(1, 2) })],
    ['grey', encodeJpeg(grey)],
    ['JFIF and Adobe', withSegments(own({ sampling: sampled(2, 2) }), [JFIF, ADOBE])],
    ['4:2:0 with restart intervals', own({ sampling: sampled(2, 2), restartInterval: 3 })],
    ['4:4:4 with restart intervals of one', own({ restartInterval: 1 })],
    ['progressive 4:2:0', await image.clone().jpeg({ progressive: true }).toBuffer()],
    [
      'progressive 4:4:4',
      await image.clone().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    ],
    ['progressive grey', await image.clone().toColourspace('b-w').jpeg({ progressive: true }).toBuffer()],
    [
      'progressive with restart intervals',
      own({ sampling: sampled(2, 2), restartInterval: 3, frame: 0xc2, scans: SCANS }),
    ],
    ['EXIF', withSegments(own({ sampling: sampled(2, 2) }), [exif([[0x112, 3, 1, 6]])])],
    ['colour profile', await image.clone().withIccProfile('p3').jpeg().toBuffer()],
  ];
  return images.map(([name, bytes]) => ({
    name,
    isLarge: false,
    isProgressive: name.startsWith('progressive'),
    bytes,
  }));
}

const acs = (component: number) => ({ components: [component], first: 1, last: 63, high: 0, low: 0 });
const SCANS = [
  { components: [0, 1, 2], first: 0, last: 0, high: 0, low: 1 },
  acs(0),
  acs(1),
  acs(2),
  { components: [0, 1, 2], first: 0, last: 0, high: 1, low: 0 },
];

const JFIF = segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1'));
const ADOBE = segment(0xee, Buffer.from('Adobe\0d\0\0\0\0\x01', 'latin1'));

/** Pixels, and which kinds there are of this size: most have some 50 kB of data, because each image is read several times. */
const LARGE = [
  {
    size: { width: 331, height: 219 },
    kinds: [
      'scene, 4:4:4, quality 92, standard codes',
      'grey scene, quality 100, optimised codes',
      'noise, 4:2:0, three tables of each kind',
      'tiles, standard codes',
      'scene, 4:2:2, restart interval 7',
      'scene, 4:4:0, restart interval 204',
      'scene, 4:4:4, restart interval 1',
      'noise, long runs of zeros',
    ],
  },
  {
    size: { width: 811, height: 605 },
    kinds: [
      'text, standard codes',
      'scene, 4:2:0, quality 20, optimised codes',
      'flat, 4:2:0, two bits a block',
      'scene, 4:2:0, restart interval 204',
      'tiles, optimised codes',
      'flat, with noise at the end, long codes',
    ],
  },
  {
    size: { width: 1203, height: 811 },
    kinds: ['scene, 4:2:0, quality 92, optimised codes', 'scene, 4:2:0, quality 100, standard codes'],
  },
] as const;

/** Large ones, sequential. */
export async function largeJpegs(): Promise<SoundJpeg[]> {
  const images: SoundJpeg[] = [];
  for (const { size, kinds } of LARGE) {
    const all = new Map(kindsOf(size).map(({ name, encode }) => [name, encode]));
    for (const kind of kinds) {
      const encode = all.get(kind);
      if (encode === undefined) throw new Error(`Expected a kind named ${kind}`);
      const name = `${kind}, ${size.width} x ${size.height}`;
      images.push({ name, isLarge: true, isProgressive: false, bytes: await encode() });
    }
  }
  return images;
}
