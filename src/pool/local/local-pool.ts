// The pool of a run whose consumers are all on this machine.

import type { Transport } from '../consumer.js';
import type { CreatePool } from '../job-pool.js';
import { memoryLimits } from '../memory-limits.js';
import { Pool } from './pool.js';

/** Pools whose consumers are of this transport. */
export function localPool({ startConsumers, residentMemory }: Transport): CreatePool {
  return ({ work, consumers, maxMemory, ...options }) => {
    const memory = memoryLimits(maxMemory, consumers);
    const startConsumer = startConsumers({ ...work, maxMemory: memory.hard });
    return new Pool<never>({ ...options, consumers, memory, startConsumer, residentMemory });
  };
}
