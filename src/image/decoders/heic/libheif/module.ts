// libheif-js: loaded once, for the first HEIC; its instances, their memory, and what ends one. It knows nothing of pictures.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { MemoryShortage } from '../../../limits.js';
import { DecoderFailure } from '../../sharp-image.js';

/** The functions of libheif's C API that are used (libheif 1.23). Those that return an error write it where their first argument points. */
const FUNCTIONS = [
  'malloc',
  'free',
  'heif_context_alloc',
  'heif_context_free',
  'heif_context_get_security_limits',
  'heif_context_read_from_memory_without_copy',
  'heif_context_set_max_decoding_threads',
  'heif_context_get_primary_image_ID',
  'heif_context_get_image_handle',
  'heif_context_get_item_references',
  'heif_release_item_references',
  'heif_context_has_sequence',
  'heif_context_get_track',
  'heif_track_get_image_resolution',
  'heif_track_decode_next_image',
  'heif_track_release',
  'heif_item_get_item_type',
  'heif_item_get_transformation_properties',
  'heif_item_get_property_type',
  'heif_item_get_property_transform_rotation_ccw',
  'heif_item_get_property_transform_mirror',
  'heif_item_get_property_transform_crop_borders',
  'heif_image_handle_release',
  'heif_image_handle_get_width',
  'heif_image_handle_get_height',
  'heif_image_handle_get_luma_bits_per_pixel',
  'heif_image_handle_has_alpha_channel',
  'heif_image_handle_is_premultiplied_alpha',
  'heif_image_handle_get_image_tiling',
  'heif_image_handle_decode_image_tile',
  'heif_image_handle_get_raw_color_profile_size',
  'heif_image_handle_get_raw_color_profile',
  'heif_image_handle_get_list_of_thumbnail_IDs',
  'heif_image_handle_get_list_of_auxiliary_image_IDs',
  'heif_image_handle_get_auxiliary_image_handle',
  'heif_image_handle_get_auxiliary_type',
  'heif_image_handle_release_auxiliary_type',
  'heif_image_handle_get_list_of_metadata_block_IDs',
  'heif_image_handle_get_metadata_size',
  'heif_image_handle_get_metadata',
  'heif_decoding_options_alloc',
  'heif_decoding_options_free',
  'heif_decode_image',
  'heif_image_release',
  'heif_image_get_colorspace',
  'heif_image_get_chroma_format',
  'heif_image_has_channel',
  'heif_image_get_width',
  'heif_image_get_height',
  'heif_image_get_bits_per_pixel_range',
  'heif_image_get_plane_readonly',
  'heif_image_get_nclx_color_profile',
  'heif_nclx_color_profile_free',
] as const;

type FunctionName = (typeof FUNCTIONS)[number];

/** Numbers and addresses; a function without a result returns undefined, which nobody reads. */
type Calls = Readonly<Record<FunctionName, (...values: readonly number[]) => number>>;

/** What Emscripten makes of libheif. */
interface EmscriptenModule {
  /** Another one after the memory has grown. */
  readonly HEAPU8: Uint8Array;
}

type Factory = (options: {
  readonly instantiateWasm: (imports: object, receive: (instance: Instance) => unknown) => unknown;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}) => EmscriptenModule;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The part of the WebAssembly JavaScript API that is used here: TypeScript declares it only in its `dom` library. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => Instance;
  readonly Memory: new (descriptor: { readonly initial: number }) => Memory;
};

/** An instance whose memory has grown beyond this is not used again, because WebAssembly memory cannot shrink. */
const MAX_REUSED_BYTES = 64 * 2 ** 20;
const PAGE_BYTES = 65_536;
const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

/** libheif stopped in the middle: it ran out of memory or stack, or met what it does not expect. Its instance is lost. */
class Trap extends Error {
  override readonly name = 'Trap';
}

/** An instance of libheif with its memory. */
export class Libheif {
  readonly calls: Calls;
  readonly #module: EmscriptenModule;
  readonly #memory: Memory;
  /** The beginning of its memory as it was at first; all behind it was zero. */
  readonly #initial: Uint8Array;
  /** Bytes that the memory may grow to. */
  #maxBytes = MAX_REUSED_BYTES;
  /** Why the memory could not grow, if it could not. */
  #refusal: 'limit' | 'system' | undefined;
  #isLost = false;

