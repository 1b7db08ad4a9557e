// The JPEG decoder: our own reader reads what it supports at a reduced size, libvips reads the rest. Only where it is asked for, a smaller
// picture in the file stands for the full one.

import { Declined } from '../declined.js';
import type { Decoder, Reader } from '../decoder.js';
import { libvipsReader, takenAtByLibvips } from '../libvips/libvips.js';
import { hasSignature } from '../recognition.js';
import { isWholeJpeg } from './header/structure.js';
import { wholeJpegs } from './whole.js';

export const jpeg: Decoder = {
  name: 'JPEG',
  // The first picture of an MPO (CIPA DC-007) is a whole JPEG; further ones follow it.
  extensions: ['jpg', 'jpeg', 'jpe', 'jfif', 'mpo'],
  // Our own reader passes pixels with a profile to sharp as a TIFF.
  loaders: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadTiffBuffer'],
  load: async () => {
    const { openReduced } = await import('./open.js');
    return [embedded, async (bytes, request) => openReduced(bytes, request), libvips];
  },
  takenAt: async (bytes) => {
    const { takenAtOf } = await import('./open.js');
    try {
      return takenAtOf(bytes);
    } catch (error) {
      if (!(error instanceof Declined)) throw error;
      return await takenAtByLibvips(bytes);
    }
  },
  // Other values of `embedded` are the same to it.
  heeds: ({ embedded, jpegReader }) => ({
    ...(embedded === 'always' ? { embedded } : {}),
    ...(jpegReader === 'own' ? {} : { jpegReader }),
  }),
  readBy: ({ libvips }) => ['own reader', `libvips ${libvips}`],
  recognizes: (head) => hasSignature(head, /^ffd8ff/),
};

/** Loaded when it is first asked for. */
const embedded: Reader = async (bytes, request) => {
  if (request.decoding.embedded !== 'always') throw new Declined('the full picture is asked for');
  const { openEmbedded } = await import('./embedded/open.js');
  return openEmbedded(bytes, request);
};

const libvips: Reader = libvipsReader({ ...wholeJpegs, isWhole: isWholeJpeg });
