// A manifest as a run over that many photos would leave it, but for the photos and the thumbnails: they are not there.
import { createHash } from 'node:crypto';

/** Photos in one folder. */
const IN_FOLDER = 1000;

/** The name of photo `index`; names sort as the indices do. */
export function syntheticSource(index) {
  const folder = String(Math.floor(index / IN_FOLDER)).padStart(4, '0');
  return `photos/${folder}/IMG_${String(index % IN_FOLDER).padStart(4, '0')}.jpg`;
}

/** What a look at the photo would tell. */
export function syntheticFacts(index) {
  const sourceMtimeMs = 1_763_676_000_000 + index;
  return { sourceBytes: 2_000_000 + index, sourceMtimeMs, sourceMtimeNs: `${sourceMtimeMs}123456` };
}

/** The lines of the manifest, each with its newline. */
export function* syntheticManifest(records) {
  yield `${JSON.stringify({ manifest: 'thumbs', version: 1, options: 'synthetic' })}\n`;
  for (let index = 0; index < records; index += 1) {
    const digest = createHash('sha256').update(String(index)).digest('hex');
    const record = {
      source: syntheticSource(index),
      status: 'done',
      thumbnails: [{ file: `${digest}.png`, width: 200, height: 133, bytes: 50_000 + (index % 10_000) }],
      sourceFormat: 'jpeg',
      sourceWidth: 3872,
      sourceHeight: 2592,
      ...syntheticFacts(index),
      sourceXxh128: digest.slice(0, 32),
    };
    yield `${JSON.stringify(record)}\n`;
  }
}
