// The reader's inner loops, compiled from `assembly/`: they reach nothing but their own memory.

import fs from 'node:fs';
import { packageFile } from '../../../package-file.js';
import { Declined } from './header.js';
import { COSINES } from './scaling.js';

/** What assembly/index.ts exports. */
export interface Module {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly intervals: { readonly value: number };
  heap(): number;
  codeAt(table: number): number;
  makeDc(id: number): number;
  makeAc(id: number, values: boolean): number;
  setPlane(index: number, plane: number, stride: number, size: number): void;
  setCoding(index: number, across: number, down: number, dcStep: number, dc: number, ac: number): void;
  keep(index: number, zigzag: number, u: number, v: number, weight: number): void;
  setCosine(u: number, x: number, value: number): void;
  setBlock(index: number, component: number, left: number, above: number): void;
  unstuff(from: number, end: number, top: number, segments: number, most: number): number;
  nextMarker(from: number, end: number): number;
  begin(top: number, segments: number, blocks: number, restart: number): void;
  isUsedUp(): number;
  readRow(row: number, mcus: number): number;
  readDcRow(row: number, mcus: number, low: number, refines: boolean): number;
  settleDc(from: number, to: number, count: number, step: number): number;
  between(own: number, near: number, far: number, to: number, width: number): void;
  widen(from: number, to: number, width: number): void;
  toRgb(luma: number, cb: number, cr: number, to: number, width: number): void;
}

/** What is used of the WebAssembly JavaScript interface; its types belong to those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Memory that a module may take, as assembly/asconfig.json has it too. */
const MOST_BYTES = 256 * 2 ** 20;
/** A module with more is let go after its image, because it cannot give memory back. */
const KEPT_BYTES = 32 * 2 ** 20;
const PAGE_BYTES = 65_536;

const compiled = new WebAssembly.Module(fs.readFileSync(packageFile('dist/image/decoders/jpeg/reader.wasm')));
let kept: Module | undefined;

/** Lets `use` have a module that nobody else uses, with what earlier uses left in its memory. */
export function withModule<T>(use: (module: Module) => T): T {
  const module = kept ?? instantiate();
  kept = undefined;
  try {
    return use(module);
  } finally {
    if (module.memory.buffer.byteLength <= KEPT_BYTES) kept = module;
  }
}

function instantiate(): Module {
  const module = new WebAssembly.Instance(compiled).exports as Module;
  COSINES.forEach((samples, u) => {
    samples.forEach((value, x) => {
      module.setCosine(u, x, value);
    });
  });
  return module;
}

/** Vector loads and stores go so far beyond what they are to read or write, and no block is longer than 250 bytes. */
const SLACK_BYTES = 512;

/** Gives out a module's memory, from where its tables end. */
export class Arena {
  readonly #module: Module;
  #end: number;

  constructor(module: Module) {
    this.#module = module;
    this.#end = module.heap();
  }

  /**
   * An address with room for `bytes`, and slack on both sides. What is there is left from earlier uses.
   * @throws {Declined} The module may not have so much.
   */
  take(bytes: number): number {
    const at = (this.#end + SLACK_BYTES + 15) & ~15;
    const end = at + bytes;
    if (end + SLACK_BYTES > MOST_BYTES) throw new Declined('more memory than it may have');
    const { memory } = this.#module;
    const missing = end + SLACK_BYTES - memory.buffer.byteLength;
    if (missing > 0) {
      try {
        memory.grow(Math.ceil(missing / PAGE_BYTES));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new Declined('more memory than there is');
      }
    }
    this.#end = end;
    return at;
  }

  /** Does `use`, and takes back what it took. */
  lend<T>(use: () => T): T {
    const end = this.#end;
    const result = use();
    this.#end = end;
    return result;
  }
}
