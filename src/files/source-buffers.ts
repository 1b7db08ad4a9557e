// The memory that sources are read into, used again for later ones: a new buffer for each photo of 2.9 MB waits for the garbage
// collector, and makes a consumer's peak memory 27 MB larger.

/** Larger buffers are not kept. */
export const KEPT_BUFFER_BYTES = 32_000_000;

/** One for the running job, one for the next. */
const KEPT_BUFFERS = 2;

const free: Buffer[] = [];

/** A buffer of `size` bytes with arbitrary content; {@link releaseBuffer} it when it is no longer used. */
export function acquireBuffer(size: number): Buffer {
  const kept = free.pop();
  const buffer = kept === undefined || kept.length < size ? Buffer.allocUnsafeSlow(size) : kept;
  return buffer.subarray(0, size);
}

/** Lets later reads use the memory of `bytes`, which nobody may use any more. */
export function releaseBuffer(bytes: Buffer): void {
  const whole = Buffer.from(bytes.buffer, 0, bytes.buffer.byteLength);
  if (whole.length <= KEPT_BUFFER_BYTES && free.length < KEPT_BUFFERS) free.push(whole);
}