  constructor(factory: Factory, compiled: object) {
    let memory: Memory | undefined;
    let failure: unknown;
    this.#module = factory({
      instantiateWasm: (imports, receive) => {
        try {
          const instance = new WebAssembly.Instance(compiled, imports);
          memory = Object.values(instance.exports).find(
            (value) => value instanceof WebAssembly.Memory,
          ) as Memory;
          return receive(instance);
        } catch (error) {
          // Thrown here, it would reject a promise of Emscripten's that nobody waits for.
          failure = error;
          return {};
        }
      },
      // libde265 writes to stderr what is wrong with a damaged picture.
      print: () => {},
      printErr: () => {},
    });
    if (failure !== undefined) throw failure;
    if (memory === undefined) throw new TypeError('libheif-js exports no memory');
    this.#memory = memory;
    this.#initial = this.heap.slice(0, usedBytes(this.heap));
    this.#watchGrowth(memory);
    this.calls = Object.fromEntries(FUNCTIONS.map((name) => [name, this.#call(name)])) as Calls;
  }

  /** All of its memory. It may be another array after each call. */
  get heap(): Uint8Array {
    return this.#module.HEAPU8;
  }

  /**
   * Makes its memory what it was at first: where a picture is damaged, libde265 leaves samples as it finds them, and they must be neither
   * another photo's nor others at the next time. About 0.1 ms for each megabyte that was used.
   */
  forget(): void {
    const { heap } = this;
    heap.fill(0, this.#initial.length, usedBytes(heap));
    heap.set(this.#initial);
  }

  /** Whether it may be used for another file: its memory is whole, and not so large that it must be freed. */
  get isReusable(): boolean {
    return !this.#isLost && this.#refusal === undefined && this.#memory.buffer.byteLength <= MAX_REUSED_BYTES;
  }

  /**
   * Does work with it.
   * @param maxBytes What its memory may grow to.
   * @throws {DecoderFailure} libheif stopped in the middle, or took more memory than that.
   * @throws {MemoryShortage} The system has no more memory.
   * @throws what `work` throws.
   */
  run<T>(maxBytes: number, work: () => T): T {
    this.#maxBytes = maxBytes;
    this.#refusal = undefined;
    try {
      return work();
    } catch (error) {
      if (this.#refusal === 'system') throw new MemoryShortage();
      if (this.#isLost) throw new DecoderFailure([], this.#reasonOf(error));
      throw error;
    }
  }

  #reasonOf(trap: unknown): Error {
    const reason =
      this.#refusal === 'limit'
        ? 'it needs more memory than its header says'
        : `the decoder stopped (${trap instanceof Trap ? trap.message : 'earlier'})`;
    return new Error(reason, { cause: trap });
  }

  #call(name: FunctionName): Calls[FunctionName] {
    const called: unknown = Reflect.get(this.#module, `_${name}`);
    if (typeof called !== 'function') throw new TypeError(`libheif-js has no function ${name}`);
    return (...values) => {
      // Its memory may be in any state.
      if (this.#isLost) throw new Trap('earlier');
      try {
        return called(...values);
      } catch (error) {
        this.#isLost = true;
        // A RuntimeError of WebAssembly, a RangeError (stack), or a number: the address of a C++ exception.
        throw new Trap(error instanceof Error ? error.message : 'an exception', { cause: error });
      }
    };
  }

  /** Emscripten asks for more than it needs, and for less if it does not get it: the last answer counts. */
  #watchGrowth(memory: Memory): void {
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      if (memory.buffer.byteLength + pages * PAGE_BYTES > this.#maxBytes) {
        this.#refusal = 'limit';
        throw new RangeError('beyond the limit');
      }
      try {
        const before = grow(pages);
        this.#refusal = undefined;
        return before;
      } catch (error) {
        this.#refusal = 'system';
        throw error;
      }
    };
  }
}

let loaded: { readonly factory: Factory; readonly compiled: object } | undefined;
let idle: Libheif | undefined;

function instantiate(): Libheif {
  loaded ??= load();
  try {
    return new Libheif(loaded.factory, loaded.compiled);
  } catch (error) {
    if (error instanceof RangeError) throw new MemoryShortage();
    throw error;
  }
}

function load(): { factory: Factory; compiled: object } {
  const require = createRequire(import.meta.url);
  // Not the package's main file, which looks for its WebAssembly in the working directory.
  const factory: Factory = createRequire(import.meta.url)('libheif-js/libheif-wasm/libheif.js');
  const wasm = fs.readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  return { factory, compiled: compileLibheif(wasm) };
}

/**
 * For V8's `--wasm-tiering-budget`: about how many bytes a function executes before V8 optimizes it. `usual` is that of Node.js 20; other
 * versions keep it, too, once libheif is compiled.
 */
const TIERING_BUDGET = { libheif: 300_000_000, usual: 1_800_000 };

/**
 * Compiles libheif so that its functions are optimized later than usual. Threads of V8 would otherwise optimize hundreds of them during
 * the first picture, and take as much CPU time as a small picture itself; of 12 megapixels a quarter. Later pictures take as long as ever.
 */
function compileLibheif(wasm: Uint8Array): object {
  // A module keeps the budget that it was compiled with.
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET.libheif}`);
  try {
    return new WebAssembly.Module(wasm);
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET.usual}`);
  }
}

/** The bytes up to the last page that is not zero. Pages that were never written to are read in no time, and never become resident. */
function usedBytes({ buffer }: Uint8Array): number {
  const memory = Buffer.from(buffer);
  let end = memory.length;
  while (end > 0 && ZERO_PAGE.equals(memory.subarray(end - PAGE_BYTES, end))) end -= PAGE_BYTES;
  return end;
}

/**
 * An instance whose memory is as it was at first. It is given back by {@link release}.
 * @throws {MemoryShortage} The system has no more memory.
 */
export function acquire(): Libheif {
  const heif = idle ?? instantiate();
  if (heif === idle) heif.forget();
  idle = undefined;
  return heif;
}

/** Keeps an instance for the next file, if it may be used again. All that was allocated in it must be free. */
export function release(heif: Libheif): void {
  if (heif.isReusable) idle = heif;
}
