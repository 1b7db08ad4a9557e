import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { exportManifest } from '../../../src/manifest/export.js';
import type { DoneRecord, ManifestRecord } from '../../../src/manifest/record.js';
import type { ExportFormat } from '../../../src/options/options.js';
import { runInProcess } from '../../support/in-process/run.js';
import { manifestPath, VARIANT, writeRecords } from '../../support/manifests.js';
import { temporaryFolder, writePhotos } from '../../support/photos.js';

const hash = 'ab'.repeat(32);

function done(source: string): DoneRecord {
  return {
    source,
    status: 'done',
    thumbnails: [{ variant: VARIANT, file: `${hash}.png`, width: 200, height: 133, bytes: 61_234 }],
    sourceFormat: 'jpeg',
    sourceWidth: 4000,
    sourceHeight: 2667,
    sourceBytes: 2_912_345,
    sourceMtimeMs: 1_763_676_000_123,
    sourceXxh128: '0123456789abcdef0123456789abcdef',
    takenAt: '2024-05-01T12:30:05+02:00',
  };
}

const failed: ManifestRecord = {
  source: 'b/broken.jpg',
  status: 'failed',
  error: { code: 'CORRUPT', message: 'b/broken.jpg: "cut", in half' },
  sourceBytes: 120,
  sourceMtimeMs: 1,
};

/** The export of a manifest with these records, and the folder it is in. */
function exported(
  format: ExportFormat,
  records: readonly ManifestRecord[],
): { text: string; folder: string } {
  const manifest = manifestPath();
  const folder = path.dirname(manifest);
  writeRecords(manifest, records);
  const file = path.join(folder, `export.${format}`);
  exportManifest(manifest, file, format);
  return { text: fs.readFileSync(file, 'utf8'), folder };
}

test('.txt has a line for each thumbnail, with the absolute path of its source', () => {
  const { text, folder } = exported('txt', [done('a/x.jpg'), failed, done('../y.jpg')]);
  expect(text).toBe(`${hash}.png: ${path.dirname(folder)}/y.jpg\n${hash}.png: ${folder}/a/x.jpg\n`);
});

test('.txt escapes a line break and a backslash as sha256sum does', () => {
  const { text, folder } = exported('txt', [done('a\nb\\c.jpg')]);
  expect(text).toBe(`\\${hash}.png: ${folder}/a\\nb\\\\c.jpg\n`);
});

test('.csv quotes a name with a lone line feed or carriage return', () => {
  const { text } = exported('csv', [done('a\nb.jpg'), done('c\rd.jpg')]);
  expect(text).toContain('"a\nb.jpg",done,');
  expect(text).toContain('"c\rd.jpg",done,');
});

/** Names that a spreadsheet would take for formulas. */
const FORMULAS = ["=cmd|'x'!A1.jpg", '@a.jpg', '-1.jpg', '+1.jpg', '\t=1.jpg', '\r=1.jpg'];

test('.csv has no cell that a spreadsheet runs as a formula', () => {
  const records = FORMULAS.flatMap((name) => [
    done(name),
    { ...failed, source: `${name}.png`, error: { ...failed.error, message: `${name}.png: it is empty` } },
  ]);
  const { text } = exported('csv', records);
  const cells = text.split('\r\n').flatMap((row) => row.match(/"(?:[^"]|"")*"|[^,]+/g) ?? []);
  expect(cells.filter((cell) => /^"?[=@+\-\t\r]/.test(cell))).toEqual([]);
  expect(cells.filter((cell) => /^"?'/.test(cell))).toHaveLength(3 * FORMULAS.length);
  expect(text).toContain("'=cmd|'x'!A1.jpg,done,");
  expect(text).toContain(`"'\r=1.jpg",done,`);
});

test('.csv leaves ordinary names and negative numbers as they are', () => {
  const { text } = exported('csv', [{ ...done("../a-b/'c+d=e@f.jpg"), sourceMtimeMs: -1500 }]);
  expect(text).toContain("\r\n../a-b/'c+d=e@f.jpg,done,");
  expect(text).toContain(',2912345,-1500,0123456789abcdef0123456789abcdef,');
});

test('.csv of a run over photos that are called like formulas', async () => {
  const folder = temporaryFolder();
  const [photo = ''] = writePhotos(folder, 1);
  const names = FORMULAS.slice(0, 4);
  for (const name of names) fs.copyFileSync(photo, path.join(folder, name));
  fs.rmSync(photo);
  const csv = path.join(folder, 'export.csv');
  // In the photos' own folder, where a source is the name alone.
  const manifest = path.join(folder, 'manifest.jsonl');
  await runInProcess([folder], { out: path.join(folder, 'thumbnails'), manifest, export: [csv] });
  const rows = fs.readFileSync(csv, 'utf8').split('\r\n').slice(1, -1);
  expect(rows.map((row) => row.split(',')[0]).sort()).toEqual(names.map((name) => `'${name}`).sort());
});

test('.csv has a row for each source, quoted as in RFC 4180', () => {
  const { text } = exported('csv', [done('a, "x"\n.jpg'), failed]);
  expect(text.split('\r\n')).toEqual([
    'source,status,thumbnail,width,height,bytes,sourceFormat,sourceWidth,sourceHeight,sourceBytes,sourceMtimeMs,sourceXxh128,errorCode,errorMessage,takenAt,sourcePartialXxh128,sourceNameBase64,variant,format,placeholder',
    `"a, ""x""\n.jpg",done,${hash}.png,200,133,61234,jpeg,4000,2667,2912345,1763676000123,0123456789abcdef0123456789abcdef,,,2024-05-01T12:30:05+02:00,,,200x200,png,`,
    'b/broken.jpg,failed,,,,,,,,120,1,,CORRUPT,"b/broken.jpg: ""cut"", in half",,,,,,',
    '',
  ]);
});

test('.json is an object keyed by source, whatever the sources are called', () => {
  const { text } = exported('json', [done('__proto__'), done('a.jpg'), failed]);
  const object: Record<string, unknown> = JSON.parse(text);
  expect(Object.keys(object)).toEqual(['__proto__', 'a.jpg', 'b/broken.jpg']);
  expect(object['b/broken.jpg']).toEqual(failed);
  const { thumbnails, ...facts } = done('a.jpg');
  expect(object['a.jpg']).toEqual({ ...facts, thumbnails: [{ ...thumbnails[0], format: 'png' }] });
});

test('a manifest without records is exported as an empty table or an empty object', () => {
  expect(exported('txt', []).text).toBe('');
  expect(exported('csv', []).text).toMatch(/^source,.*sourceNameBase64,variant,format,placeholder\r\n$/);
  expect(JSON.parse(exported('json', []).text)).toEqual({});
});
