// Which files are photos by their names. The extensions come from the decoders, by way of the run.

/** Whether a file's name ends in one of the extensions, in any letter case. */
export type IsPhotoName = (name: string) => boolean;

/** @param extensions Lower case, without the dot. */
export function photoNameTest(extensions: readonly string[]): IsPhotoName {
  const pattern = new RegExp(`\\.(?:${extensions.join('|')})$`, 'i');
  return (name) => pattern.test(name);
}

/** A glob of all files with these extensions, at any depth. */
export function photoGlob(extensions: readonly string[]): string {
  return `**/*.{${extensions.join(',')}}`;
}
