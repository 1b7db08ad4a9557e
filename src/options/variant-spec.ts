// What is asked for as `size`, as variants: each spec completed by the options that are defaults of all variants, and checked.
//
//     200x200                                      the box; inside it, as PNG
//     1600x1600,format=webp,quality=80,name=screen
//     300x,fit=inside,enlarge                      an open side; a flag

import { expectedError } from '../errors.js';
import { parseColour } from './colour.js';
import {
  type EncodingSettings,
  type OutputFormat,
  outputFormatNames,
  outputFormats,
  type SettingName,
  settingNames,
} from './output-formats.js';
import {
  andList,
  checkValue,
  isIntegerIn,
  type ParsedSpec,
  parseSpec,
  type Stated,
  specError,
} from './spec-parsing.js';
import {
  type Box,
  type Colour,
  type Encoding,
  type Fit,
  isVariantName,
  type Position,
  type Variant,
} from './variant.js';

/** A variant as a program asks for it. What is left out comes from the options of the same names. */
export interface VariantSpec extends EncodingSettings {
  /** Pixels; without it that side is open. */
  readonly width?: number;
  /** Pixels; without it that side is open. */
  readonly height?: number;
  /** `[a-z0-9_-]`. @default the size, and each stated fit and format: `200x200`, `300x-webp` */
  readonly name?: string;
  readonly fit?: Fit;
  readonly position?: Position;
  readonly background?: string;
  readonly enlarge?: boolean;
  readonly format?: OutputFormat;
}

/** A size as it may be asked for: `200`, `'200x150'`, a spec as the command has it, or its parts. */
export type SizeOption = number | string | Box | VariantSpec;

/** Options that complete every spec. */
export type VariantDefaults = Readonly<
  Partial<Record<'fit' | 'position' | 'background' | 'format' | 'quality' | 'lossless' | 'effort', unknown>>
>;

/** More would not be told apart by anybody, and the manifest's header has them all. */
const MOST_VARIANTS = 100;

/**
 * The variants of a run, in the order in which they are asked for.
 * @throws {ThumbsError} `OPTION`, with what was expected and the value.
 */
export function resolveVariants(
  size: SizeOption | readonly SizeOption[],
  defaults: VariantDefaults,
): readonly Variant[] {
  const sizes: readonly unknown[] = Array.isArray(size) ? size : [size];
  if (sizes.length === 0 || sizes.length > MOST_VARIANTS)
    throw expectedError('size', `to name 1 to ${MOST_VARIANTS} variants`, `${sizes.length} of them`);
  const checked = checkDefaults(defaults);
  const usable = new Set<string>();
  const specs = sizes.map(parseSpec);
  const variants = specs.map((spec) => completed(spec, checked, usable));
  requireUsable(checked, usable, variants);
  for (const [index, { name }] of variants.entries()) {
    if (variants.findIndex((other) => other.name === name) === index) continue;
    throw expectedError(
      'size',
      `to be a variant of another name than ${name}, which an earlier one has`,
      specs[index]?.shown,
    );
  }
  return variants;
}

/** The name of the first variant whose spec does not state one. @param variants Those of `size`. */
export function firstUnnamed(
  size: SizeOption | readonly SizeOption[],
  variants: readonly Variant[],
): string | undefined {
  const sizes: readonly unknown[] = Array.isArray(size) ? size : [size];
  return variants[sizes.findIndex((spec) => parseSpec(spec).stated.name === undefined)]?.name;
}

/** The defaults, each checked by itself; those that are undefined left out. */
function checkDefaults(defaults: VariantDefaults): Stated {
  const given = Object.entries(defaults).filter(([, value]) => value !== undefined);
  for (const [name, value] of given)
    checkValue(name, value, (expectation) => expectedError(name, expectation, value));
  return Object.fromEntries(given);
}

/** The variant of a spec. Adds the names of the defaults that it can have to `usable`. */
function completed(spec: ParsedSpec, defaults: Stated, usable: Set<string>): Variant {
  const { stated, sizeName } = spec;
  for (const [key, value] of Object.entries(stated))
    checkValue(key, value, (expectation) =>
      specError(spec, `to have a ${key} that is ${expectation.replace(/^to be /, '')}`),
    );
  const take = (key: string): unknown => {
    usable.add(key);
    return key in stated ? stated[key] : defaults[key];
  };
  const hasOpenSide = spec.width === undefined || spec.height === undefined;
  // A default that an open side makes impossible is none of this variant's.
  const isStatedAlone = hasOpenSide && defaults.fit !== 'inside';
  const fit = ((isStatedAlone ? stated.fit : take('fit')) as Fit | undefined) ?? 'inside';
  const format = formatNamed(take('format') ?? 'png');
  const encoding = encodingOf(spec, format, defaults, usable);
  const name = nameOf(
    spec,
    [sizeName, stated.fit, stated.format].filter((part) => part !== undefined).join('-'),
  );
  const box = boxOf(spec, fit, format);
  const position = fit === 'cover' ? positionNamed(take('position') ?? 'centre') : undefined;
  if (stated.position !== undefined && position === undefined)
    throw specError(spec, `to have a position only with fit=cover, and not with fit=${fit}`);
  const background = backgroundOf(spec, { fit, format }, defaults, take);
  const enlarge = stated.enlarge === true;
  return {
    ...{ name, box, fit },
    ...(position === undefined ? {} : { position }),
    ...(background === undefined ? {} : { background }),
    ...{ enlarge, encoding },
  };
}

