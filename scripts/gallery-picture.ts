// Draws docs/gallery.webp, the README's picture of a gallery: painted photos in albums, in Chromium.
// Run: npx tsx scripts/gallery-picture.ts
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { projectFolder } from './bundling.js';
import type { Light } from './painting/palette.js';
import { paintScene, type SceneName } from './painting/scene.js';

const FILE = path.join(projectFolder, 'docs/gallery.webp');
const WINDOW = { width: 1120, height: 780 };

/** Folders, by what is painted in them. */
const ALBUMS: Readonly<Record<string, readonly SceneName[]>> = {
  '2023 Norway': ['aurora', 'lake', 'mountains'],
  '2024 By the sea': ['sea', 'dunes', 'sea'],
  '2025 Garden': ['flower', 'bokeh', 'flower'],
  '2025 Lakes': ['lake', 'mountains', 'lake'],
};
const LIGHTS: readonly Light[] = ['dawn', 'noon', 'dusk', 'mist'];
/** Pixels of photos as they are held: mostly landscapes. */
const SHAPES = [
  [900, 600],
  [900, 600],
  [600, 800],
  [1000, 560],
] as const;
/** Beside the albums, and in each of them. */
const PHOTOS = { beside: 11, inEach: 6 };

async function paint(file: string, scene: SceneName, year: string, seed: number): Promise<void> {
  const [width, height] = SHAPES[seed % SHAPES.length] ?? SHAPES[0];
  const light = LIGHTS[(seed * 7) % LIGHTS.length] ?? 'noon';
  const { data, channels } = paintScene(scene, light, width, height, seed);
  const taken = `${year}:${String(1 + (seed % 9)).padStart(2, '0')}:12 10:20:30`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await sharp(data, { raw: { width, height, channels } })
    .withExif({ IFD2: { DateTimeOriginal: taken } })
    .jpeg({ quality: 85 })
    .toFile(file);
}

async function paintPhotos(folder: string): Promise<void> {
  const all = Object.values(ALBUMS).flat();
  for (let index = 0; index < PHOTOS.beside; index += 1)
    await paint(
      path.join(folder, `IMG_${index}.jpg`),
      all[(index * 5) % all.length] ?? 'sea',
      '2025',
      index + 2,
    );
  for (const [at, [album, scenes]] of Object.entries(ALBUMS).entries())
    for (let index = 0; index < PHOTOS.inEach; index += 1) {
      const file = path.join(folder, album, `IMG_${index}.jpg`);
      await paint(file, scenes[index % scenes.length] ?? 'sea', album.slice(0, 4), 20 * (at + 1) + index);
    }
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-picture-'));
try {
  await paintPhotos(path.join(folder, 'Holidays'));
  const sizes = ['-s', '400x400,format=webp', '-s', '800x800,format=webp,name=screen'];
  const command = [
    path.join(projectFolder, 'bin/thumbs.js'),
    'Holidays',
    ...sizes,
    '--gallery',
    'gallery',
    '-q',
  ];
  execFileSync(process.execPath, command, { cwd: folder, stdio: 'inherit' });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: WINDOW, deviceScaleFactor: 1.5, locale: 'en-GB' });
  await page.goto(pathToFileURL(path.join(folder, 'gallery/index.html')).href);
  await page.locator('.photos.laid-out .row img').first().waitFor();
  await page.waitForLoadState('networkidle');
  const picture = await page.screenshot();
  await browser.close();
  await sharp(picture).webp({ quality: 80 }).toFile(FILE);
  console.log(`${FILE}: ${fs.statSync(FILE).size} bytes`);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
