// Where the time of a read goes, by the exports of the reader's WebAssembly. Import it before any reader.

interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The part of the WebAssembly JavaScript API that is replaced here: TypeScript declares it only in its `dom` library. */
declare const WebAssembly: { Instance: new (module: object) => Instance };

const times = new Map<string, number>();
let isTimed = false;

/** Milliseconds in each export, of all calls that `use` makes in the modules of any reader. */
export function moduleTimes(use: () => void): ReadonlyMap<string, number> {
  times.clear();
  isTimed = true;
  try {
    use();
  } finally {
    isTimed = false;
  }
  return new Map(times);
}

/** Exports that do nothing but call, and note the time of, those of the original. */
class TimedInstance {
  readonly exports: Readonly<Record<string, unknown>>;

  constructor(module: object) {
    this.exports = Object.fromEntries(
      Object.entries(new original(module).exports).map(([name, value]) => [name, timed(name, value)]),
    );
  }
}

function timed(name: string, value: unknown): unknown {
  if (typeof value !== 'function') return value;
  return (...args: readonly unknown[]): unknown => {
    if (!isTimed) return value(...args);
    const startedAt = performance.now();
    const result: unknown = value(...args);
    times.set(name, (times.get(name) ?? 0) + performance.now() - startedAt);
    return result;
  };
}

const original = WebAssembly.Instance;
WebAssembly.Instance = TimedInstance;
