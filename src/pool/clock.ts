// The pool's clock, which tests replace by one that they set.

/** Stops a timer. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since some moment; it never goes back. */
  now(): number;
  /** Calls `act` once, after `ms`. */
  after(ms: number, act: () => void): Cancel;
  /** Calls `act` every `ms`. */
  every(ms: number, act: () => void): Cancel;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  every: (ms, act) => {
    const timer = setInterval(act, ms);
    return () => clearInterval(timer);
  },
};
