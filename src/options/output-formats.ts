// The formats of thumbnails: the extension of each one's files, and what can be set for it. Each has an encoder in `image/encoders/`.

/** A setting that is a number. Ends included. */
export interface NumberSetting {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** What can be set for some formats. */
export interface EncodingSettings {
  /** 1 (small) to 100 (good). */
  readonly quality?: number;
  /** Keeps every pixel. */
  readonly lossless?: boolean;
  /** How much time is spent for fewer bytes: webp 0 to 6, avif 0 to 9. */
  readonly effort?: number;
  /** Shown coarsely before all of it is there; PNG calls it interlaced. */
  readonly progressive?: boolean;
  /** At most 256 colours. */
  readonly palette?: boolean;
}

export type SettingName = keyof EncodingSettings;

export interface OutputFormatFacts {
  readonly extension: string;
  readonly hasAlpha: boolean;
  /** Pixels of the longest side that its files, or libvips' encoder, can have. */
  readonly maxSide: number;
  /** The settings that it has; a flag is off by default. */
  readonly settings: Readonly<Partial<Record<SettingName, NumberSetting | 'flag'>>>;
}

export type OutputFormat = 'png' | 'webp' | 'jpeg' | 'avif';

/** The defaults are measured (bench.md, Encoders). */
export const outputFormats: Readonly<Record<OutputFormat, OutputFormatFacts>> = {
  png: {
    extension: 'png',
    hasAlpha: true,
    maxSide: 16_384,
    settings: { progressive: 'flag', palette: 'flag' },
  },
  webp: {
    extension: 'webp',
    hasAlpha: true,
    maxSide: 16_383,
    settings: {
      quality: { min: 1, max: 100, default: 80 },
      lossless: 'flag',
      effort: { min: 0, max: 6, default: 2 },
    },
  },
  jpeg: {
    extension: 'jpg',
    hasAlpha: false,
    maxSide: 16_384,
    settings: { quality: { min: 1, max: 100, default: 80 }, progressive: 'flag' },
  },
  avif: {
    extension: 'avif',
    hasAlpha: true,
    maxSide: 16_384,
    settings: {
      quality: { min: 1, max: 100, default: 65 },
      lossless: 'flag',
      effort: { min: 0, max: 9, default: 0 },
    },
  },
};

export const outputFormatNames: readonly OutputFormat[] = Object.keys(outputFormats) as OutputFormat[];

export const settingNames: readonly SettingName[] = [
  'quality',
  'lossless',
  'effort',
  'progressive',
  'palette',
];
