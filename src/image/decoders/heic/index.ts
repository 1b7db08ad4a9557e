// The HEIC decoder: HEIF files with HEVC pictures, by libheif-js. Nothing of it is loaded before the first such file.

import { createRequire } from 'node:module';
import { systemCode } from '../../../errors.js';
import type { Decoder, Lack } from '../decoder.js';

/** Brands of HEIF files whose pictures are HEVC (ISO/IEC 23008-12, annex B). */
const HEVC_BRAND = /^(?:hei[cxms]|hev[cxms])$/;
/** Brands of HEIF files whatever their pictures are; MIAF is a profile of HEIF (ISO/IEC 23000-22). */
const ANY_HEIF_BRAND = /^(?:mif[12]|msf1|miaf|MiHE|MiHA|MiHB)$/;
/** Brands of other formats that may name HEIF's beside their own: AVIF, which libvips reads, and Canon's RAW files. */
const OTHER_BRAND = /^(?:avif|avis|crx )$/;

/** Increased by hand whenever the same file would have other pixels by another reason than a new libheif-js. */
const READER_VERSION = 1;

const LACK: Lack = {
  needs: 'libheif-js',
  kind: 'package',
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
  readBy: () => [`libheif-js ${installedVersion() ?? ''}`.trimEnd()],
  takenAt: async (bytes) => (await import('./open.js')).takenAtOf(bytes),
  lacks: () => (installedVersion() === undefined ? LACK : undefined),
  versions: () => ({ reader: READER_VERSION, 'libheif-js': installedVersion() }),
  // Other values of `embedded` are the same to it.
  heeds: ({ embedded }) => (embedded === 'never' ? { embedded } : {}),
  recognizes: ({ brands }) =>
    brands !== undefined &&
    !brands.some((brand) => OTHER_BRAND.test(brand)) &&
    (ANY_HEIF_BRAND.test(brands[0] ?? '') || brands.some((brand) => HEVC_BRAND.test(brand))),
};

/** Null when it is not installed, undefined until it was looked for. */
let version: string | null | undefined;

/** The version of libheif-js, which is found and not loaded; undefined when it is not installed. */
function installedVersion(): string | undefined {
  if (version === undefined) version = readVersion();
  return version ?? undefined;
}

function readVersion(): string | null {
  try {
    const manifest: unknown = createRequire(import.meta.url)('libheif-js/package.json');
    const found: unknown = Object(manifest).version;
    return typeof found === 'string' ? found : null;
  } catch (error) {
    if (systemCode(error) !== 'MODULE_NOT_FOUND') throw error;
    return null;
  }
}
