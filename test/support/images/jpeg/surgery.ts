// Changes to single segments of a sound JPEG.

import { type Piece, piecesOf } from '../image-pieces.js';

/** The first segment with this marker; a scan with its data. */
export function pieceOf(jpeg: Buffer, marker: number): Piece {
  const piece = piecesOf(jpeg).find(({ start }) => jpeg[start + 1] === marker);
  if (piece === undefined) throw new Error(`Expected a segment of type ${marker.toString(16)}`);
  return piece;
}

/** A copy in which the byte that is `offset` behind a marker is `value`: 2 and 3 are the length, the payload begins at 4. */
export function withByte(jpeg: Buffer, marker: number, offset: number, value: number): Buffer {
  const copy = Buffer.from(jpeg);
  copy[pieceOf(jpeg, marker).start + offset] = value;
  return copy;
}

/** Without any segment of this type. */
export function without(jpeg: Buffer, marker: number): Buffer {
  const others = piecesOf(jpeg).filter(({ start }) => jpeg[start + 1] !== marker);
  const last = piecesOf(jpeg).at(-1)?.end ?? 2;
  const kept = others.map(({ start, end }) => jpeg.subarray(start, end));
  return Buffer.concat([jpeg.subarray(0, 2), ...kept, jpeg.subarray(last)]);
}

/** With `bytes` before the first segment of this type. */
export function withBefore(jpeg: Buffer, marker: number, bytes: Buffer): Buffer {
  const { start } = pieceOf(jpeg, marker);
  return Buffer.concat([jpeg.subarray(0, start), bytes, jpeg.subarray(start)]);
}

/** With `bytes` behind the data of the first scan. */
export function withBehindScan(jpeg: Buffer, bytes: Buffer): Buffer {
  const { end } = pieceOf(jpeg, 0xda);
  return Buffer.concat([jpeg.subarray(0, end), bytes, jpeg.subarray(end)]);
}

/** The segment of this type again, behind the first. */
export function doubled(jpeg: Buffer, marker: number): Buffer {
  const { start, end } = pieceOf(jpeg, marker);
  return Buffer.concat([jpeg.subarray(0, end), jpeg.subarray(start)]);
}
