// The reader of before, kept as reference: do not optimise.
//
// Its WebAssembly module, which the global setup compiles from `assembly/`, and its memory.

import fs from 'node:fs';
import { Declined } from '../../../../../src/image/decoders/declined.js';
import { COSINES } from '../../../../../src/image/decoders/jpeg/scaling.js';
import { referenceModule } from '../../../paths.js';

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
  beginScan(dataTop: number, segmentEnds: number, blocks: number, interval: number): void;
  isSegmentConsumed(): number;
  decodeMcuRow(mcuRow: number, mcus: number): number;
  upsampleVertically(own: number, near: number, far: number, to: number, width: number): void;
  upsampleHorizontally(from: number, to: number, width: number): void;
  ycbcrToRgb(luma: number, cb: number, cr: number, to: number, width: number): void;
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const compiled = new WebAssembly.Module(fs.readFileSync(referenceModule));
let idle: Module | undefined;

/** An instance, used again unless a large image has made its memory grow. */
export function instance(): Module {
  if (idle !== undefined && idle.memory.buffer.byteLength <= MAX_REUSED_BYTES) return idle;
  const module = new WebAssembly.Instance(compiled).exports as Module;
  COSINES.forEach((samples, u) => {
    samples.forEach((value, x) => {
      module.setCosine(u, x, value);
    });
  });
  idle = module;
  return module;
}

/** Of one instance: `maximumMemory` of assembly/asconfig.json. */
const MAX_BYTES = 256 * 2 ** 20;
const MAX_REUSED_BYTES = 32 * 2 ** 20;
const PAGE_BYTES = 65_536;
/** Unused bytes around each allocation: SIMD and the search for the end of a block overrun it. */
const SLACK_BYTES = 512;

/** Allocates from an instance's heap, which it takes to be empty. */
export class Arena {
  readonly #module: Module;
  #end: number;

  constructor(module: Module) {
    this.#module = module;
    this.#end = module.heap();
  }

  /** @throws {Declined} The limit of an instance is exceeded. */
  allocate(bytes: number): number {
    const address = (this.#end + SLACK_BYTES + 15) & ~15;
    const end = address + bytes;
    if (end + SLACK_BYTES > MAX_BYTES) throw new Declined('more memory than the limit');
    const missing = end + SLACK_BYTES - this.#module.memory.buffer.byteLength;
    if (missing > 0) this.#module.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#end = end;
    return address;
  }
}
