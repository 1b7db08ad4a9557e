// A HEIF file that libheif has read: its items, their types, and the properties that move pixels.

import { unsupportedFeatureError } from '../../../../errors.js';
import { DecoderFailure } from '../../sharp-image.js';
import { dropSequenceBrands } from './brands.js';
import { type Decoded, withFirstOf } from './decoded.js';
import { HeifImage, type PictureSource } from './heif-image.js';
import { acquire, type Libheif, release } from './module.js';
import { fourCharacters, HeifError, MAX_LISTED, SESSION_BYTES, Session } from './session.js';
import { ERROR_CODE, LIMITS, MIRROR_HORIZONTALLY } from './structs.js';

/** What libheif refuses before it allocates anything for it. A picture of 200 megapixels has 822 items. */
const MAX = {
  tiles: 65_536,
  items: 4096,
  childrenPerBox: 4096,
  extentsPerItem: 256,
  profileBytes: 4 * 2 ** 20,
} as const;

/** Types of references that an item may have; more are not looked at. */
const MAX_REFERENCE_TYPES = 16;

/** A property that moves pixels (ISO/IEC 23008-12, 6.5). */
export type Transformation =
  /** Counterclockwise. */
  | { readonly type: 'irot'; readonly degrees: number }
  /** `horizontally`: left and right change places. */
  | { readonly type: 'imir'; readonly flip: 'horizontally' | 'vertically' }
  /** @param width Pixels of the picture, as the properties before this one leave it. */
  | { readonly type: 'clap'; readonly borders: (width: number, height: number) => Borders };

/** Pixels that a `clap` removes. Of a malformed one they may be negative, or more than there are. */
export interface Borders {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** An open file. It must be closed. */
export class HeifFile {
  readonly #heif: Libheif;
  readonly #session: Session;
  /** Address of the file, and its bytes. */
  readonly #address: number;
  readonly #length: number;
  #isClosed = false;

  private constructor(heif: Libheif, session: Session, address: number, length: number) {
    this.#heif = heif;
    this.#session = session;
    this.#address = address;
    this.#length = length;
  }

  /**
   * @param maxBytes Memory that libheif may take, without the file.
   * @throws as {@link use}.
   */
  static open(bytes: Uint8Array, maxBytes: number): HeifFile {
    const heif = acquire();
    const file = heif.run(maxBytes + bytes.length, () => HeifFile.#copy(heif, bytes));
    file.use(maxBytes, () => {
      const { calls, context } = file.#session;
      calls.heif_context_set_max_decoding_threads(context, 0);
      file.#session.check(
        calls.heif_context_read_from_memory_without_copy,
        ...[context, file.#address, bytes.length, 0],
      );
    });
    return file;
  }

  static #copy(heif: Libheif, bytes: Uint8Array): HeifFile {
    const { calls } = heif;
    const address = calls.malloc(bytes.length + SESSION_BYTES) >>> 0;
    if (address === 0) throw new DecoderFailure([], new Error('the file is too large for libheif'));
    heif.heap.set(bytes, address);
    dropSequenceBrands(Buffer.from(heif.heap.buffer, address, bytes.length));
    const session = new Session(heif, calls.heif_context_alloc(), (address + bytes.length + 15) & ~15);
    return new HeifFile(heif, session, address, bytes.length);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether it takes so little memory that it may stay open for a while. */
  get isSmall(): boolean {
    return this.#heif.isReusable;
  }

  /**
   * Does work with the file; it is closed if that fails.
   * @param maxBytes Memory that libheif may take, without the file.
   * @throws {DecoderFailure} The file is damaged, or takes more memory.
   * @throws {ThumbsError} `UNSUPPORTED`
   * @throws {MemoryShortage} The system has no more memory.
   * @throws what `work` throws.
   */
  use<T>(maxBytes: number, work: () => T): T {
    try {
      return this.#heif.run(maxBytes + this.#length, () => {
        limit(this.#session, maxBytes);
        return work();
      });
    } catch (error) {
      this.close();
      throw error instanceof HeifError ? refusalOf(error) : error;
    }
  }

  /** Frees what libheif has allocated for it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#heif.isReusable) return;
    const { calls, context } = this.#session;
    calls.heif_context_free(context);
    calls.free(this.#address);
    release(this.#heif);
  }

  /** The id of the primary item; undefined for a file that has none, but a sequence. @throws {HeifError} */
  primaryId(): number | undefined {
    const { calls, context } = this.#session;
    try {
      return this.#session.result(calls.heif_context_get_primary_image_ID, context);
    } catch (error) {
      if (error instanceof HeifError && calls.heif_context_has_sequence(context) !== 0) return undefined;
      throw error;
    }
  }

