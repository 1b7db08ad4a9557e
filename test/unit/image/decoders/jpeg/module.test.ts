// The reader's WebAssembly instances: one that trapped, and memory that the system does not have.

import { expect, test } from 'vitest';
import { Declined } from '../../../../../src/image/decoders/declined.js';
import { Arena, type Module, withModule } from '../../../../../src/image/decoders/jpeg/module.js';
import { MemoryShortage } from '../../../../../src/image/limits.js';

/** The instance that is used now, and kept for the next use unless something happens to it. */
const present = (): Module => withModule((module) => module);

test('an instance that traps declines the image, and is not used again', () => {
  const before = present();
  expect(present()).toBe(before);
  const beyondMemory = 0x7fff_0000;
  expect(() => withModule((module) => module.nextMarker(beyondMemory, beyondMemory + 99))).toThrow(Declined);
  expect(present()).not.toBe(before);
});

test('an instance whose use has a fault is not used again', () => {
  const before = present();
  const fault = new TypeError('made');
  expect(() =>
    withModule(() => {
      throw fault;
    }),
  ).toThrow(fault);
  expect(present()).not.toBe(before);
});

/** An instance for which the system has no more memory than it has. */
const starved = {
  heap: () => 0,
  memory: {
    buffer: new ArrayBuffer(65_536),
    grow: () => {
      throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory');
    },
  },
} as unknown as Module;

test('memory that the system lacks is no reason to decline; more than an instance may have is one', () => {
  expect(() => new Arena(starved).allocate(100_000)).toThrow(MemoryShortage);
  expect(() => new Arena(starved).allocate(256 * 2 ** 20)).toThrow(Declined);
  expect(new Arena(starved).allocate(1000)).toBe(512);
});
