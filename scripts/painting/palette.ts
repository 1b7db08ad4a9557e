// The colours of the scenes.

import type { Rgb } from './canvas.js';

export interface Palette {
  zenith: Rgb;
  horizon: Rgb;
  sun: Rgb;
  land: Rgb;
  /** The nearest land. */
  near: Rgb;
}

export const PALETTES = {
  dawn: palette([86, 122, 178], [252, 206, 168], [255, 226, 170], [64, 84, 122], [20, 32, 40]),
  noon: palette([46, 106, 186], [196, 222, 240], [255, 250, 228], [60, 92, 104], [26, 48, 30]),
  dusk: palette([52, 56, 110], [255, 148, 84], [255, 206, 120], [84, 52, 92], [24, 16, 34]),
  mist: palette([138, 158, 172], [226, 230, 226], [255, 250, 236], [70, 96, 98], [22, 40, 38]),
  night: palette([5, 9, 28], [24, 52, 78], [60, 100, 120], [16, 30, 46], [3, 6, 10]),
  sand: palette([52, 112, 188], [238, 226, 206], [255, 244, 214], [214, 150, 92], [128, 62, 34]),
};
export type Light = keyof typeof PALETTES;

export const WHITE: Rgb = [255, 255, 255];
export const MEADOW = [rgb(0x78aa3c), rgb(0xbed66e), rgb(0x3c783c), rgb(0xf0bed2)];
export const PETALS = [rgb(0xfaecf0), rgb(0xf478a0), rgb(0xfa963c), rgb(0x966edc)];

export function rgb(hex: number): Rgb {
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
}

function palette(zenith: Rgb, horizon: Rgb, sun: Rgb, land: Rgb, near: Rgb): Palette {
  return { zenith, horizon, sun, land, near };
}
