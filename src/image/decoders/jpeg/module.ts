// The WebAssembly module with the reader's inner loops, compiled from `assembly/`, and its memory.

import fs from 'node:fs';
import { packageFile } from '../../../package-file.js';
import { MemoryShortage } from '../../limits.js';
import { Declined } from '../declined.js';
import { COSINES } from './scaling.js';

/** What `decodePart` returns: the data is damaged, there is more of it, or all blocks are decoded (assembly/chains/pieces.ts). */
export const PART = { damaged: 0, continues: 1, finished: 2 } as const;

/** The exports of assembly/index.ts. Addresses are offsets in `memory`; booleans are returned as 0 or 1. */
export interface Module {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly segmentCount: { readonly value: number };
  heap(): number;
  huffmanSpecAddress(table: number): number;
  buildDcTable(id: number): number;
  buildAcTables(id: number, needsValues: boolean): number;
  setPlane(index: number, plane: number, stride: number, blockSize: number): void;
  setComponent(
    index: number,
    h: number,
    v: number,
    dcQuantiser: number,
    dcTable: number,
    acTable: number,
  ): void;
  keepCoefficient(index: number, zigzag: number, u: number, v: number, weight: number): void;
  setCosine(u: number, x: number, value: number): void;
  setBlock(index: number, component: number, column: number, row: number): void;
  unstuff(from: number, end: number, top: number, segmentEnds: number, maxSegments: number): number;
  nextMarker(from: number, end: number): number;
  buildDcSkipTable(dcTable: number, acTable: number): void;
  scanNoteBytes(segmentEnds: number, blocks: number, interval: number, mcus: number): number;
  beginSequential(dataTop: number, notes: number, columns: number, rows: number): void;
  decodePart(): (typeof PART)[keyof typeof PART];
  isSequentialConsumed(): number;
  beginDcScan(dataTop: number, segmentEnds: number, blocks: number, interval: number): void;
  isDcSegmentConsumed(): number;
  decodeDcMcuRow(mcuRow: number, mcus: number, low: number, isRefinement: boolean): number;
  dequantiseDc(from: number, to: number, count: number, quantiser: number): number;
  upsampleVertically(own: number, near: number, far: number, to: number, width: number): void;
  upsampleHorizontally(from: number, to: number, width: number): void;
  ycbcrToRgb(luma: number, cb: number, cr: number, to: number, width: number): void;
}

/** The part of the WebAssembly JavaScript API that is used here: TypeScript declares it only in its `dom` library. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  readonly RuntimeError: new () => Error;
};

/** Memory limit of an instance: `maximumMemory` of assembly/asconfig.json, 4096 pages. */
const MAX_BYTES = 256 * 2 ** 20;
/** An instance whose memory has grown beyond this is not used again, because WebAssembly memory cannot shrink. */
const MAX_REUSED_BYTES = 32 * 2 ** 20;
const PAGE_BYTES = 65_536;

const compiled = new WebAssembly.Module(fs.readFileSync(packageFile('dist/image/decoders/jpeg/reader.wasm')));
let idle: Module | undefined;

/**
 * Calls `use` with an idle instance. Its heap is not cleared after earlier uses.
 * @throws {Declined} The instance trapped. It is not used again, because it stopped anywhere.
 * @throws {MemoryShortage} The system has no memory for another instance.
 * @throws what `use` throws.
 */
export function withModule<T>(use: (module: Module) => T): T {
  const module = idle ?? instantiate();
  idle = undefined;
  try {
    const result = use(module);
    keep(module);
    return result;
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw new Declined(`a trap: ${error.message}`);
    if (error instanceof Declined) keep(module);
    throw error;
  }
}

function keep(module: Module): void {
  if (module.memory.buffer.byteLength <= MAX_REUSED_BYTES) idle = module;
}

/** What `allocate` returns. @throws {MemoryShortage} The system has no more memory, which V8 reports as a `RangeError`. */
function fromSystem<T>(allocate: () => T): T {
  try {
    return allocate();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MemoryShortage();
  }
}

function instantiate(): Module {
  const module = fromSystem(() => new WebAssembly.Instance(compiled)).exports as Module;
  COSINES.forEach((samples, u) => {
    samples.forEach((value, x) => {
      module.setCosine(u, x, value);
    });
  });
  return module;
}

/**
 * Unused bytes around each allocation. SIMD loads and stores overrun a buffer, and the decoder detects the end of the data only
 * after a block, which takes 250 bytes at most.
 */
const SLACK_BYTES = 512;

/** Allocates from an instance's heap. A new arena starts with an empty heap. */
export class Arena {
  readonly #module: Module;
  #end: number;

  constructor(module: Module) {
    this.#module = module;
    this.#end = module.heap();
  }

  /**
   * Allocates `bytes`, with slack on both sides. They are not cleared.
   * @throws {Declined} The limit of an instance is exceeded, whatever the system has.
   * @throws {MemoryShortage} The system has no more memory.
   */
  allocate(bytes: number): number {
    const address = (this.#end + SLACK_BYTES + 15) & ~15;
    const end = address + bytes;
    if (end + SLACK_BYTES > MAX_BYTES) throw new Declined('more memory than the limit');
    const { memory } = this.#module;
    const missing = end + SLACK_BYTES - memory.buffer.byteLength;
    if (missing > 0) fromSystem(() => memory.grow(Math.ceil(missing / PAGE_BYTES)));
    this.#end = end;
    return address;
  }

  /** Calls `use`, then frees what it has allocated. */
  scoped<T>(use: () => T): T {
    const end = this.#end;
    const result = use();
    this.#end = end;
    return result;
  }
}
