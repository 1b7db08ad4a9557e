// Work that is asked for whenever something has changed.

/**
 * A function that does `work`, one at a time: if it is called meanwhile, `work` is done once more, because what has changed may have been
 * looked at already. It resolves when nothing is left to do, and at once while another call is at it; it rejects as `work` does.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let isWorking = false;
  let isAskedFor = false;
  return async () => {
    isAskedFor = true;
    if (isWorking) return;
    isWorking = true;
    try {
      while (isAskedFor) {
        isAskedFor = false;
        await work();
      }
    } finally {
      isWorking = false;
    }
  };
}
