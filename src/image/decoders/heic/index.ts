// The HEIC decoder: HEIF files with HEVC pictures, by libheif-js. Nothing of it is loaded before the first such file.

import { createRequire } from 'node:module';
import type { Decoder, Lack } from '../decoder.js';

/** Brands of HEIF files whose pictures are HEVC (ISO/IEC 23008-12, annex B). */
const HEVC_BRAND = /^(?:hei[cxms]|hev[cxms])$/;
/** Brands of HEIF files whatever their pictures are; MIAF is a profile of HEIF (ISO/IEC 23000-22). */
const ANY_HEIF_BRAND = /^(?:mif[12]|msf1|miaf|MiHE|MiHA|MiHB)$/;
/** Brands of other formats that may name HEIF's beside their own: AVIF, which libvips reads, and Canon's RAW files. */
const OTHER_BRAND = /^(?:avif|avis|crx )$/;

const LACK: Lack = {
  needs: 'libheif-js',
  reason: 'libheif-js is not installed',
  remedy: 'npm install libheif-js',
};

export const heic: Decoder = {
  name: 'HEIC',
  extensions: ['heic', 'heif', 'heics', 'heifs', 'hif'],
  // The pixels go to sharp as a TIFF; AV1 pictures are left to libvips.
  loaders: ['VipsForeignLoadTiffBuffer', 'VipsForeignLoadHeifBuffer'],
  load: async () => [
    async (bytes, request) => (await import('./open.js')).openEmbedded(bytes, request),
    async (bytes, request) => (await import('./open.js')).openFull(bytes, request),
  ],
  lacks: () => (isInstalled() ? undefined : LACK),
  recognizes: ({ brands }) =>
    brands !== undefined &&
    !brands.some((brand) => OTHER_BRAND.test(brand)) &&
    (ANY_HEIF_BRAND.test(brands[0] ?? '') || brands.some((brand) => HEVC_BRAND.test(brand))),
};

let installed: boolean | undefined;

/** Whether libheif-js can be found; it is not loaded. */
function isInstalled(): boolean {
  installed ??= canResolve();
  return installed;
}

function canResolve(): boolean {
  try {
    createRequire(import.meta.url).resolve('libheif-js/libheif-wasm/libheif.wasm');
    return true;
  } catch {
    // Whatever keeps it from being found keeps it from being loaded.
    return false;
  }
}
