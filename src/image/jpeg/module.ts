// The reader's inner loops, compiled from `assembly/`: they reach nothing but their own memory.

import fs from 'node:fs';
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
  readDcRow(row: number, mcus: number, low: number): number;
  refineDcRow(row: number, mcus: number, low: number): number;
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

/** What `npm run build` makes of `assembly/`; seen from here and from the built form of this file alike. */
const BUILT = new URL('../../../dist/image/jpeg/reader.wasm', import.meta.url);

const compiled = new WebAssembly.Module(fs.readFileSync(BUILT));
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

/** Grows the memory to `bytes`, unless it is as large. False when that is more than it may have. */
export function grow({ memory }: Module, bytes: number): boolean {
  if (bytes > MOST_BYTES) return false;
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  return true;
}
