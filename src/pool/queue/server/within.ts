// Waiting, but not for ever: BullMQ and ioredis wait for a server that is away as long as it takes.

/** What `promise` resolves to; undefined when it takes longer than `ms`, or rejects. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