function formatNamed(name: unknown): OutputFormat {
  return (name === 'jpg' ? 'jpeg' : name) as OutputFormat;
}

function positionNamed(name: unknown): Position {
  return (name === 'center' ? 'centre' : name) as Position;
}

function nameOf(spec: ParsedSpec, unnamed: string): string {
  const { name = unnamed } = spec.stated;
  if (isVariantName(name)) return name;
  throw specError(spec, 'to have a name of 1 to 64 characters, each a to z, 0 to 9, _ or -');
}

function boxOf(spec: ParsedSpec, fit: Fit, format: OutputFormat): Box {
  const { maxSide } = outputFormats[format];
  const { width, height } = spec;
  if (fit !== 'inside' && (width === undefined || height === undefined))
    throw specError(spec, `to have both sides with fit=${fit}`);
  const box = { width: width ?? maxSide, height: height ?? maxSide };
  if (Math.max(box.width, box.height) > maxSide)
    throw specError(spec, `to have sides of at most ${maxSide} pixels as ${format}`);
  return box;
}

/** Transparent where the format has alpha, else white, unless asked otherwise. */
function backgroundOf(
  spec: ParsedSpec,
  { fit, format }: { readonly fit: Fit; readonly format: OutputFormat },
  defaults: Stated,
  take: (key: string) => unknown,
): Colour | undefined {
  const { hasAlpha } = outputFormats[format];
  if (fit !== 'contain' && hasAlpha) {
    if (spec.stated.background === undefined) return undefined;
    throw specError(
      spec,
      `to have a background only with fit=contain, or as jpeg, and not with fit=${fit} as ${format}`,
    );
  }
  if (hasAlpha) return parseColour(take('background') ?? 'transparent');
  const { background = defaults.background } = spec.stated;
  const colour = parseColour(background ?? 'white');
  if (colour?.alpha === 1) {
    take('background');
    return colour;
  }
  if (spec.stated.background === undefined) return parseColour('white');
  throw specError(spec, `to have an opaque background as ${format}, which has no transparency`);
}

/** The format, and each of its settings. */
function encodingOf(spec: ParsedSpec, format: OutputFormat, defaults: Stated, usable: Set<string>): Encoding {
  const { settings } = outputFormats[format];
  const { stated } = spec;
  const others = settingNames.filter((name) => !(name in settings));
  for (const name of others) {
    if (stated[name] === undefined || stated[name] === false) continue;
    const having = outputFormatNames.filter((other) => name in outputFormats[other].settings);
    throw specError(
      spec,
      `to have no ${name} as ${format}: only ${andList(having)} ${having.length === 1 ? 'has' : 'have'} it`,
    );
  }
  // What is stated counts more than a default that it contradicts.
  const isLossless =
    (stated.lossless ?? (stated.quality === undefined && 'lossless' in settings && defaults.lossless)) ===
    true;
  if (
    isLossless &&
    (stated.quality !== undefined || (stated.lossless === undefined && defaults.quality !== undefined))
  )
    throw specError(spec, 'to have a quality or to be lossless, not both');
  const encoding: Record<string, unknown> = { format };
  for (const name of settingNames) {
    const setting = settings[name];
    if (setting === undefined) continue;
    usable.add(name);
    if (name === 'quality' && isLossless) continue;
    const value = stated[name] ?? defaults[name];
    if (setting === 'flag') {
      if (name === 'lossless' ? isLossless : value === true) encoding[name] = true;
      continue;
    }
    const number = value ?? setting.default;
    if (!isIntegerIn(number, setting.min, setting.max)) {
      const range = `an integer from ${setting.min} to ${setting.max} as ${format}`;
      throw stated[name] === undefined
        ? expectedError(name, `to be ${range}`, number)
        : specError(spec, `to have as ${name} ${range}`);
    }
    encoding[name] = number;
  }
  return encoding as unknown as Encoding;
}

/** A default that no variant can have was meant for something else. */
function requireUsable(defaults: Stated, usable: ReadonlySet<string>, variants: readonly Variant[]): void {
  const unused = Object.keys(defaults).find((name) => !usable.has(name) && defaults[name] !== false);
  if (unused === undefined) return;
  const formats = andList([...new Set(variants.map(({ encoding }) => encoding.format))]);
  throw expectedError(
    unused,
    `to be of use to a variant: ${purposeOf(unused)}${unused === 'fit' ? '' : `, and the variants are ${formats}`}`,
    defaults[unused],
  );
}

function purposeOf(option: string): string {
  if (option === 'fit') return 'it is for variants with both sides';
  if (option === 'position') return 'it is for fit=cover';
  if (option === 'background') return 'it is for fit=contain and, where it is opaque, for jpeg';
  const having = outputFormatNames.filter(
    (format) => (option as SettingName) in outputFormats[format].settings,
  );
  return `it is for ${andList(having)}`;
}
