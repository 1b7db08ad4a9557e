// sharp.js OUT WIDTHxHEIGHT SHRINK PHOTO...    (sharp chooses how far to shrink on load)
import path from 'node:path';
import sharp from 'sharp';

const [out, size, , ...photos] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
const names = photos.values();

// No two images share anything, and two of them are in flight.
sharp.cache(false);
sharp.concurrency(1);

async function thumbnails() {
  for (const photo of names) {
    const file = path.join(out, `${path.parse(photo).name}.png`);
    const image = sharp(photo)
      .autoOrient()
      .resize(width, height, { fit: 'inside', withoutEnlargement: true });
    await image.png().toFile(file);
  }
}

await Promise.all([thumbnails(), thumbnails()]);
