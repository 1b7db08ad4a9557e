// Measures galleries of many photos: how long making them takes, and what a reader waits for in Chromium. Prints Markdown.
// Run: npm run bench:gallery [folder of photos]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectFolder } from '../bundling.js';
import { launch, measurePage, type PageFigures } from './gallery/browser.js';
import { makeOutput, type Shape } from './gallery/output.js';
import { formatStatistics, machineLines, statistics, thumbsCommand, timeProcess } from './measuring.js';

const RUNS = Number(process.env.RUNS ?? 5);

const SHAPES: ReadonlyArray<Shape & { readonly title: string }> = [
  { title: '10,000 photos in one folder', photos: 10_000, folders: 1 },
  { title: '100,000 photos in 500 folders', photos: 100_000, folders: 25 },
];

const photos = process.argv[2] ?? path.join(projectFolder, 'sample-images');

function sizeOf(folder: string, pattern: RegExp): { files: number; megabytes: number } {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names
    .filter((name) => pattern.test(name))
    .map((name) => fs.statSync(path.join(folder, name)));
  return { files: files.length, megabytes: files.reduce((sum, { size }) => sum + size, 0) / 1e6 };
}

async function measurePages(gallery: string): Promise<string[]> {
  const albums = fs.existsSync(path.join(gallery, 'albums'))
    ? fs.readdirSync(path.join(gallery, 'albums'))
    : [];
  // Later pages lead to the first.
  const [album] = albums.filter((name) => /-[0-9a-f]{8}\.html$/.test(name)).sort();
  const pages = ['index.html', ...(album === undefined ? [] : [`albums/${album}`]), 'timeline.html'];
  const browser = await launch();
  const lines: string[] = [];
  try {
    for (const page of pages) {
      const runs: PageFigures[] = [];
      for (let run = 0; run <= RUNS; run += 1)
        runs.push(await measurePage(browser, path.join(gallery, page)));
      const [warmUp, ...counted] = runs;
      const of = (figure: keyof PageFigures) => statistics(counted.map((each) => each[figure]));
      const cells = [
        page.replace(/-[0-9a-f]{8}\.html$/, '.html'),
        formatStatistics(of('firstThumbnailMs'), 0),
        formatStatistics(of('windowMs'), 0),
        (of('bytes').max / 1e6).toFixed(2),
        formatStatistics(of('longestFrameMs'), 0),
        of('frames').median.toFixed(0),
        (warmUp?.height ?? 0).toFixed(0),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  } finally {
    await browser.close();
  }
  return lines;
}

console.log(machineLines());
for (const shape of SHAPES) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-bench-gallery-'));
  try {
    makeOutput(folder, photos, shape);
    const gallery = path.join(folder, 'gallery');
    const command = [
      thumbsCommand,
      'gallery',
      '-o',
      path.join(folder, 'thumbnails'),
      '--gallery',
      gallery,
      '-q',
    ];
    const first = await timeProcess(command);
    const again = [];
    for (let run = 0; run < RUNS; run += 1) again.push(await timeProcess(command));
    const pages = sizeOf(gallery, /\.html$/);
    const data = sizeOf(gallery, /^data\//);
    console.log(`
### ${shape.title}

Made in ${first.toFixed(1)} s, looked through again in ${formatStatistics(statistics(again), 2)} s (${RUNS} runs);
${pages.files} pages with ${pages.megabytes.toFixed(1)} MB, ${data.files} files of data with ${data.megabytes.toFixed(1)} MB

| page | first thumbnail, ms | all in the window, ms | MB until then | longest frame while scrolling, ms | frames | pixels |
|---|--:|--:|--:|--:|--:|--:|
${(await measurePages(gallery)).join('\n')}`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
