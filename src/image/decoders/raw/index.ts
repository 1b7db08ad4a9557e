// The RAW decoder. Sensor data is not developed: the thumbnail is made of a JPEG that the camera has put into the file.

import type { Decoder, OpenImage, OpenRequest, Reader } from '../decoder.js';
import { jpeg } from '../jpeg/index.js';
import { SharedReads } from '../shared-reads.js';
import type { RawPreview } from './preview.js';
import { isRaw } from './recognition.js';

/** Increased by hand whenever another preview may be chosen, or turned otherwise. */
const PREVIEWS_VERSION = 1;

export const raw: Decoder = {
  name: 'RAW',
  extensions: 'cr2 cr3 nef nrw arw sr2 dng orf rw2 raf pef srw 3fr iiq gpr'.split(' '),
  // Those of the JPEG decoder, which reads the previews.
  loaders: jpeg.loaders,
  // What finds previews is loaded with the first RAW file.
  load: async () => {
    const [first, ...others] = await jpeg.load();
    return [ofWholeFile(first), ...others.map(ofWholeFile)];
  },
  isRaw: true,
  readBy: (versions) => ['the preview in the file', ...jpeg.readBy(versions)],
  versions: () => ({ previews: PREVIEWS_VERSION }),
  heeds: ({ jpegReader }) => (jpegReader === 'own' ? {} : { jpegReader }),
  recognizes: ({ bytes }) => isRaw(bytes),
};

/** The JPEG decoder's readers, for a preview that has been found already. */
export async function previewReaders(preview: RawPreview): Promise<readonly Reader[]> {
  return (await jpeg.load()).map(
    (read): Reader =>
      (_, request) =>
        openPreview(read, preview, request),
  );
}

function ofWholeFile(read: Reader): Reader {
  return async (bytes, request) => {
    const { previewOf } = await import('./preview.js');
    return openPreview(read, previewOf(bytes, request), request);
  };
}

/** The photo by its preview. A picture in the preview's own EXIF is not looked for. */
async function openPreview(
  read: Reader,
  { jpeg: bytes, size, photo }: RawPreview,
  request: OpenRequest,
): Promise<OpenImage> {
  const { shared, decoding } = request;
  // Another preview of the file is another image.
  const ofPreview = shared.once(
    `image ${bytes.length} ${size.width}x${size.height}`,
    () => new SharedReads(shared),
  );
  const image = await read(bytes, {
    ...request,
    shared: ofPreview,
    decoding: { ...decoding, embedded: 'never' },
  });
  return { ...image, from: { kind: 'preview', ...size }, photo };
}
