/**
 * Why this reader leaves a file to libvips, which then decides: it does not support the file, or the file may be damaged. The reason
 * is for tests and debugging; users never see it.
 */
export class Declined extends Error {
  override readonly name = 'Declined';
}
