// napi-image.js OUT WIDTHxHEIGHT SHRINK PHOTO...    (it does not shrink on load). NAPI_IMAGE: the package's folder.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const { Transformer, ResizeFit } = createRequire(import.meta.url)(process.env.NAPI_IMAGE);
const [out, size, , ...photos] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);

for (const photo of photos) {
  const image = new Transformer(fs.readFileSync(photo)).rotate();
  const { width: sourceWidth, height: sourceHeight } = await image.metadata();
  const isSmaller = sourceWidth <= width && sourceHeight <= height;
  if (!isSmaller) image.fastResize({ width, height, fit: ResizeFit.Inside });
  fs.writeFileSync(path.join(out, `${path.parse(photo).name}.png`), await image.png({}));
}
