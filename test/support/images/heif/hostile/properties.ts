// Properties that lie, items without the ones that they need, and codecs that are not read.

import { box, fullBox, text, u8, u16, u32 } from '../boxes.js';
import { heifFile } from '../file.js';
import { heifPhoto } from '../photo.js';
import { cleanAperture, type Property, profile, size } from '../properties.js';
import { type HostileFiles, quartersItem, withItem } from './pieces.js';

function withProperties(...properties: readonly Property[]): Buffer {
  return heifPhoto({ picture: 'quarters', properties });
}

/** What properties claim, and items without the ones that they need. */
export function propertyLies(): HostileFiles {
  const { data, properties = [] } = quartersItem();
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
    'no-data.heic': heifFile({ items: [{ ...quartersItem(), data: Buffer.alloc(0) }] }),
    'random-data.heic': heifFile({
      items: [{ ...quartersItem(), data: Buffer.alloc(data?.length ?? 0, 0x5a) }],
    }),
    'long-unit.heic': heifFile({
      items: [{ ...quartersItem(), data: Buffer.concat([u32(0xffffffff), Buffer.alloc(99)]) }],
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

/** Items of codecs other than HEVC, by their types. */
export function otherCodecs(types: readonly string[]): HostileFiles {
  return Object.fromEntries(types.map((type) => [`${type.trim()}.heic`, withItem({ type })]));
}
