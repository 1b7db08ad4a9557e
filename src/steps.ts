// Long work in steps. Between two of them the event loop may have a turn: only then signals, timers and messages are heard.

/** Work that has done a part each time it yields. It may be left there: `return()` frees what it holds. */
export type Steps<Result> = Generator<void, Result, void>;

/** Does the work at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does the work with a turn of the event loop after each step. Undefined when `signal` was aborted first: the work is then left. */
export async function finishInTurns<Result>(
  steps: Steps<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await nextTurn();
    if (signal?.aborted !== true) continue;
    // Nobody takes the result of work that was left.
    steps.return(undefined as never);
    return undefined;
  }
}

/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
