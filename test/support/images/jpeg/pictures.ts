// Pictures that stand in for photographs: painted scenes at any size, with texture and grain.

import sharp from 'sharp';
import { fbm, mulberry32 } from '../../../../scripts/painting/noise.js';
import { paintScene, type SceneName } from '../../../../scripts/painting/scene.js';
import type { Raw } from './components.js';

/** Scenes are painted at this size, and resized to the one that is asked for. */
const PAINTED = { width: 320, height: 240 };
const TILE = 512;

export interface PictureOptions {
  readonly scene: SceneName;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  /** How many times more colourful than painted. @default 1 */
  readonly saturation?: number;
  readonly grey?: boolean;
}

const painted = new Map<string, Uint8Array>();

/** A scene, painted once for all sizes. */
function paint(scene: SceneName, seed: number): Uint8Array {
  const key = `${scene} ${seed}`;
  const data = painted.get(key) ?? paintScene(scene, 'dusk', PAINTED.width, PAINTED.height, seed).data;
  painted.set(key, data);
  return data;
}

let tile: Float32Array | undefined;

/** Noise around zero: surface texture, and on it grain as sensors give it. */
function makeTile(): Float32Array {
  const random = mulberry32(5);
  return Float32Array.from({ length: TILE * TILE }, (_, at) => {
    const texture = (fbm((at % TILE) / 14, Math.floor(at / TILE) / 14, 4, 5) - 0.5) * 60;
    return texture + (random() + random() + random() + random() - 2) * 10;
  });
}

/** The same options give the same pixels. */
export async function picture(options: PictureOptions): Promise<Raw> {
  const { scene, width, height, seed, saturation = 1, grey = false } = options;
  const data = await sharp(paint(scene, seed), { raw: { ...PAINTED, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .modulate({ saturation })
    .raw()
    .toBuffer();
  tile ??= makeTile();
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const added = tile[((y + 31 * seed) % TILE) * TILE + ((x + 17 * seed) % TILE)] ?? 0;
    for (let at = 3 * pixel; at < 3 * pixel + 3; at += 1)
      data[at] = Math.max(0, Math.min(255, (data[at] ?? 0) + added));
  }
  if (!grey) return { data, width, height, channels: 3 };
  return { data: data.filter((_, at) => at % 3 === 1), width, height, channels: 1 };
}
