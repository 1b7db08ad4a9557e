// A picture in a HEIF file: what its header says, its profile and metadata, and its pixels.

import { type Decoded, withDecoded } from './decoded.js';
import { MAX_LISTED, type Session } from './session.js';
import { AS_STORED, TILING } from './structs.js';

/** An Exif item with more bytes is not read. */
const MAX_EXIF_BYTES = 2 ** 20;
/** Before the TIFF structure of an Exif item: the distance to it (ISO/IEC 23008-12, A.2.1). */
const EXIF_HEADER_BYTES = 4;

/** Types of auxiliary pictures that are alpha planes (ISO/IEC 23008-12, 6.5.8 and B.2.3.1.2; ISO/IEC 23000-22). */
const ALPHA_TYPES: ReadonlySet<string> = new Set([
  'urn:mpeg:hevc:2015:auxid:1',
  'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha',
]);

/** How a picture is divided: pixels as stored. A picture that is not divided is one tile. */
export interface Tiling {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly width: number;
  readonly height: number;
}

/** What pixels are read from. */
export type PictureSource = Pick<HeifImage, 'withTile' | 'withWhole'>;

/** One picture of a file. */
export class HeifImage {
  readonly id: number;
  readonly #session: Session;
  readonly #handle: number;

  constructor(session: Session, handle: number, id: number) {
    this.#session = session;
    this.#handle = handle;
    this.id = id;
  }

  /** Pixels, after all transformations. */
  get width(): number {
    return this.#session.calls.heif_image_handle_get_width(this.#handle);
  }

  /** Pixels, after all transformations. */
  get height(): number {
    return this.#session.calls.heif_image_handle_get_height(this.#handle);
  }

  /** Of a sample of luma; -1 when the header does not say. */
  get bits(): number {
    return this.#session.calls.heif_image_handle_get_luma_bits_per_pixel(this.#handle);
  }

  get hasAlpha(): boolean {
    return this.#session.calls.heif_image_handle_has_alpha_channel(this.#handle) !== 0;
  }

  get isPremultiplied(): boolean {
    return this.#session.calls.heif_image_handle_is_premultiplied_alpha(this.#handle) !== 0;
  }

  /** @throws {HeifError} */
  get tiling(): Tiling {
    const { calls, scratch } = this.#session;
    this.#session.check(calls.heif_image_handle_get_image_tiling, this.#handle, 0, scratch);
    const number = (offset: number) => this.#session.u32(scratch + offset);
    return {
      columns: number(TILING.columns),
      rows: number(TILING.rows),
      tileWidth: number(TILING.tileWidth),
      tileHeight: number(TILING.tileHeight),
      width: number(TILING.width),
      height: number(TILING.height),
    };
  }

  /** The ICC profile. @throws {HeifError} */
  get profile(): Buffer | undefined {
    const { calls } = this.#session;
    const length = calls.heif_image_handle_get_raw_color_profile_size(this.#handle);
    if (length === 0) return undefined;
    return this.#copied(length, (address) => {
      this.#session.check(calls.heif_image_handle_get_raw_color_profile, this.#handle, address);
    });
  }

  /** Ids of the smaller pictures of it. */
  get thumbnailIds(): number[] {
    const { calls, scratch } = this.#session;
    const count = calls.heif_image_handle_get_list_of_thumbnail_IDs(this.#handle, scratch, MAX_LISTED);
    return this.#session.list(count);
  }

  /** The id of its alpha plane, which is a picture of its own. @throws {HeifError} */
  get alphaId(): number | undefined {
    const { calls, scratch } = this.#session;
    const count = calls.heif_image_handle_get_list_of_auxiliary_image_IDs(
      ...[this.#handle, 0, scratch, MAX_LISTED],
    );
    return this.#session.list(count).find((id) => ALPHA_TYPES.has(this.#auxiliaryType(id)));
  }

  #auxiliaryType(id: number): string {
    const { calls, scratch } = this.#session;
    const get = calls.heif_image_handle_get_auxiliary_image_handle;
    const handle = this.#session.result(get, this.#handle, id);
    try {
      const at = this.#session.result(calls.heif_image_handle_get_auxiliary_type, handle);
      const type = this.#session.text(at);
      calls.heif_image_handle_release_auxiliary_type(handle, scratch);
      return type;
    } finally {
      calls.heif_image_handle_release(handle);
    }
  }

  /** The TIFF structure of its Exif item; undefined when there is none, or it is malformed. */
  get exif(): Buffer | undefined {
    const { calls } = this.#session;
    const [id] = this.#exifIds();
    if (id === undefined) return undefined;
    const length = calls.heif_image_handle_get_metadata_size(this.#handle, id);
    if (length <= EXIF_HEADER_BYTES || length > MAX_EXIF_BYTES) return undefined;
    const item = this.#copied(length, (address) => {
      this.#session.check(calls.heif_image_handle_get_metadata, this.#handle, id, address);
    });
    const start = EXIF_HEADER_BYTES + item.readUInt32BE(0);
    return start < item.length ? item.subarray(start) : undefined;
  }

  #exifIds(): number[] {
    const { calls, scratch } = this.#session;
    // The name that is asked for, then the ids.
    const list = scratch + 8;
    const view = this.#session.view();
    for (const [index, byte] of Buffer.from('Exif\0').entries()) view.setUint8(scratch + index, byte);
    const count = calls.heif_image_handle_get_list_of_metadata_block_IDs(this.#handle, scratch, list, 1);
    return this.#session.list(Math.min(count, 1), list);
  }

  /**
   * Calls `use` with the samples of a tile, without any transformation.
   * @throws {HeifError}
   */
  withTile<T>(column: number, row: number, use: (decoded: Decoded) => T): T {
    const { calls, scratch } = this.#session;
    return withDecoded(this.#session, true, use, (options) => {
      this.#session.check(
        calls.heif_image_handle_decode_image_tile,
        ...[this.#handle, scratch, AS_STORED, AS_STORED, options, column, row],
      );
    });
  }

  /**
   * Calls `use` with the samples of the whole picture: after all transformations, or without any.
   * @throws {HeifError}
   */
  withWhole<T>(isTransformed: boolean, use: (decoded: Decoded) => T): T {
    const { calls, scratch } = this.#session;
    return withDecoded(this.#session, !isTransformed, use, (options) => {
      this.#session.check(calls.heif_decode_image, this.#handle, scratch, AS_STORED, AS_STORED, options);
    });
  }

  /** What a call writes to memory that is freed then. */
  #copied(length: number, write: (address: number) => void): Buffer {
    const { calls } = this.#session;
    const address = calls.malloc(length) >>> 0;
    try {
      write(address);
      return this.#session.copy(address, length);
    } finally {
      calls.free(address);
    }
  }
}
