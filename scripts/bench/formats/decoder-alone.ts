// What libheif-js alone takes for a full picture: every tile decoded once, as YCbCr planes, and nothing done with it.

import fs from 'node:fs';
import { createRequire } from 'node:module';

/** The part of the WebAssembly module that is called. Errors are structs of three words, behind the first argument. */
interface LibHeif {
  readonly HEAPU8: Uint8Array;
  readonly [name: `_${string}`]: (...args: number[]) => number;
}

/** heif_colorspace_undefined and heif_chroma_undefined: the planes as they are coded. */
const UNDEFINED = 99;
/** Bytes of the structs and pointers that are written here. */
const SCRATCH_BYTES = 128;
/** `ignore_transformations` in heif_decoding_options. */
const IGNORE_TRANSFORMATIONS = 1;
/** `num_columns` and `num_rows` in heif_image_tiling. */
const COLUMNS = 4;
const ROWS = 8;

const require = createRequire(import.meta.url);

let loaded: LibHeif | undefined;

function libheif(): LibHeif {
  if (loaded !== undefined) return loaded;
  const factory: (options: object) => LibHeif = require('libheif-js/libheif-wasm/libheif.js');
  const wasmBinary = fs.readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  loaded = factory({ wasmBinary });
  return loaded;
}

/** Decodes every tile of the primary picture, and returns how many there are. */
export function decodeTiles(file: Buffer): number {
  const module = libheif();
  const call = (name: string, ...args: number[]): number => {
    const found = module[`_${name}`];
    if (found === undefined) throw new Error(`Expected libheif-js to have ${name}`);
    return found(...args);
  };
  const word = (at: number) => new DataView(module.HEAPU8.buffer).getUint32(at, true);
  const error = call('malloc', SCRATCH_BYTES);
  const checked = (name: string, ...args: number[]) => {
    call(name, error, ...args);
    if (word(error) !== 0) throw new Error(`${name} failed: error ${word(error)}, ${word(error + 4)}`);
  };
  const out = error + 16;
  const bytes = call('malloc', file.length);
  module.HEAPU8.set(file, bytes);
  const context = call('heif_context_alloc');
  checked('heif_context_read_from_memory_without_copy', context, bytes, file.length, 0);
  checked('heif_context_get_primary_image_handle', context, out);
  const handle = word(out);
  checked('heif_image_handle_get_image_tiling', handle, 0, out);
  const [columns, rows] = [word(out + COLUMNS), word(out + ROWS)];
  const options = call('heif_decoding_options_alloc');
  module.HEAPU8[options + IGNORE_TRANSFORMATIONS] = 1;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      checked('heif_image_handle_decode_image_tile', handle, out, UNDEFINED, UNDEFINED, options, column, row);
      call('heif_image_release', word(out));
    }
  }
  call('heif_decoding_options_free', options);
  call('heif_image_handle_release', handle);
  call('heif_context_free', context);
  call('free', bytes);
  call('free', error);
  return columns * rows;
}