  /** Pixels of the pictures of a sequence. @throws {HeifError} */
  trackSize(): { readonly width: number; readonly height: number } {
    const { calls, scratch } = this.#session;
    return this.#withTrack((track) => {
      this.#session.check(calls.heif_track_get_image_resolution, track, scratch, scratch + 4);
      const view = this.#session.view();
      return { width: view.getUint16(scratch, true), height: view.getUint16(scratch + 4, true) };
    });
  }

  /** Calls `use` with a picture whose pixels are to be read. @param id Undefined for the first of a sequence. @throws {HeifError} */
  withPicture<T>(id: number | undefined, use: (picture: PictureSource) => T): T {
    if (id !== undefined) return this.withImage(id, use);
    return this.#withTrack((track) => {
      const read = <R>(handle: (decoded: Decoded) => R) => withFirstOf(this.#session, track, handle);
      return use({
        withTile: (_column, _row, handle) => read(handle),
        withWhole: (_, handle) => read(handle),
      });
    });
  }

  /** Calls `use` with the first track that is visual. */
  #withTrack<T>(use: (track: number) => T): T {
    const { calls, context } = this.#session;
    const track = calls.heif_context_get_track(context, 0);
    if (track === 0) throw new DecoderFailure([], new Error('its sequence has no pictures'));
    try {
      return use(track);
    } finally {
      calls.heif_track_release(track);
    }
  }

  /** Four characters: `hvc1`, `grid`, `iovl`. */
  typeOf(id: number): string {
    return fourCharacters(this.#session.calls.heif_item_get_item_type(this.#session.context, id));
  }

  /** The items that a derived one is made of. */
  inputsOf(id: number): number[] {
    const { calls, context, scratch } = this.#session;
    const [typeAt, listAt] = [scratch, scratch + 4];
    for (let index = 0; index < MAX_REFERENCE_TYPES; index += 1) {
      const count = calls.heif_context_get_item_references(context, id, index, typeAt, listAt);
      if (count === 0) break;
      const list = this.#session.u32(listAt);
      const ids = this.#session.list(count, list);
      const type = fourCharacters(this.#session.u32(typeAt));
      calls.heif_release_item_references(context, listAt);
      if (type === 'dimg') return ids;
    }
    return [];
  }

  /**
   * Calls `use` with an item that is a picture.
   * @throws {HeifError}
   */
  withImage<T>(id: number, use: (image: HeifImage) => T): T {
    const { calls, context } = this.#session;
    const handle = this.#session.result(calls.heif_context_get_image_handle, context, id);
    try {
      return use(new HeifImage(this.#session, handle, id));
    } finally {
      calls.heif_image_handle_release(handle);
    }
  }

  /** The properties of an item that move its pixels, in the order in which they apply. */
  transformationsOf(id: number): Transformation[] {
    const { calls, context, scratch } = this.#session;
    const count = calls.heif_item_get_transformation_properties(context, id, scratch, MAX_LISTED);
    return this.#session.list(count).map((property): Transformation => {
      const type = fourCharacters(calls.heif_item_get_property_type(context, id, property));
      if (type === 'irot') {
        const degrees = calls.heif_item_get_property_transform_rotation_ccw(context, id, property);
        return { type, degrees };
      }
      if (type === 'imir') {
        const direction = calls.heif_item_get_property_transform_mirror(context, id, property);
        return { type, flip: direction === MIRROR_HORIZONTALLY ? 'horizontally' : 'vertically' };
      }
      return { type: 'clap', borders: (width, height) => this.#borders(id, property, width, height) };
    });
  }

  #borders(id: number, property: number, width: number, height: number): Borders {
    const { calls, context, scratch } = this.#session;
    const addresses = [scratch, scratch + 4, scratch + 8, scratch + 12];
    calls.heif_item_get_property_transform_crop_borders(context, id, property, width, height, ...addresses);
    const border = (index: number) => this.#session.i32(scratch + 4 * index);
    return { left: border(0), top: border(1), right: border(2), bottom: border(3) };
  }
}

/** What an error of libheif means for the file. */
function refusalOf(error: HeifError): Error {
  if (error.code !== ERROR_CODE.unsupported && error.code !== ERROR_CODE.plugin)
    return new DecoderFailure([], error);
  const [, what = error.message] = /^Unsupported feature: (.+?)\.?$/.exec(error.message) ?? [];
  return unsupportedFeatureError('heic', `what libheif does not read (${what})`, error);
}

/** Sets what libheif may do at most with a file. It looks at these limits again and again. */
function limit(session: Session, maxBytes: number): void {
  const limits = session.calls.heif_context_get_security_limits(session.context);
  const view = session.view();
  // No limit: the size is checked before anything is decoded, against the limit of the run.
  view.setBigUint64(limits + LIMITS.imagePixels, 0n, true);
  view.setBigUint64(limits + LIMITS.tiles, BigInt(MAX.tiles), true);
  view.setUint32(limits + LIMITS.items, MAX.items, true);
  view.setUint32(limits + LIMITS.profileBytes, MAX.profileBytes, true);
  view.setBigUint64(limits + LIMITS.blockBytes, BigInt(Math.ceil(maxBytes)), true);
  view.setUint32(limits + LIMITS.extentsPerItem, MAX.extentsPerItem, true);
  view.setUint32(limits + LIMITS.childrenPerBox, MAX.childrenPerBox, true);
  view.setBigUint64(limits + LIMITS.totalBytes, BigInt(Math.ceil(maxBytes)), true);
}
