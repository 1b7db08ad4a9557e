// Packages that run a script of their own when they are installed: on every machine that runs `npm ci`, with its user's rights.

/** What is read of package-lock.json. */
export interface LockFile {
  /** By folder: `node_modules/esbuild`. */
  readonly packages: Readonly<
    Record<string, { readonly name?: string; readonly hasInstallScript?: boolean }>
  >;
}

/** The packages that may have one, each with what it does. */
export const ALLOWED: Readonly<Record<string, string>> = {
  'msgpackr-extract':
    "picks or builds a native part of BullMQ's serializer, which does the same in JavaScript without it",
  esbuild: 'replaces its JavaScript command by the binary for this platform',
};

/** What is wrong, a line each: a package with an install script that is not allowed, and an allowance that no package needs. */
export function installScriptFaults(
  lock: LockFile,
  allowed: Readonly<Record<string, string>> = ALLOWED,
): string[] {
  const found = Object.entries(lock.packages).flatMap(([folder, { name, hasInstallScript }]) =>
    // A package that is installed under another name has its own in `name`.
    hasInstallScript === true ? (name ?? folder.split('node_modules/').at(-1) ?? folder) : [],
  );
  const names = [...new Set(found)];
  return [
    ...names
      .filter((name) => !Object.hasOwn(allowed, name))
      .map((name) => `${name} has an install script and is not in ALLOWED of scripts/ci/install-scripts.ts`),
    ...Object.keys(allowed)
      .filter((name) => !names.includes(name))
      .map((name) => `${name} is in ALLOWED of scripts/ci/install-scripts.ts and has no install script`),
  ];
}
