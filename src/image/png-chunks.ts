// What a PNG is made of: its size, and the file without its remarks. libvips writes a source's resolution into every PNG,
// so that equal pixels from a scanner and from a phone would be two files.

/** What decides the pixels (PNG specification, third edition, 11.2 and 11.3.1); any other chunk is a remark. */
const KEPT: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

const SIGNATURE_BYTES = 8;
/** Length, type and checksum. */
const CHUNK_FRAME_BYTES = 12;

/** `png` with the chunks alone that decide its pixels. `png` is a whole PNG, as an encoder made it. */
export function withoutRemarks(png: Buffer): Buffer {
  const parts = [png.subarray(0, SIGNATURE_BYTES)];
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const end = at + CHUNK_FRAME_BYTES + png.readUInt32BE(at);
    if (KEPT.has(png.toString('latin1', at + 4, at + 8))) parts.push(png.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Pixels, as the first chunk says (11.2.1); undefined for what is no PNG. */
export function pngSize(bytes: Buffer): { width: number; height: number } | undefined {
  const isPng = bytes.subarray(0, SIGNATURE_BYTES).equals(SIGNATURE) && bytes.length >= 24;
  if (!isPng || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
