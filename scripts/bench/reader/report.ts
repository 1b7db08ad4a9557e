// The comparison of JPEG readers as Markdown.

import type { Shrink } from '../../../src/image/decoders/jpeg/jpeg-file.js';
import { statistics } from '../measuring.js';
import { sum } from '../process-memory.js';
import type { Reader, Reads } from './readers.js';

/** Exports with less than this are one line together. */
const SMALL_MS = 0.05;

/** All photos together. The ratio is the median of the photos' ratios of first quartiles. */
export function summaryTable(readers: readonly Reader[], reads: readonly Reads[]): string {
  const lines = sizesOf(reads).flatMap((shrink) =>
    readers.map((reader) => {
      const own = readOnes(reads, reader, shrink);
      const all = own.flatMap(({ milliseconds }) => milliseconds);
      const ratios = own.map(
        (each) => firstQuartile(each.milliseconds) / quartileOf(reads, each, readers.at(-1)),
      );
      const cells = [
        `1/${shrink}`,
        reader.name,
        own.length,
        all.length,
        firstQuartile(all).toFixed(2),
        statistics(all).median.toFixed(2),
        statistics(ratios).median.toFixed(3),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return `| size | reader | photos | reads | CPU ms: first quartile | median | relative to \`${readers.at(-1)?.name}\` |
|---|---|--:|--:|--:|--:|--:|
${lines.join('\n')}`;
}

/** Where the time goes: medians of one read of each photo, in which each call into the module is timed. */
export function partsTable(readers: readonly Reader[], reads: readonly Reads[]): string {
  const columns = sizesOf(reads).flatMap((shrink) =>
    readers.map((reader) => ({
      title: `1/${shrink}, ${reader.name}`,
      reads: readOnes(reads, reader, shrink),
    })),
  );
  const names = new Set(reads.flatMap(({ parts }) => [...parts.keys()]));
  const time = (of: readonly Reads[], name: string) =>
    statistics(of.map(({ parts }) => parts.get(name) ?? 0)).median;
  const [large, small]: [string[], string[]] = [[], []];
  for (const name of names)
    (columns.some((column) => time(column.reads, name) >= SMALL_MS) ? large : small).push(name);
  const line = (title: string, figure: (of: readonly Reads[]) => number) =>
    `| ${[title, ...columns.map((column) => figure(column.reads).toFixed(2))].join(' | ')} |`;
  return `| ms in the module | ${columns.map(({ title }) => title).join(' | ')} |
|---|${columns.map(() => '--:').join('|')}|
${[
  ...large.map((name) => line(`\`${name}\``, (of) => time(of, name))),
  line('other exports', (of) => sum(small.map((name) => time(of, name)))),
  line('all', (of) => statistics(of.map(({ parts }) => sum([...parts.values()]))).median),
].join('\n')}`;
}

/** Each photo by itself. */
export function photosTable(readers: readonly Reader[], reads: readonly Reads[]): string {
  const lines = reads
    .filter(({ reader }) => reader === readers[0])
    .map(({ photo, shrink }) => {
      const figures = readers.flatMap((reader) => {
        const of = reads.find(
          (each) => each.reader === reader && each.photo === photo && each.shrink === shrink,
        );
        if (of === undefined || of.declined !== undefined) return [of?.declined ?? '', ''];
        return [firstQuartile(of.milliseconds).toFixed(2), statistics(of.milliseconds).median.toFixed(2)];
      });
      return `| ${[photo.name, (photo.bytes.length / 1e6).toFixed(1), `1/${shrink}`, ...figures].join(' | ')} |`;
    });
  return `| photo | MB | size | ${readers.map(({ name }) => `${name}, CPU ms: first quartile | median`).join(' | ')} |
|---|--:|---|${readers.map(() => '--:|--:').join('|')}|
${lines.join('\n')}`;
}

function sizesOf(reads: readonly Reads[]): Shrink[] {
  return [...new Set(reads.map(({ shrink }) => shrink))];
}

/** The photos that the reader read at this size. */
function readOnes(reads: readonly Reads[], reader: Reader, shrink: Shrink): Reads[] {
  return reads.filter(
    (each) => each.reader === reader && each.shrink === shrink && each.declined === undefined,
  );
}

/** Of another reader's reads of the same photo at the same size. */
function quartileOf(reads: readonly Reads[], { photo, shrink }: Reads, reader: Reader | undefined): number {
  const same = reads.find((each) => each.reader === reader && each.photo === photo && each.shrink === shrink);
  return firstQuartile(same?.milliseconds ?? []);
}

/** The value that a quarter of the values are below: on a busy machine steadier than the median. */
function firstQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2] ?? Number.NaN;
}
