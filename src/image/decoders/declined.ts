/**
 * Why a reader leaves an image to the next one of its decoder, which then decides: it does not support the file, or the file may be
 * damaged. The reason is for tests and debugging; users never see it.
 */
export class Declined extends Error {
  override readonly name = 'Declined';

  constructor(reason: string) {
    // It is thrown for sound images too, and a stack takes 10 µs.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(reason);
    Error.stackTraceLimit = limit;
  }
}
