// What exiftool says of files.

import { runTool } from './tools.js';

/** By group and name, as `ExifIFD:DateTimeOriginal`. */
export type Tags = Readonly<Record<string, unknown>>;

/** Numbers instead of words, the group of each tag, JSON, and file names as UTF-8. */
const OUTPUT = ['-json', '-n', '-a', '-G1', '-charset', 'filename=utf8'];

const TAGS = [
  'ExifTool:Warning',
  'ExifTool:Error',
  'Composite:ImageSize',
  'File:ImageWidth',
  'File:ImageHeight',
  'Orientation',
  'ExifIFD:DateTimeOriginal',
  'ExifIFD:OffsetTimeOriginal',
  'ExifIFD:ExifImageWidth',
  'ExifIFD:ExifImageHeight',
  'DefaultCropSize',
  'RawImageCroppedSize',
  'RawImageFullSize',
  'SonyImageWidth',
  'SonyImageHeight',
];

const PREVIEWS = ['JpgFromRaw', 'PreviewImage', 'OtherImage', 'ThumbnailImage', 'Preview:all'];

const BASE64 = 'base64:';

/** The tags of each file, by its path. */
export function readTags(files: readonly string[]): ReadonlyMap<string, Tags> {
  if (files.length === 0) return new Map();
  const { stdout, complaint } = runTool('exiftool', [...OUTPUT, ...TAGS.map((tag) => `-${tag}`), ...files]);
  if (stdout.trim() === '') throw new Error(`exiftool wrote nothing: ${complaint}`);
  return new Map(parse(stdout).map((tags) => [String(tags.SourceFile), tags]));
}

/** Every JPEG that exiftool takes out of a file. One that the file does not have whole is left out. */
export function extractPreviews(file: string): Buffer[] {
  const { stdout } = runTool('exiftool', [...OUTPUT, '-b', ...PREVIEWS.map((tag) => `-${tag}`), file]);
  const values = parse(stdout === '' ? '[]' : stdout).flatMap((tags) => Object.values(tags));
  return values.flatMap((value) => {
    if (typeof value !== 'string' || !value.startsWith(BASE64)) return [];
    const bytes = Buffer.from(value.slice(BASE64.length), 'base64');
    return isJpeg(bytes) ? [bytes] : [];
  });
}

function isJpeg(bytes: Buffer): boolean {
  return bytes.length > 2 && bytes.readUInt16BE(0) === 0xffd8;
}

function parse(json: string): Tags[] {
  return JSON.parse(json);
}

/** The orientation, 1 to 8; 1 where there is none that is valid. */
export function orientationIn(tags: Tags): number {
  const value = Number(tags['IFD0:Orientation'] ?? 1);
  return Number.isInteger(value) && value >= 1 && value <= 8 ? value : 1;
}

/** ` (exiftool: File format error)` where exiftool could not read all of a file, or else nothing. */
export function complaintIn(tags: Tags): string {
  const complaint = tags['ExifTool:Error'] ?? tags['ExifTool:Warning'];
  return complaint === undefined ? '' : ` (exiftool: ${complaint})`;
}

/** `2024-05-01T12:30:05+02:00`; without an offset where there is none, and null without a valid time. */
export function takenAtIn(tags: Tags): string | null {
  const time = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(String(tags['ExifIFD:DateTimeOriginal'] ?? ''));
  if (time === null) return null;
  const local = `${time[1]}-${time[2]}-${time[3]}T${time[4]}`;
  const parsed = new Date(`${local}Z`);
  if (Number.isNaN(parsed.getTime()) || !parsed.toISOString().startsWith(local)) return null;
  const offset = String(tags['ExifIFD:OffsetTimeOriginal'] ?? '').trim();
  return /^[+-]\d\d:\d\d$/.test(offset) ? local + offset : local;
}

/** Each size in pixels that exiftool knows of the photo, as stored: with and without the sensor's edges. */
export function sizesIn(tags: Tags): Array<readonly [width: number, height: number]> {
  const pairs = Object.entries(tags).flatMap(([name, value]) =>
    /:(ImageSize|DefaultCropSize|RawImage(Cropped|Full)Size)$/.test(name)
      ? [String(value).split(/[ x]/)]
      : [],
  );
  const sides = (name: string) =>
    Object.entries(tags)
      .filter(([tag]) => tag.endsWith(`:${name}Width`))
      .map(([tag, value]) => [value, tags[tag.replace(/Width$/, 'Height')]]);
  return [...pairs, ...sides('Image'), ...sides('ExifImage'), ...sides('SonyImage')].flatMap(
    ([width, height]) =>
      Number(width) > 0 && Number(height) > 0 ? [[Number(width), Number(height)] as const] : [],
  );
}
